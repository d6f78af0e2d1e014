package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/manifest"
)

// chartInput is a chart among the inputs.
type chartInput struct {
	ref     string
	release charts.Release
	named   bool     // the user gave the release
	files   []string // values files inside the chart that the user named

	chart    *charts.Chart // nil when it could not be loaded
	variants []variant
	findings diag.List
	log      bytes.Buffer // what Helm would have logged
	err      error
}

// variant is one set of values for a chart, and what it renders with them.
type variant struct {
	name     string // of the values, for findings; "" for the chart's own
	given    []charts.ValuesFile
	files    []string
	optional bool // nobody asked for it: that it does not render is no fault

	docs   []*manifest.Document
	values *charts.UserValues
	failed bool
}

// with adds a file of the chart that the user named, when it holds values.
func (c *chartInput) with(file string) {
	rel, err := filepath.Rel(c.ref, file)
	if err != nil || !isValuesFile(filepath.ToSlash(rel)) || slices.Contains(c.files, file) {
		return
	}
	c.files = append(c.files, file)
}

// isValuesFile says whether a file of a chart is one for -f, by its name:
// values-prod.yaml, prod-values.yaml, or anything in values/. What the chart
// itself reads is none, and ci/ is looked through anyway.
func isValuesFile(name string) bool {
	folder, base := path.Split(name)
	stem := strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml")
	switch {
	case stem == base || name == "values.yaml":
		return false
	case folder == "values/":
		return true
	}
	return folder == "" && (strings.HasPrefix(stem, "values") || strings.HasSuffix(stem, "values"))
}

// render renders all charts, several at a time, and puts everything in the
// order of the inputs.
func (c *collector) render() error {
	var list []*chartInput
	for _, in := range c.inputs {
		if in.chart != nil {
			list = append(list, in.chart)
		}
	}
	next := make(chan *chartInput)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		group.Go(func() {
			for chart := range next {
				chart.err = chart.render(c.ctx, c.o)
			}
		})
	}
	for _, chart := range list {
		next <- chart
	}
	close(next)
	group.Wait()
	dropReadElsewhere(list)
	for _, chart := range list {
		if err := c.rendered(chart); err != nil {
			return err
		}
	}
	c.rounds()
	return c.ctx.Err()
}

// rendered takes over what became of a chart.
func (c *collector) rendered(chart *chartInput) error {
	for line := range strings.Lines(chart.log.String()) {
		if warn := c.o.Chart.Render.Warn; warn != nil {
			warn(strings.TrimSuffix(line, "\n"))
		}
	}
	c.findings = append(c.findings, chart.findings...)
	if errors.Is(chart.err, ErrUnreadable) || errors.Is(chart.err, ErrStopped) && c.incomplete == nil {
		c.incomplete = chart.err
	}
	if chart.err != nil && !Reported(chart.err) {
		return chart.err
	}
	if chart.chart == nil {
		return nil
	}
	source := lint.Chart{Chart: chart.chart}
	for _, v := range chart.variants {
		switch {
		case v.failed && v.optional:
			c.o.PassedOver(chart.ref, "with its own values alone it does not render")
		case !v.failed:
			source.Values = append(source.Values, v.values)
		}
	}
	c.Charts = append(c.Charts, source)
	c.Layers = append(c.Layers, source.Values...)
	c.CRDs = append(c.CRDs, crdFiles(chart.chart)...)
	return nil
}

// render loads the chart and renders its variants. The error is ErrUnreadable or
// ErrStopped when one of them fails.
func (c *chartInput) render(ctx context.Context, o InputOptions) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var lock sync.Mutex
	warn := func(line string) {
		lock.Lock()
		defer lock.Unlock()
		c.log.WriteString(line + "\n")
	}
	chart, findings, err := charts.Load(ctx, c.ref, o.Chart.Load)
	c.findings = findings
	if err := unreadable(findings, err); err != nil {
		return err
	}
	c.chart = chart
	if o.Chart.Render.LintMode {
		c.findings = append(c.findings, chart.Check()...)
	}
	if !c.named {
		c.release.Name = cmp.Or(o.Chart.Resolve.Release.Name, releaseName(chart))
	}
	if err := c.findVariants(o); err != nil {
		return err
	}
	var worst error
	merged := merger{seen: map[string]bool{}}
	for i := range c.variants {
		v := &c.variants[i]
		options := o.Chart
		options.Render.Warn = warn
		options.Resolve.Release = c.release
		options.Values.Files, options.Values.Given = v.files, v.given
		found, err := v.render(ctx, chart, options)
		if err != nil && !Reported(err) {
			return err
		}
		v.failed = err != nil
		if v.failed && v.optional {
			continue
		}
		if errors.Is(err, ErrUnreadable) || worst == nil {
			worst = cmp.Or(err, worst)
		}
		merged.add(found, func(diag.Diagnostic) string { return v.label(i) })
	}
	c.findings = append(c.findings, merged.list...)
	return worst
}

func (v *variant) render(ctx context.Context, chart *charts.Chart, o ChartOptions) (diag.List, error) {
	docs, values, findings, err := renderLoaded(ctx, chart, o)
	v.values = values
	if err != nil {
		return findings, err
	}
	for _, d := range docs {
		d.Origin.Namespace = o.Resolve.Release.Namespace
	}
	v.docs = docs
	if o.Render.LintMode && !o.SkipSchemaValidation {
		findings = append(findings, checkOwnValues(values)...)
	}
	return findings, nil
}

// label says in a finding which values it takes; the first variant needs none.
func (v *variant) label(i int) string {
	switch {
	case i == 0:
		return ""
	case v.name == "":
		return "with the chart's own values"
	}
	return "with the values of " + v.name
}

// releaseName is the name of a release that nobody named: that of its chart, so
// that the charts of one mesh do not get into each other's way.
func releaseName(chart *charts.Chart) string {
	if name := chart.Name(); chartutil.ValidateReleaseName(name) == nil {
		return name
	}
	return "release-name"
}

// findVariants lists the values that the chart is to be rendered with, those
// that the user names first.
func (c *chartInput) findVariants(o InputOptions) error {
	given := o.Chart.Values.Files
	if !o.Variants {
		c.variants = []variant{{files: given}}
		return nil
	}
	sets := o.Sets
	if len(given) > 0 {
		sets = slices.Concat([][]string{given}, sets)
	}
	for _, set := range sets {
		c.variants = append(c.variants, variant{name: strings.Join(set, ", "), files: set})
	}
	if o.GivenOnly && len(sets) > 0 {
		return nil
	}
	own := variant{optional: len(sets) > 0}
	c.variants = append(c.variants, own)
	ci, err := ciValues(c.chart)
	for _, f := range ci {
		c.variants = append(c.variants, variant{name: f.Name, given: []charts.ValuesFile{f}})
	}
	for _, f := range c.files {
		c.variants = append(c.variants, variant{name: f, files: []string{f}})
	}
	return err
}

// ciValues returns the files ci/*-values.yaml of a chart, with which chart-testing
// installs it, sorted. In a folder they count although .helmignore names them.
func ciValues(c *charts.Chart) ([]charts.ValuesFile, error) {
	var files []charts.ValuesFile
	if !c.Dir {
		for _, f := range c.Raw {
			if ok, _ := path.Match("ci/*-values.yaml", f.Name); ok {
				files = append(files, charts.ValuesFile{Name: c.UserPath(c.Name() + "/" + f.Name), Data: f.Data})
			}
		}
		slices.SortFunc(files, func(a, b charts.ValuesFile) int { return strings.Compare(a.Name, b.Name) })
		return files, nil
	}
	entries, err := os.ReadDir(filepath.Join(c.Path, "ci")) // sorted
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), "-values.yaml") {
			continue
		}
		name := filepath.Join(c.Path, "ci", e.Name())
		data, err := os.ReadFile(name)
		if err != nil {
			return files, err
		}
		files = append(files, charts.ValuesFile{Name: name, Data: data})
	}
	return files, err
}

// Round is one mesh to judge.
type Round struct {
	Docs     []*manifest.Document
	Releases []lint.Release // with those whose templates failed: the values may be why
	labels   []roundLabel
}

// roundLabel says which values the documents of a chart take in a round.
type roundLabel struct{ folder, name, text string }

// rounds puts the documents of all inputs together, once for each variant.
func (c *collector) rounds() {
	for n := 0; n == 0 || c.varies(n); n++ {
		var r Round
		for _, in := range c.inputs {
			docs := in.docs
			if in.chart != nil {
				docs = in.chart.variant(n, &r)
			}
			if n > 0 && c.o.Fresh {
				docs = fresh(docs)
			}
			r.Docs = append(r.Docs, docs...)
		}
		c.Rounds = append(c.Rounds, r)
	}
}

// varies says whether some chart has a variant n that renders.
func (c *collector) varies(n int) bool {
	return slices.ContainsFunc(c.inputs, func(in input) bool {
		return in.chart != nil && n < len(in.chart.variants)
	})
}

// variant returns the documents of variant n, else those of the first one.
func (c *chartInput) variant(n int, r *Round) []*manifest.Document {
	if n < len(c.variants) && c.variants[n].failed && !c.variants[n].optional {
		r.release(c, n)
	}
	if n >= len(c.variants) || c.variants[n].failed {
		n = 0
	}
	if n >= len(c.variants) {
		return nil
	}
	if text := c.variants[n].label(n); text != "" {
		r.labels = append(r.labels, roundLabel{folder: cmp.Or(c.chart.Path, c.chart.Name()) + string(filepath.Separator), name: c.chart.Name() + "/", text: text})
	}
	if !c.variants[n].failed {
		r.release(c, n)
	}
	return c.variants[n].docs
}

// release adds what rules see of the values of a variant, when they could be read.
func (r *Round) release(c *chartInput, n int) {
	if values := c.variants[n].values; values != nil {
		r.Releases = append(r.Releases, lint.Release{Name: c.release.Name, Namespace: c.release.Namespace, Parts: values.Parts})
	}
}

// fresh copies documents, so that changes of one round do not reach another.
func fresh(docs []*manifest.Document) []*manifest.Document {
	var copies []*manifest.Document
	for _, d := range docs {
		copies = append(copies, manifest.New(d.Raw(), d.Origin))
	}
	return copies
}

// label says which values a finding of the round takes.
func (r Round) label(d diag.Diagnostic) string {
	for _, l := range r.labels {
		if strings.HasPrefix(d.Span.File, l.folder) || strings.HasPrefix(d.Span.File, l.name) {
			return l.text
		}
	}
	if len(r.labels) == 1 {
		return r.labels[0].text
	}
	return ""
}

// JudgeRounds judges each round with the function given and puts the findings
// together. What several rounds find is one finding; what only a later one finds
// says with which values. That an exception is of no use has to hold in all.
func (c Collected) JudgeRounds(judge func(round int, docs []*manifest.Document) (diag.List, error)) (diag.List, error) {
	m := merger{seen: map[string]bool{}}
	unused := map[string]int{}
	for i, r := range c.Rounds {
		found, err := judge(i, r.Docs)
		for _, d := range found {
			if d.Code == lint.CodeUnused {
				unused[findingKey(d)]++
			}
		}
		m.add(found, r.label)
		if err != nil {
			return m.list, err
		}
	}
	return slices.DeleteFunc(m.list, func(d diag.Diagnostic) bool {
		return d.Code == lint.CodeUnused && unused[findingKey(d)] < len(c.Rounds)
	}), nil
}

// merger puts together findings of the same things with different values.
type merger struct {
	list diag.List
	seen map[string]bool
}

// add takes findings that no earlier call had; several equal ones of one call stay.
func (m *merger) add(found diag.List, label func(diag.Diagnostic) string) {
	keys := make([]string, 0, len(found))
	for _, d := range found {
		key := findingKey(d)
		keys = append(keys, key)
		if m.seen[key] {
			continue
		}
		if text := label(d); text != "" {
			d.Related = append(slices.Clip(d.Related), diag.Related{Message: text})
		}
		m.list = append(m.list, d)
	}
	for _, key := range keys {
		m.seen[key] = true
	}
}

func findingKey(d diag.Diagnostic) string { return d.Span.String() + "\x00" + d.Fingerprint() }
