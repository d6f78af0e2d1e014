package helmyaml

import (
	"strconv"
	"strings"
)

// plain reads a plain scalar, which may go on over lines that are further right
// than its parent.
func (r *reader) plain(parent int, keep bool) (string, bool) {
	if !r.plainStart() {
		return "", false
	}
	text, comment, ok := r.plainLine()
	if !ok {
		return "", false
	}
	var long []byte // only when there is more than one line
	for !comment {
		breaks, next, col := r.peek()
		if next >= len(r.s) || col <= parent || r.s[next] == '#' {
			break
		}
		r.pos = next
		if r.s[next] == '\t' {
			return "", false
		}
		more, c, ok := r.plainLine()
		if !ok {
			return "", false
		}
		comment = c
		if keep {
			if long == nil {
				long = append(make([]byte, 0, len(text)+2*len(more)+1), text...)
			}
			long = append(foldBreaks(long, breaks), more...)
		}
		text = more
	}
	if long != nil {
		text = string(long)
	}
	r.skipLine()
	return text, r.line()
}

// plainLine reads to the end of the plain scalar in this line, and reports
// whether a comment follows. It stays in the line.
func (r *reader) plainLine() (text string, comment, ok bool) {
	line := r.restOfLine()
	end := len(line)
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\t':
			return "", false, false
		case ':':
			if i+1 == len(line) || line[i+1] == ' ' {
				return "", false, false
			}
		case '#':
			if i > 0 && line[i-1] == ' ' {
				end, comment = i, true
				i = len(line)
			}
		}
	}
	r.pos += end
	return strings.TrimRight(line[:end], " "), comment, true
}

// peek looks for the next line that is not blank: how many line breaks are in
// front of it, and where its first character is.
func (r *reader) peek() (breaks, next, col int) {
	next = r.pos
	for next < len(r.s) && r.s[next] == '\n' {
		breaks++
		next++
		start := next
		for next < len(r.s) && r.s[next] == ' ' {
			next++
		}
		col = next - start
	}
	return breaks, next, col
}

// foldBreaks joins lines: one break is a space, more are one less.
func foldBreaks(text []byte, breaks int) []byte {
	if breaks == 1 {
		return append(text, ' ')
	}
	for ; breaks > 1; breaks-- {
		text = append(text, '\n')
	}
	return text
}

// quoted reads a quoted scalar and stops behind it.
func (r *reader) quoted(keep bool) (text string, multi, ok bool) {
	quote := r.s[r.pos]
	r.pos++
	start := r.pos
	for r.pos < len(r.s) {
		switch c := r.s[r.pos]; {
		case c == quote && quote == '\'' && r.pos+1 < len(r.s) && r.s[r.pos+1] == '\'':
			r.pos++
		case c == quote:
			raw := r.s[start:r.pos]
			r.pos++
			text, ok = unquote(raw, quote, multi, keep)
			return text, multi, ok
		case c == '\\' && quote == '"':
			r.pos++
		case c == '\n':
			multi = true
			if rest := r.s[r.pos+1:]; strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...") {
				return "", false, false
			}
		}
		r.pos++
	}
	return "", false, false
}

// unquote returns the value of what is between quotes.
func unquote(raw string, quote byte, multi, keep bool) (string, bool) {
	if !multi {
		return unescape(raw, quote, keep)
	}
	var out []byte
	breaks := 0
	lines := strings.Split(raw, "\n")
	for i, line := range lines {
		if i > 0 {
			breaks++
			line = strings.TrimLeft(line, " \t")
		}
		if i < len(lines)-1 {
			line = strings.TrimRight(line, " \t")
			if quote == '"' && strings.HasSuffix(line, `\`) {
				return "", false // an escaped line break or blank
			}
			if line == "" && i > 0 {
				continue
			}
		}
		text, ok := unescape(line, quote, keep)
		if !ok {
			return "", false
		}
		if i > 0 {
			out = foldBreaks(out, breaks)
			breaks = 0
		}
		out = append(out, text...)
	}
	return string(out), true
}

// unescape replaces the escapes of one line.
func unescape(s string, quote byte, keep bool) (string, bool) {
	if quote == '\'' {
		if keep && strings.Contains(s, "''") {
			s = strings.ReplaceAll(s, "''", "'")
		}
		return s, true
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i++; i == len(s) {
			return "", false
		}
		switch s[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case '"', '\\', '\'':
			out = append(out, s[i])
		case 'u':
			if i+5 > len(s) {
				return "", false
			}
			n, err := strconv.ParseUint(s[i+1:i+5], 16, 16)
			if err != nil || n >= 0xd800 && n < 0xe000 {
				return "", false
			}
			out = append(out, string(rune(n))...)
			i += 4
		default:
			return "", false
		}
	}
	return string(out), true
}

// blockScalar reads a literal or folded scalar.
func (r *reader) blockScalar(parent int, keep bool) (any, bool) {
	literal := r.s[r.pos] == '|'
	r.pos++
	chomp, indent := byte(0), 0
	for r.pos < len(r.s) && r.s[r.pos] != '\n' && r.s[r.pos] != ' ' {
		switch c := r.s[r.pos]; {
		case (c == '+' || c == '-') && chomp == 0:
			chomp = c
		case c >= '1' && c <= '9' && indent == 0:
			indent = max(parent, 0) + int(c-'0')
		default:
			return nil, false
		}
		r.pos++
	}
	for r.pos < len(r.s) && r.s[r.pos] == ' ' {
		r.pos++
	}
	if r.pos < len(r.s) && r.s[r.pos] != '\n' && r.s[r.pos] != '#' {
		return nil, false
	}
	r.skipLine()
	if indent == 0 {
		var ok bool
		if indent, ok = r.contentIndent(parent); !ok {
			return nil, false
		}
	}
	text, ok := r.blockLines(indent, literal, chomp, keep)
	if !ok {
		return nil, false
	}
	return text, r.line()
}

// contentIndent finds the indentation of a block scalar: that of the first line
// that is not blank.
func (r *reader) contentIndent(parent int) (int, bool) {
	blank := 0
	for at := r.pos; ; {
		start := at
		for at < len(r.s) && r.s[at] == ' ' {
			at++
		}
		col := at - start
		switch {
		case at < len(r.s) && r.s[at] == '\n':
			blank = max(blank, col)
			at++
		case at < len(r.s) && r.s[at] == '\t', blank > col:
			return 0, false
		case at >= len(r.s) && col > 0:
			return 0, false
		default:
			return max(col, parent+1, 1), true
		}
	}
}

// blockLines reads the lines of a block scalar and stops at the start of the
// first line that does not belong to it.
func (r *reader) blockLines(indent int, literal bool, chomp byte, keep bool) (string, bool) {
	var out []byte
	begin := r.pos
	lead := false     // a line break is owed from the last line
	breaks := 0       // blank lines since then
	wasBlank := false // the last line began with a blank
	for r.pos < len(r.s) {
		line := r.restOfLine()
		col := 0
		for col < len(line) && col < indent && line[col] == ' ' {
			col++
		}
		ended := r.pos+len(line) >= len(r.s) // no line break behind it
		if col == len(line) {
			if ended && col > 0 {
				return "", false
			}
			breaks++
			r.skipLine()
			continue
		}
		if col < indent {
			if line[col] == '\t' {
				return "", false
			}
			break
		}
		blank := line[col] == ' ' || line[col] == '\t'
		if keep {
			if out == nil {
				out = make([]byte, 0, min(len(r.s)-begin, 4*len(line)+64))
			}
			switch {
			case !lead:
			case literal || wasBlank || blank:
				out = append(out, '\n')
			case breaks == 0:
				out = append(out, ' ')
			}
			for range breaks {
				out = append(out, '\n')
			}
			out = append(out, line[col:]...)
		}
		breaks, wasBlank, lead = 0, blank, !ended
		r.skipLine()
	}
	if chomp != '-' && lead {
		out = append(out, '\n')
	}
	if chomp == '+' {
		for range breaks {
			out = append(out, '\n')
		}
	}
	return string(out), true
}
