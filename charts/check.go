package charts

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Check reports what `helm lint` refuses in a chart that can be rendered all the
// same. What Load, Resolve and rendering report is not repeated.
func (c *Chart) Check() diag.List {
	k := &checking{chart: c, file: c.UserPath(c.Name() + "/Chart.yaml"), data: rawData(c.Chart, "Chart.yaml")}
	k.root, _ = manifest.Parse(k.data)
	k.apiVersion()
	k.versions()
	k.people()
	k.links()
	k.dependencies()
	k.templates()
	return k.found
}

// checking is one call of Check.
type checking struct {
	chart *Chart
	file  string
	data  []byte
	root  *manifest.Node // of Chart.yaml
	found diag.List
}

// report adds an error about a field of Chart.yaml.
func (k *checking) report(code, field, hint, format string, args ...any) {
	p := refuse(code, format, args...).in(k.file).try(hint)
	if path, err := manifest.ParsePath(field); err == nil && k.root != nil {
		if n := path.Get(k.root); n != nil {
			p.at(k.file, n.Line, n.Column).mark(k.data)
		}
	}
	k.found = append(k.found, p.Diagnostic)
}

// node returns a field of Chart.yaml, nil when it is not there.
func (k *checking) node(field string) *manifest.Node {
	if k.root == nil {
		return nil
	}
	_, n := manifest.Lookup(k.root, field)
	return manifest.Resolve(n)
}

// apiVersion looks at the file: Load takes a chart without one for v1, as Helm
// does where it does not lint.
func (k *checking) apiVersion() {
	n := k.node("apiVersion")
	switch {
	case n == nil || n.Value == "":
		k.report("CH031", "apiVersion", "write apiVersion: v2", "apiVersion is required, either v1 or v2")
		return
	case n.Value != chart.APIVersionV1 && n.Value != chart.APIVersionV2:
		k.report("CH031", "apiVersion", "write apiVersion: v2", "apiVersion %q is not valid, expected v1 or v2", n.Value)
	}
	if n.Value == chart.APIVersionV2 {
		return
	}
	for _, field := range []string{"type", "dependencies"} {
		if f := k.node(field); f != nil && (f.Value != "" || len(f.Content) > 0) {
			k.report("CH031", field, "write apiVersion: v2", "%s is a field of apiVersion v2, and this is %s", field, n.Value)
		}
	}
}

func (k *checking) versions() {
	for _, field := range []string{"version", "appVersion"} {
		n := k.node(field)
		if n == nil {
			continue
		}
		if _, isString := manifest.Value(n).(string); !isString {
			k.report("CH031", field, fmt.Sprintf("put it in quotes: %s: %q", field, n.Value), "%s is %s, expected a string", field, manifest.KindName(n))
		}
	}
	if v, err := semver.NewVersion(k.chart.Metadata.Version); err == nil && !positive().Check(v) {
		k.report("CH031", "version", "begin with 0.1.0", "version %s is not greater than 0.0.0-0", v)
	}
}

func positive() *semver.Constraints {
	c, _ := semver.NewConstraint(">0.0.0-0")
	return c
}

// email and webPage are narrower than the expressions Helm uses, so that nothing
// it refuses passes.
var (
	email   = regexp.MustCompile(`^[\pL\pN!#$%&'*+/=?^_{|}~-]+(\.[\pL\pN!#$%&'*+/=?^_{|}~-]+)*@([\pL\pN]([\pL\pN-]*[\pL\pN])?\.)+[\pL]{2,}$`)
	webPage = regexp.MustCompile(`^((https?|ftp|wss?)://)?([\pL\pN]([\pL\pN-]*[\pL\pN])?\.)*[\pL\pN]([\pL\pN-]*[\pL\pN])?(:\d{1,5})?([/?#]\S*)?$`)
)

func (k *checking) people() {
	for i, m := range k.chart.Metadata.Maintainers {
		at := fmt.Sprintf("maintainers[%d]", i)
		switch {
		case m == nil:
			k.report("CH031", at, "remove it", "the entry of a maintainer is empty")
		case m.Name == "":
			k.report("CH031", at, "add a name", "a maintainer has no name")
		case m.Email != "" && !email.MatchString(m.Email):
			k.report("CH031", at+".email", "write it like mesh@example.com", "%q is no email address", m.Email)
		case m.URL != "" && !webPage.MatchString(m.URL):
			k.report("CH031", at+".url", "write it like https://example.com", "%q is no URL", m.URL)
		}
	}
}

func (k *checking) links() {
	for i, source := range k.chart.Metadata.Sources {
		k.link(fmt.Sprintf("sources[%d]", i), source)
	}
	if icon := k.chart.Metadata.Icon; icon != "" {
		k.link("icon", icon)
	}
}

func (k *checking) link(field, text string) {
	if u, err := url.ParseRequestURI(text); err != nil || u.Scheme == "" {
		k.report("CH031", field, "write it in full, like https://example.com/icon.svg", "%q is no URL", text)
	}
}

func (k *checking) dependencies() {
	declared := map[string]bool{}
	used := map[string]bool{}
	for i, d := range k.chart.Metadata.Dependencies {
		if d == nil {
			continue
		}
		declared[d.Name] = true
		name := d.Name
		if d.Alias != "" {
			name = d.Alias
		}
		if used[name] {
			k.report("CH032", fmt.Sprintf("dependencies[%d]", i), "give one of them an alias of its own", "there is more than one dependency with the name or alias %q", name)
		}
		used[name] = true
	}
	for _, sub := range k.chart.Dependencies() {
		if name := sub.Name(); !declared[name] {
			k.report("CH032", "dependencies", "declare it with name and version, or take it out of charts/", "charts/ holds %q, which Chart.yaml does not declare", name)
		}
	}
}

// templateNames are the extensions that Helm's linter lets pass in templates/.
var templateNames = []string{".yaml", ".yml", ".tpl", ".txt"}

// releaseTime is gone since Helm 3, and renders nothing.
const releaseTime = ".Release.Time"

func (k *checking) templates() {
	for _, t := range k.chart.Templates {
		file := k.chart.UserPath(k.chart.Name() + "/" + t.Name)
		if extension := path.Ext(t.Name); !slices.Contains(templateNames, extension) {
			p := refuse("CH033", "extension %q of a template, expected one of %s", extension, strings.Join(templateNames, ", ")).in(file)
			k.found = append(k.found, p.try("rename it, or move it to files/ when it is no template").Diagnostic)
		}
		k.removed(file, string(t.Data))
	}
}

func (k *checking) removed(file, text string) {
	before, _, found := strings.Cut(text, releaseTime)
	if !found {
		return
	}
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	p := refuse("CH033", "%s was removed in Helm 3", releaseTime).at(file, line, column).try("use `now`, knowing that it makes every rendering differ")
	k.found = append(k.found, p.Diagnostic)
}

// OwnSchema is the schema of the chart with its values as `helm lint` holds them
// against it: without those of subcharts, which rendering adds. ok is false when
// that makes no difference.
func (u *UserValues) OwnSchema() (s ValuesSchema, ok bool) {
	c := u.chart
	if c == nil || c.Schema == nil || len(c.Dependencies()) == 0 {
		return s, false
	}
	alone := &chart.Chart{Metadata: c.Metadata, Values: c.Values}
	values, err := chartutil.CoalesceValues(alone, u.Map, func(chartutil.Warning) {})
	if err != nil {
		return s, false // Resolve reports it
	}
	return ValuesSchema{ChartPath: c.Name(), File: c.UserPath(c.Name() + "/values.schema.json"), JSON: c.Schema, Values: values}, true
}
