package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
	"github.com/helmx-dev/helmx/render/engine"
)

const whyLong = `Explain one field of the result: the values that went into it and who set them,
the template line that wrote it, the patch that changed it, and the expression
that made its value. The other flags are those of "helmx template". A value of a
Secret is never shown.`

func (a *app) whyCommand() *cobra.Command {
	t := &templateFlags{settings: charts.SettingsFromEnv()}
	format := "text"
	cmd := &cobra.Command{
		Use:     "why KIND[/NAMESPACE]/NAME PATH [RELEASE] CHART",
		Short:   "explain where a field of the result comes from",
		Long:    whyLong,
		Example: "  helmx why Deployment/istiod spec.replicas mesh builtin:istio/istiod -n istio-system -f prod.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 3 {
				return usageError{"why needs an object, a path and a chart", "write helmx why Deployment/istiod spec.replicas mesh builtin:istio/istiod"}
			}
			return oneOf("--format", format, []string{"text", "json"})
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.why(cmd.Context(), t, format, args) },
	}
	f := cmd.Flags()
	t.register(f)
	f.StringVar(&format, "format", "text", "print text or json")
	for _, name := range []string{"skip-validation", "skip-lint", "explain-patches", "show-only", "post-renderer", "post-renderer-args"} {
		f.Lookup(name).Hidden = true // nothing is judged or printed that they are about
	}
	return cmd
}

// whyView is the chain behind a field, which both formats print.
type whyView struct {
	Version int         `json:"version"`
	Object  diag.Object `json:"object"`
	Path    string      `json:"path"`
	Value   any         `json:"value"`
	Steps   []whyStep   `json:"steps"` // never null; from the values to the result
}

type whyStep struct {
	Kind string `json:"kind"` // value, template, patch or expression
	Text string `json:"text"`
	File string `json:"file"`
	Line int    `json:"line"`

	Setting  *leafView     `json:"setting,omitempty"`
	Replaced []settingView `json:"-"`
}

func (a *app) why(ctx context.Context, t *templateFlags, format string, args []string) error {
	path, err := manifest.ParsePath(args[1])
	if err != nil {
		return usageError{err.Error(), "a path is written spec.template.spec.containers[name=app].image"}
	}
	ref, err := t.nameAndChart(args[2:])
	if err != nil {
		return err
	}
	cfg, err := a.loadConfigFor(ref)
	if err != nil {
		return err
	}
	o, err := a.templateOptions(t, cfg)
	if err != nil {
		return err
	}
	var seen *engine.Observation
	t.chart.Render.Observe = func(o *engine.Observation) { seen = o }
	rendered, findings, err := pipeline.RenderChart(ctx, ref, t.chart)
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	o.Expr.Values = rendered.Values
	o.Schema.CRDs = append(o.Schema.CRDs, rendered.CRDs...)
	namespace := a.namespace(&t.settings)
	w := whyWriter{readers: pipeline.NewReaders(seen, rendered.Layers), patches: o.Patch.Patches}
	if d, err := findObject(rendered.Docs, args[0], namespace); err == nil {
		w.remember(d, path)
	}
	docs, found, err := pipeline.Change(ctx, rendered.Docs, o)
	findings = append(findings, found...)
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	d, err := findObject(docs, args[0], namespace)
	if err != nil {
		return err
	}
	view, err := w.explain(d, path)
	if err != nil {
		return err
	}
	if format == "json" {
		return printJSON(&a.stdout, view)
	}
	view.write(&a.stdout)
	return a.finish(findings, nil)
}

// findObject looks for KIND/NAME or KIND/NAMESPACE/NAME; an object without a
// namespace is in that of the release.
func findObject(docs []*manifest.Document, what, namespace string) (*manifest.Document, error) {
	parts := strings.Split(what, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
		return nil, usageError{fmt.Sprintf("%q is no object", what), "write KIND/NAME or KIND/NAMESPACE/NAME: Deployment/istio-system/istiod"}
	}
	var found []*manifest.Document
	var names []string
	for _, d := range docs {
		id := d.ID()
		if id.Kind == "" {
			continue
		}
		names = append(names, id.Kind+"/"+id.Name)
		if strings.EqualFold(id.Kind, parts[0]) && id.Name == parts[len(parts)-1] && (len(parts) == 2 || cmp.Or(id.Namespace, namespace) == parts[1]) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		slices.Sort(names)
		hint := diag.DidYouMean(parts[0]+"/"+parts[len(parts)-1], names)
		if near := diag.NearestN(what, names, 5); hint == "" && len(near) > 0 {
			hint = "the nearest are " + strings.Join(near, ", ")
		} else if hint == "" {
			hint = "there is " + few(slices.Compact(names))
		}
		return nil, usageError{"there is no " + what + " in the result", hint}
	}
	var full []string
	for _, d := range found {
		full = append(full, d.Object().String())
	}
	return nil, usageError{fmt.Sprintf("%s is %d objects: %s", what, len(found), strings.Join(full, ", ")), "name the namespace: KIND/NAMESPACE/NAME"}
}

// whyWriter follows one field from before the patches to the result.
type whyWriter struct {
	readers *pipeline.Readers
	patches []patch.Patch
	before  *diag.Span // where the field was rendered
	text    string     // what it was then
}

// remember notes the field as it was rendered.
func (w *whyWriter) remember(d *manifest.Document, path manifest.Path) {
	found, miss := d.Find(path)
	if miss != nil || len(found) == 0 {
		return
	}
	at, _ := d.SpanAt(found[0].Node.Line, found[0].Node.Column)
	w.before, w.text = &at, found[0].Node.Value
}

func (w *whyWriter) explain(d *manifest.Document, path manifest.Path) (whyView, error) {
	found, miss := d.Find(path)
	if miss != nil {
		hint := miss.DidYouMean()
		if len(miss.Deepest) > 0 {
			hint = strings.TrimPrefix(hint+"; what there is: "+miss.Deepest.String(), "; ")
		}
		return whyView{}, usageError{fmt.Sprintf("%s has no %s: %s", d.Object(), path, miss.Error()), hint}
	}
	f := found[0]
	secret := d.SecretAt(f.Path)
	view := whyView{Version: 1, Object: d.Object(), Path: f.Path.String(), Value: manifest.Value(f.Node), Steps: []whyStep{}}
	if secret {
		view.Value = masked
	}
	if w.before != nil {
		view.Steps = append(view.Steps, w.values(*w.before, f, secret)...)
		view.Steps = append(view.Steps, whyStep{Kind: "template", File: w.before.File, Line: w.before.Start.Line, Text: w.readers.Line(*w.before)})
	}
	at, _ := d.SpanAt(f.Node.Line, f.Node.Column)
	// A patch may have written the line for the sake of another field on it.
	same := w.text == f.Node.Value && len(f.Node.Content) == 0
	if w.before == nil || at != *w.before && !same {
		view.Steps = append(view.Steps, w.patched(at, secret)...)
	}
	if w.before != nil && w.text != f.Node.Value && strings.Contains(w.text, "[[") && !secret {
		view.Steps = append(view.Steps, whyStep{Kind: "expression", File: w.before.File, Line: w.before.Start.Line, Text: w.text})
	}
	return view, nil
}

// masked stands for a value of a Secret.
const masked = "***"

// values are those that the template line uses: the ones that the field shows, or
// else all.
func (w *whyWriter) values(at diag.Span, f manifest.Found, secret bool) []whyStep {
	leaves := w.readers.At(at)
	for _, shows := range []func(text string) bool{
		func(text string) bool { return text == w.text },
		func(text string) bool { return strings.Contains(w.text, text) },
	} {
		same := slices.DeleteFunc(slices.Clone(leaves), func(l charts.Leaf) bool {
			text := fmt.Sprint(l.Value)
			return text == "" || l.Value == nil || !shows(text)
		})
		if named := slices.DeleteFunc(slices.Clone(same), func(l charts.Leaf) bool { return !sameEnd(l.Path, f.Path) }); len(named) > 0 {
			same = named
		}
		if len(same) > 0 {
			leaves = same
			break
		}
	}
	var steps []whyStep
	for _, leaf := range viewTrace(leaves).Values {
		if secret {
			leaf.Value = masked
			for i := range leaf.Replaced {
				leaf.Replaced[i].Value = masked
			}
		}
		steps = append(steps, whyStep{Kind: "value", Text: leaf.Path + ": " + inOneLine(leaf.Value), File: leaf.File, Line: leaf.Line, Setting: &leaf, Replaced: leaf.Replaced})
	}
	return steps
}

// sameEnd reports whether two paths end in the same key.
func sameEnd(a, b manifest.Path) bool {
	return len(a) > 0 && len(b) > 0 && a[len(a)-1].Kind == manifest.Key && a[len(a)-1].Key == b[len(b)-1].Key
}

// patched is the patch whose text is nearest above the place, and the expression
// that stands there.
func (w *whyWriter) patched(at diag.Span, secret bool) []whyStep {
	step := whyStep{Kind: "patch", File: at.File, Line: at.Start.Line}
	for _, p := range w.patches {
		if p.Span.File == at.File && p.Span.Start.Line <= at.Start.Line {
			step.Text = p.Name
		}
	}
	steps := []whyStep{step}
	if line := lineOf(at); strings.Contains(line, "{{") && !secret {
		steps = append(steps, whyStep{Kind: "expression", File: at.File, Line: at.Start.Line, Text: line})
	}
	return steps
}

// lineOf reads the line of a place in a file, "" when it cannot.
func lineOf(at diag.Span) string {
	data, err := os.ReadFile(at.File)
	lines := strings.Split(string(data), "\n")
	if err != nil || at.Start.Line < 1 || at.Start.Line > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[at.Start.Line-1])
}

func (v whyView) write(w interface{ WriteString(string) (int, error) }) {
	line := func(format string, args ...any) { _, _ = w.WriteString(fmt.Sprintf(format+"\n", args...)) }
	line("%s: %s: %s", v.Object, v.Path, inOneLine(v.Value))
	for _, s := range v.Steps {
		place := ""
		if s.File != "" {
			place = fmt.Sprintf("%s:%d", s.File, s.Line)
		}
		if s.Setting != nil {
			place = s.Setting.where()
		}
		line("  %-10s  %s", s.Kind, strings.TrimSuffix(strings.Join([]string{place, s.Text}, ": "), ": "))
		for _, r := range s.Replaced {
			line("              replaced %s of %s", inOneLine(r.Value), r.where())
		}
	}
	if len(v.Steps) == 0 {
		line("  nothing is known of where it comes from")
	}
}
