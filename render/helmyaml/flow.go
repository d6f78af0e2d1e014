package helmyaml

// flow reads a flow sequence or mapping of scalars that stands on one line.
func (r *reader) flow(keep bool) (any, bool) {
	open := r.s[r.pos]
	r.pos++
	r.blanks()
	if open == '{' {
		return r.flowMapping(keep)
	}
	list := []any{}
	if r.take(']') {
		return list, true
	}
	for {
		v, ok := r.flowScalar(keep)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		r.blanks()
		if r.take(']') {
			return list, true
		}
		if !r.take(',') {
			return nil, false
		}
		r.blanks()
	}
}

func (r *reader) flowMapping(keep bool) (any, bool) {
	m := map[string]any{}
	if r.take('}') {
		return m, true
	}
	for {
		k, ok := r.flowScalar(true)
		key, isString := k.(string)
		if !ok || !isString || key == "<<" || len(key) > maxKey || !r.take(':') || !r.breakAt(r.pos) {
			return nil, false
		}
		r.blanks()
		v, ok := r.flowScalar(keep)
		if _, twice := m[key]; !ok || twice {
			return nil, false
		}
		m[key] = v
		r.blanks()
		if r.take('}') {
			return m, true
		}
		if !r.take(',') {
			return nil, false
		}
		r.blanks()
	}
}

// flowScalar reads a quoted scalar or a plain one of harmless characters.
func (r *reader) flowScalar(keep bool) (any, bool) {
	if r.pos >= len(r.s) {
		return nil, false
	}
	if c := r.s[r.pos]; c == '"' || c == '\'' {
		text, multi, ok := r.quoted(keep)
		return text, ok && !multi
	}
	start := r.pos
	for r.pos < len(r.s) && harmless(r.s[r.pos]) {
		r.pos++
	}
	text := r.s[start:r.pos]
	if text == "" || text == "-" {
		return nil, false
	}
	return resolve(text)
}

func harmless(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '/' || c == '-'
}

func (r *reader) blanks() {
	for r.pos < len(r.s) && r.s[r.pos] == ' ' {
		r.pos++
	}
}

func (r *reader) take(c byte) bool {
	if r.pos < len(r.s) && r.s[r.pos] == c {
		r.pos++
		return true
	}
	return false
}
