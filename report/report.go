// Package report prints findings, in the formats that people, scripts and CI
// systems read: text, json, sarif, github, junit, checkstyle and gitlab.
//
// Every format is printed from the same view ([Report]), which is the JSON that
// helmx documents: what a person reads and what a script reads cannot differ.
// Output depends on the list and the options alone - no clock, no environment -
// so that the same findings give the same bytes.
//
// The package does not decide what is a finding, how bad it is or which exit
// code follows from it, and it does not know whether it writes to a terminal.
package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// Options say how to print. The zero value prints text without colour.
type Options struct {
	// Format is one of [Formats]; empty means text.
	Format string
	// Color lets text use ANSI colours. The other formats ignore it.
	Color bool
	// Quiet makes text say nothing at all when there are no findings, as fits
	// a command whose own output goes elsewhere. The other formats always
	// write a complete document.
	Quiet bool
	// Version is helmx's own version, named by sarif.
	Version string
	// Rules document the codes that can occur. sarif lists those
	// that do as its rules, github takes its titles from them. A code that is missing here is
	// described by its findings.
	Rules []diag.Explanation
	// Category tells apart several sarif uploads for one commit.
	Category string
	// Subject stands for the file of a finding that has none, where a format
	// cannot do without one: what was checked, such as a chart's folder.
	// Empty means "helmx".
	Subject string
	// Dir and Root are absolute paths: the folder that the files of the
	// findings are relative to, and the one that CI wants them relative to
	// (the repository's root). With an empty Dir files are named as they are
	// in the findings, as they always are in text and json; an empty Root is Dir.
	Dir, Root string
}

// encoder writes one format. The buffer never fails, so an error is a bug or
// wrong options.
type encoder func(*bytes.Buffer, Report, Options) error

// formats in the order in which help lists them.
var formats = []struct {
	name   string
	encode encoder
}{
	{"text", encodeText},
	{"json", encodeJSON},
	{"sarif", encodeSARIF},
	{"github", encodeGitHub},
	{"junit", encodeJUnit},
	{"checkstyle", encodeCheckstyle},
	{"gitlab", encodeGitLab},
}

// Formats returns the names of the formats, in the order in which help lists
// them.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Print writes the findings to w in one piece, sorted as [diag.List.Sort]
// does; the list itself stays as it is. It fails when the format is unknown or
// w does.
func Print(w io.Writer, l diag.List, o Options) error {
	encode, err := find(o.Format)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := encode(&b, View(l), o); err != nil {
		return fmt.Errorf("encoding findings as %s: %w", o.Format, err)
	}
	if b.Len() == 0 {
		return nil
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	return nil
}

func find(name string) (encoder, error) {
	if name == "" {
		return encodeText, nil
	}
	for _, f := range formats {
		if f.name == name {
			return f.encode, nil
		}
	}
	problem := fmt.Sprintf("unknown format %q: expected one of %s", name, strings.Join(Formats(), ", "))
	if hint := diag.DidYouMean(name, Formats()); hint != "" {
		problem += "; " + hint
	}
	return nil, fmt.Errorf("%s", problem)
}

// explained indexes the explanations by code.
func (o Options) explained() map[string]diag.Explanation {
	byCode := make(map[string]diag.Explanation, len(o.Rules))
	for _, e := range o.Rules {
		byCode[e.Code] = e
	}
	return byCode
}
