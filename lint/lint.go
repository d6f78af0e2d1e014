// Package lint judges objects that are valid: which mesh features to adopt or
// avoid, what is insecure, deprecated, without effect or at odds with the rest
// of an install. A rule is one file, hxNNN_*.go, with everything about it, and
// one folder of test manifests; [Run] is the loop that runs them.
//
// What an API server or Istio's webhook would refuse is the business of package
// schema, and so is a document that does not parse: lint passes over it. Lint
// changes nothing, asks no cluster, and reads no file.
package lint

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Scopes say what the documents of a run are.
const (
	ScopeRelease = "release" // one release; the rest of the mesh lives elsewhere
	ScopeMesh    = "mesh"    // everything there is
)

// Options say what to judge and how. The zero value runs all rules on one
// release.
type Options struct {
	// Scope is ScopeRelease (also when empty) or ScopeMesh. An entry of Ignore
	// that matches nothing is an info in release scope, since the object may be
	// part of another release, and a warning in the whole mesh.
	Scope string
	// IstioVersion is the version the mesh runs, such as 1.30 or 1.30.2.
	// Empty means the one that image tags tell, else the newest there is.
	IstioVersion string
	// KubeVersions are the versions of Kubernetes that the mesh is meant for, such
	// as 1.34 or 1.33.5-gke.100; rules about versions say nothing without one.
	KubeVersions []string
	// Select names the rules to run by code (HX107), prefix (HX1*) or tag
	// (security). Empty means all but those that are optional.
	Select []string
	// Severity replaces the severity of a rule's findings, by code.
	Severity map[string]diag.Severity
	// Ignore leaves out findings.
	Ignore []Ignore
	// Namespace is that of objects which carry none.
	Namespace string
	// Charts are those that documents were rendered from, for the rules on
	// templates; may be empty.
	Charts []Chart
	// Releases are the charts that the documents were rendered from, with the
	// values that were set for them.
	Releases []Release
	// Now is the time that expiry dates are compared with; zero means now.
	Now time.Time
	// Spans are the places where the options above are written, for findings
	// about them, by the names that SpanKey gives. What is missing has no place.
	Spans map[string]diag.Span
}

// SpanKey names an option in Options.Spans: "scope", "istioVersion", "select"
// with the pattern, or "severity" with the code.
func SpanKey(option string, item ...string) string {
	return strings.Join(append([]string{option}, item...), " ")
}

// Run judges the documents and returns them as they are. The same documents
// and options give the same findings in the same order, however many
// processors there are. When the options are wrong ([Options.Validate]) it
// returns that alone. The error is the context's.
func Run(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	if wrong := o.Validate(); len(wrong) > 0 {
		return docs, wrong, nil
	}
	_, findings, err := run(ctx, docs, o, selectRules(Rules(), o.Select))
	return docs, findings, err
}

// run is Run with the rules given.
func run(ctx context.Context, docs []*manifest.Document, o Options, rules []*Rule) (*Mesh, diag.List, error) {
	mesh := newMesh(docs, o)
	found := make([][]reported, len(mesh.Objects)+len(rules)+len(o.Charts)) // by object, then by rule, then by chart

	byKind := rulesByKind(rules)
	err := each(ctx, len(mesh.Objects), 16, func(i int) {
		object := mesh.Objects[i]
		for _, r := range byKind[kindOf(object.ID)] {
			r.Object(&Pass{Mesh: mesh, rule: r, options: o, found: &found[i]}, object)
		}
	})
	if err != nil {
		return mesh, nil, err
	}
	err = each(ctx, len(rules), 1, func(i int) {
		if r := rules[i]; r.Whole != nil {
			r.Whole(&Pass{Mesh: mesh, rule: r, options: o, found: &found[len(mesh.Objects)+i]})
		}
	})
	if err != nil {
		return mesh, nil, err
	}
	err = each(ctx, len(o.Charts), 1, func(i int) { runChart(rules, o, o.Charts[i], &found[len(mesh.Objects)+len(rules)+i]) })
	if err != nil {
		return mesh, nil, err
	}
	return mesh, settle(mesh, rules, o, found), nil
}

// runChart runs the rules on the sources of a chart, which are parsed only when
// there are some.
func runChart(rules []*Rule, o Options, c Chart, found *[]reported) {
	var sources *Templates
	for _, r := range rules {
		if r.Chart == nil {
			continue
		}
		if sources == nil {
			sources = newTemplates(c)
		}
		r.Chart(&Pass{rule: r, options: o, found: found}, sources)
	}
}

// settle takes out what is to be ignored and puts the rest in order.
func settle(mesh *Mesh, rules []*Rule, o Options, found [][]reported) diag.List {
	ignores := newIgnores(mesh, rules, o)
	var list diag.List
	for _, part := range found {
		for _, f := range part {
			if !ignores.cover(f) {
				list = append(list, *f.Diagnostic)
			}
		}
	}
	list = append(list, ignores.complaints()...)
	list.Sort()
	return list
}

// each calls f for 0 to n-1, on as many goroutines as there are processors,
// until the context ends. Work is handed out in runs of chunk, so that one
// large piece does not hold up the rest and handing out small ones costs little.
func each(ctx context.Context, n, chunk int, f func(int)) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) {
		wait.Go(func() {
			for ctx.Err() == nil {
				start := int(next.Add(int64(chunk))) - chunk
				if start >= n {
					return
				}
				for i := start; i < min(n, start+chunk); i++ {
					f(i)
				}
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}
