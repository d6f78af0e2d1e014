package engine

import "errors"

// render parses and executes everything.
func (r *renderer) render() ([]*File, error) {
	r.parsed = r.parseAll()
	var failures Failures
	for i, p := range r.parsed {
		if p.err != nil {
			failures = append(failures, parseError(r.sources[i].name, p.err))
		}
		r.selfRef = r.selfRef || p.selfRef
	}
	if failures != nil {
		return nil, failures
	}
	w, err := r.newWorker()
	if err != nil {
		return nil, err
	}
	var files []*File
	for _, s := range r.sources {
		if s.partial() {
			continue
		}
		file, err := w.file(s)
		var failure *Error
		if errors.As(err, &failure) {
			return nil, Failures{failure}
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
