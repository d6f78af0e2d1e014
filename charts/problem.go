package charts

import (
	"errors"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

// problem is a finding on its way up through functions that return errors. It
// becomes a finding again in settle, at the exported functions: what is wrong
// with the chart is told as a value, what keeps helmx from working as an error.
type problem struct{ diag.Diagnostic }

func (p *problem) Error() string { return p.Message }

// refuse makes a problem. Code is one of loadExplanations.
func refuse(code, format string, args ...any) *problem {
	return &problem{diag.Diagnostic{Code: code, Severity: diag.Error, Message: fmt.Sprintf(format, args...)}}
}

// in names the file, at also the line and column.
func (p *problem) in(file string) *problem {
	p.Span.File = file
	return p
}

func (p *problem) at(file string, line, column int) *problem {
	p.Span = diag.Span{File: file, Start: diag.Pos{Line: line, Column: column}}
	return p
}

func (p *problem) try(hint string) *problem {
	p.Hint = hint
	return p
}

// warning is a finding that does not stop the load.
func warning(code, file, format string, args ...any) diag.Diagnostic {
	p := refuse(code, format, args...).in(file)
	p.Severity = diag.Warning
	return p.Diagnostic
}

// settle separates what is wrong with the input from what is wrong with helmx.
func settle(found diag.List, err error) (diag.List, error) {
	var p *problem
	if errors.As(err, &p) {
		return append(found, p.Diagnostic), nil
	}
	return found, err
}
