package render

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/render/engine"
)

// notices are what the chart's templates have to say to the user. What one place
// says over and over, in a loop or through an include, is said once.
func (f finder) notices(list []engine.Notice) diag.List {
	var findings diag.List
	type said struct {
		at      diag.Span
		message string
	}
	known := map[said]bool{}
	for _, n := range list {
		d := f.notice(n)
		if key := (said{d.Span, d.Message}); !known[key] {
			known[key] = true
			findings = append(findings, d)
		}
	}
	return findings
}

func (f finder) notice(n engine.Notice) diag.Diagnostic {
	d := diag.Diagnostic{Code: codeWarning, Severity: diag.Warning, Message: n.Message, Span: diag.Span{File: f.chart.UserPath(n.Template)}}
	if n.Deprecated {
		d.Code = codeOldValue
	}
	if f.rendersSecret(&engine.Error{Template: n.Template, Frames: []engine.Frame{{Place: n.At}}}) {
		d.Message = f.writtenWords(d.Message)
	}
	if n.At.Line == 0 {
		return d
	}
	d.Span = spanOf(f.chart, n.At)
	d.Excerpt = f.templateLine(engine.Frame{Place: engine.Place{File: n.At.File, Line: n.At.Line}})
	if n.At.File != n.Template {
		d.Related = []diag.Related{{Span: diag.Span{File: f.chart.UserPath(n.Template)}, Message: "while this template was rendered"}}
	}
	return d
}
