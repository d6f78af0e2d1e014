// Package diag holds what helmx has to say about its input: what is wrong,
// where, how badly, who demands it and how to mend it.
//
// A finding is a value, not an error: a step returns all of them in a [List]
// and goes on as far as it makes sense, so that the user gets everything at
// once. A Go error is kept for helmx itself being unable to work (I/O, network,
// cancelled). Package diag does not print anything - that is package report -
// and imports nothing of helmx.
package diag

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity says how bad a finding is. The zero value is Info.
type Severity uint8

const (
	Info    Severity = iota // worth knowing, nothing to do
	Warning                 // works, but will hurt
	Error                   // wrong
)

var severityNames = [...]string{Info: "info", Warning: "warning", Error: "error"}

// String returns "info", "warning" or "error".
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return "severity(" + strconv.Itoa(int(s)) + ")"
}

// MarshalText implements encoding.TextMarshaler, so that JSON holds the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText accepts the names that String prints.
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ParseSeverity is the inverse of String.
func ParseSeverity(name string) (Severity, error) {
	if i := slices.Index(severityNames[:], name); i >= 0 {
		return Severity(i), nil
	}
	return Info, fmt.Errorf("unknown severity %q: expected info, warning or error", name)
}

// Pos is a place in a file: line and column count from 1, columns in runes.
// Zero means unknown.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Known reports whether at least the line is known.
func (p Pos) Known() bool { return p.Line > 0 }

// Span is a piece of a file that the user owns. End is exclusive and may be
// unknown. The zero Span means that no place is known.
type Span struct {
	File       string
	Start, End Pos
}

// String returns file:line:column, leaving out what is unknown.
func (s Span) String() string {
	switch {
	case !s.Start.Known():
		return s.File
	case s.Start.Column == 0:
		return s.File + ":" + strconv.Itoa(s.Start.Line)
	}
	return s.File + ":" + strconv.Itoa(s.Start.Line) + ":" + strconv.Itoa(s.Start.Column)
}

// Object names a Kubernetes object as it is written: Namespace is empty when
// the object carries none.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// String returns "Kind namespace/name", or "Kind name" without a namespace.
func (o Object) String() string {
	name := o.Name
	if o.Namespace != "" {
		name = o.Namespace + "/" + name
	}
	return strings.TrimSpace(o.Kind + " " + name)
}

// Excerpt is one line of text with the part that a finding is about.
type Excerpt struct {
	Line   int    // number shown beside the text, 1-based
	Text   string // the line without its line break
	Column int    // 1-based rune column where the marked part begins
	Width  int    // runes to mark, at least 1
	Note   string // said behind the marks: what was expected, did you mean
}

// Related is another place that belongs to a finding: the first of two
// duplicates, one frame of an include trace.
type Related struct {
	Span    Span
	Message string
}

// Edit replaces the text of a span.
type Edit struct {
	Span Span
	Text string
}

// Fix is a mechanical remedy. Whoever finds something about an object says what to
// change in it, in Changes; whoever finds it in a file says it in Edits. For an
// object, the pipeline finds out which of Edits and Patch is the user's to apply.
type Fix struct {
	Title   string
	Changes []Change // in the object that the finding is about
	Target  any      // the document that holds the object, for the pipeline; opaque here

	Edits []Edit // in files the user owns
	Patch string // for helmx.yaml, an item of patches, where the object was rendered
}

// Change is one change of an object. Value is new YAML for Set, the new key for
// Rename, and empty for Remove.
type Change struct {
	Kind  ChangeKind
	Path  string // in the notation of package manifest
	Value string
}

// ChangeKind is what patches call it.
type ChangeKind string

// The kinds of change.
const (
	Set    ChangeKind = "set"
	Remove ChangeKind = "remove"
	Rename ChangeKind = "rename"
)

// Diagnostic is one finding. Code and Message are always set; Message does not
// repeat Object, Span or Code, and never holds a value of a Secret.
type Diagnostic struct {
	Code     string   // stable, e.g. SC014; explained by `helmx explain CODE`
	Severity Severity //
	Message  string   // what was found and what was expected, one line, no full stop
	Hint     string   // what to try, one line; may be empty
	Span     Span     // the place in a file that the user owns
	Rendered Pos      // the place in the rendered stream, where there is one
	Excerpt  *Excerpt // the offending line, where it is known
	Object   *Object  // the object it is about, where there is one
	Path     string   // field path in the notation of package manifest
	Schema   string   // who demands it, e.g. "apps/v1 Deployment, Kubernetes 1.37"

	Also         []string // the same check in other tools, e.g. IST0101
	KubeVersions []string // the versions it holds for, when several were asked
	Level        string   // recommendation level of a lint rule
	Related      []Related
	Fix          *Fix
}

// String renders the finding on one line, for tests and logs; package report
// prints for people.
func (d Diagnostic) String() string {
	var b strings.Builder
	if at := d.Span.String(); at != "" {
		b.WriteString(at + ": ")
	}
	fmt.Fprintf(&b, "%s[%s]: ", d.Severity, d.Code)
	if d.Object != nil {
		b.WriteString(d.Object.String() + ": ")
	}
	b.WriteString(d.Message)
	if d.Path != "" {
		b.WriteString(" at " + d.Path)
	}
	if d.Hint != "" {
		b.WriteString(" (" + d.Hint + ")")
	}
	return b.String()
}

// Fingerprint identifies the finding across runs: it does not change when
// lines move, and differs between objects, paths and messages.
func (d Diagnostic) Fingerprint() string {
	var object Object
	if d.Object != nil {
		object = *d.Object
	}
	parts := []string{d.Code, d.Span.File, object.APIVersion, object.Kind, object.Namespace, object.Name, d.Path, d.Message}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// List is what a step found. The zero value is an empty list.
type List []Diagnostic

// Count returns how many findings have exactly this severity.
func (l List) Count(s Severity) int {
	n := 0
	for i := range l {
		if l[i].Severity == s {
			n++
		}
	}
	return n
}

// HasErrors reports whether the list holds at least one Error.
func (l List) HasErrors() bool { return l.AtLeast(Error) }

// AtLeast reports whether the list holds a finding of this severity or worse.
func (l List) AtLeast(s Severity) bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity >= s })
}

// Sort puts the list in the order in which it is printed: file, line, code,
// then column, object, path and message. It is stable.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Span.File, b.Span.File),
			cmp.Compare(a.Span.Start.Line, b.Span.Start.Line),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Span.Start.Column, b.Span.Start.Column),
			cmp.Compare(a.Rendered.Line, b.Rendered.Line),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Explanation documents one code that helmx can print. Each package lists its
// own beside the code that prints them; `helmx rules`, `helmx explain`, the
// generated docs and SARIF metadata come from here.
type Explanation struct {
	Code     string
	Title    string   // one line, at most 80 characters
	Severity Severity // the default one
	Why      string   // a paragraph: what goes wrong, and what demands it
	Remedy   string   // what to do about it
	Bad      string   // an example that is reported
	Good     string   // the same, mended
	Source   string   // where the demand is written down
	Tags     []string // for selecting and for SARIF
}
