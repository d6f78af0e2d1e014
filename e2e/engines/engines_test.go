package engines

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	helmchartutil "helm.sh/helm/v3/pkg/chartutil"
	helmengine "helm.sh/helm/v3/pkg/engine"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/e2e/counterpart"
	"github.com/helmx-dev/helmx/render"
	"github.com/helmx-dev/helmx/render/engine"
)

// cases is how many generated charts a normal test run compares;
// HELMX_E2E_CASES asks for more.
const cases = 4000

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // Helm logs warnings about values and hooks
	os.Exit(m.Run())
}

// TestGenerated compares charts that the generator writes from fixed seeds.
func TestGenerated(t *testing.T) {
	n := cases
	if s := os.Getenv("HELMX_E2E_CASES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	first := 0
	if s := os.Getenv("HELMX_E2E_SEED"); s != "" {
		var err error
		if first, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	const shards = 4
	var succeeded [shards]int
	t.Run("shards", func(t *testing.T) {
		for shard := range shards {
			t.Run(strconv.Itoa(shard), func(t *testing.T) {
				t.Parallel()
				bad := 0
				for seed := first + shard; seed < first+n && bad < 10; seed += shards {
					files := newGenerator(uint64(seed)).chart()
					ok, diff := compareEngines(files)
					if ok {
						succeeded[shard]++
					}
					if diff != "" {
						bad++
						t.Errorf("seed %d: %s\n%s", seed, diff, show(files))
					}
				}
			})
		}
	})
	total := 0
	for _, s := range succeeded {
		total += s
	}
	t.Logf("%d charts, of which %d render in Helm", n, total)
	if n >= cases && total < n/6 {
		t.Errorf("only %d of %d generated charts render: the generator shows too little", total, n)
	}
}

// FuzzEngines mutates template text. Which lines run differs from run to run,
// so let it not spend its time on minimizing:
//
//	go test ./engines -run '^$' -fuzz FuzzEngines -fuzzminimizetime 5x -fuzztime 1m
func FuzzEngines(f *testing.F) {
	for seed := range 50 {
		files := newGenerator(uint64(seed)).chart()
		f.Add(files["templates/a.yaml"], files["templates/_h.tpl"])
	}
	f.Fuzz(func(t *testing.T, template, helper string) {
		if unrepeatable.MatchString(template + helper) {
			t.Skip()
		}
		files := newGenerator(1).chart()
		files["templates/a.yaml"], files["templates/_h.tpl"] = template, helper
		if _, diff := compareEngines(files); diff != "" {
			t.Errorf("%s\n%s", diff, show(files))
		}
	})
}

// unrepeatable matches templates whose result changes from run to run, that ask
// for more work than a fuzzer should do, or that could make a map hold itself,
// which is the end of Helm.
var unrepeatable = regexp.MustCompile(`\bset|erge|rand|gen[A-Z]|now|ago|uuid|shuffle|keys|values|bcrypt|htpasswd|encryptAES|date|[dD]uration|getHost|buildCustom|derive|[0-9]{4}|e[0-9]|%[^a-z]*[0-9]|%[^a-z]*\*|0x|pow`)

// compareEngines renders a chart both ways. It reports whether Helm succeeds,
// and the difference, "" for none.
func compareEngines(files map[string]string) (succeeds bool, diff string) {
	helmFiles, helmErr := helmRender(files)
	helmxFiles, helmxErr := helmxRender(files)
	if d := compareErrors(helmErr, helmxErr); d != "" {
		return helmErr == nil, d
	}
	if helmErr != nil {
		return false, ""
	}
	if d := cmp.Diff(helmFiles, helmxFiles); d != "" {
		return true, "rendered files (-helm +helmx):\n" + d
	}
	helmOut, helmErr := helmStream(files)
	helmxOut, helmxErr := helmxStream(files)
	if (helmErr == nil) != (helmxErr == nil) {
		return false, fmt.Sprintf("stream: helm's error: %v\nhelmx's: %v", helmErr, helmxErr)
	}
	if helmErr == nil && addresses.ReplaceAllString(helmOut, "0x") != addresses.ReplaceAllString(helmxOut, "0x") {
		return true, "stream (-helm +helmx):\n" + cmp.Diff(helmOut, helmxOut)
	}
	return helmErr == nil, ""
}

// addresses are pointers in texts: they differ from run to run.
var addresses = regexp.MustCompile(`0x[0-9a-f]{6,}`)

func compareErrors(helm, helmx error) string {
	switch {
	case (helm == nil) != (helmx == nil):
		return fmt.Sprintf("helm's error: %v\nhelmx's error: %v", helm, helmx)
	case helm == nil:
		return ""
	}
	want, got := addresses.ReplaceAllString(helm.Error(), "0x"), addresses.ReplaceAllString(helmx.Error(), "0x")
	if !strings.Contains(got, want) {
		return fmt.Sprintf("helm's message is not in helmx's\nhelm:  %s\nhelmx: %s", want, got)
	}
	return ""
}

func load(files map[string]string) *chart.Chart {
	var buffered []*loader.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		buffered = append(buffered, &loader.BufferedFile{Name: name, Data: []byte(files[name])})
	}
	ch, err := loader.LoadFiles(buffered)
	if err != nil {
		panic(err) // the generator writes charts that load
	}
	return ch
}

func helmRender(files map[string]string) (map[string]string, error) {
	ch, vals := load(files), map[string]any{}
	if err := helmchartutil.ProcessDependenciesWithMerge(ch, vals); err != nil {
		return nil, err
	}
	caps := helmchartutil.DefaultCapabilities.Copy()
	caps.KubeVersion = helmchartutil.KubeVersion{Version: "v1.37.0", Major: "1", Minor: "37"}
	caps.HelmVersion.Version, caps.HelmVersion.GitTreeState = counterpart.HelmVersion, "clean"
	top, err := helmchartutil.ToRenderValues(ch, vals, helmchartutil.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}, caps)
	if err != nil {
		return nil, err
	}
	rendered, err := helmengine.Engine{}.Render(ch, top)
	for name, text := range rendered {
		rendered[name] = addresses.ReplaceAllString(text, "0x")
	}
	return rendered, err
}

func resolve(files map[string]string) (*charts.Resolved, error) {
	caps := chartutil.DefaultCapabilities()
	caps.KubeVersion = chartutil.KubeVersion{Version: "v1.37.0", Major: "1", Minor: "37"}
	r, findings, err := charts.Resolve(&charts.Chart{Chart: load(files)}, &charts.UserValues{Map: map[string]any{}}, charts.ResolveOptions{
		Release: charts.Release{Name: "rel", Namespace: "ns"}, Capabilities: caps,
	})
	if err == nil && findings.HasErrors() {
		err = fmt.Errorf("%v", findings)
	}
	return r, err
}

func helmxRender(files map[string]string) (map[string]string, error) {
	r, err := resolve(files)
	if err != nil {
		return nil, err
	}
	rendered, err := engine.Render(context.Background(), r.Chart.Chart, r.Values, engine.Options{})
	out := map[string]string{}
	for _, f := range rendered {
		out[f.Name] = addresses.ReplaceAllString(f.Text, "0x")
	}
	return out, err
}

// helmStream is what "helm template" prints, without the command.
func helmStream(files map[string]string) (string, error) {
	install := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	install.DryRun, install.ClientOnly, install.Replace = true, true, true
	install.ReleaseName, install.Namespace = "rel", "ns"
	install.KubeVersion = &helmchartutil.KubeVersion{Version: "v1.37.0", Major: "1", Minor: "37"}
	rel, err := install.Run(load(files), map[string]any{})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(strings.TrimSpace(rel.Manifest) + "\n")
	for _, h := range rel.Hooks {
		fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", h.Path, h.Manifest)
	}
	return b.String(), nil
}

func helmxStream(files map[string]string) (string, error) {
	r, err := resolve(files)
	if err != nil {
		return "", err
	}
	docs, findings, err := render.Render(context.Background(), r, render.Options{})
	if err == nil && findings.HasErrors() {
		err = fmt.Errorf("%v", findings)
	}
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, d := range docs {
		b.Write(d.Raw())
	}
	if len(docs) == 0 {
		return "\n", nil // what "helm template" prints for nothing
	}
	return b.String(), nil
}

// show prints the templates of a chart, for a report.
func show(files map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.Contains(name, "templates/") {
			fmt.Fprintf(&b, "-- %s --\n%s\n", name, files[name])
		}
	}
	return b.String()
}
