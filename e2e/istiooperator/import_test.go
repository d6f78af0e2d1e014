package istiooperator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/e2e/counterpart"
	"github.com/helmx-dev/helmx/istiooperator"
)

// TestSameObjectsAsIstioctl imports IstioOperators, renders the charts of every
// release with the values and patches that came out, and compares the objects
// with those that istioctl makes of the same file. Gateways are compared in
// what both charts can say, see gateway_test.go.
func TestSameObjectsAsIstioctl(t *testing.T) {
	istioctl, helmx := counterpart.Istioctl(t), counterpart.Helmx(t)
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	gateways := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			want := generate(t, istioctl, file)
			got := importAndRender(t, helmx, file)
			gateways += compareGateways(t, got, want)
			for id := range want {
				if isGateway(want[id]) {
					delete(want, id)
				}
			}
			for id, o := range got {
				if isGateway(o) || isDefaultRevision(o) {
					delete(got, id)
				}
			}
			if len(want) < 5 {
				t.Errorf("only %d objects to compare", len(want))
			}
			compare(t, want, got)
		})
	}
	if gateways < 5 {
		t.Errorf("only %d gateways to compare", gateways)
	}
}

type object = map[string]any

// compare reports the differences object by object: whole streams are too long
// to read.
func compare(t *testing.T, want, got map[string]object) {
	t.Helper()
	for id := range want {
		if got[id] == nil {
			t.Errorf("%s is missing", id)
		}
	}
	for id := range got {
		if want[id] == nil {
			t.Errorf("%s is too much", id)
			continue
		}
		for _, d := range differences("", want[id], got[id]) {
			t.Errorf("%s: %s", id, d)
		}
	}
}

// differences lists the places where two values differ.
func differences(path string, want, got any) []string {
	a, aMap := want.(map[string]any)
	b, bMap := got.(map[string]any)
	c, aList := want.([]any)
	d, bList := got.([]any)
	var found []string
	switch {
	case aMap && bMap:
		for key := range a {
			found = append(found, differences(path+"."+key, a[key], b[key])...)
		}
		for key := range b {
			if _, ok := a[key]; !ok {
				found = append(found, differences(path+"."+key, nil, b[key])...)
			}
		}
	case aList && bList && len(c) == len(d):
		for i := range c {
			found = append(found, differences(fmt.Sprintf("%s[%d]", path, i), c[i], d[i])...)
		}
	case !cmp.Equal(want, got):
		found = append(found, fmt.Sprintf("%s: istioctl has %v, helmx %v", path, want, got))
	}
	return found
}

// generate runs Istio's code. It has a hub and tag compiled in that no release
// has.
func generate(t *testing.T, istioctl, file string) map[string]object {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{file}
	if !bytes.Contains(data, []byte("  hub:")) {
		args = append(args, "hub="+charts.IstioHub, "tag="+charts.IstioVersion)
	}
	return objects(t, run(t, istioctl, args...), "")
}

func importAndRender(t *testing.T, helmx, file string) map[string]object {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run(t, helmx, "import", "istiooperator", file, "-o", dir)
	installs, findings, err := istiooperator.Import(file, data, istiooperator.Options{})
	if err != nil || findings.HasErrors() || len(installs) != 1 {
		t.Fatal(findings, err)
	}
	all := map[string]object{}
	for _, r := range installs[0].Releases {
		name := "istio" // istioctl's name for every release, which labels show
		if r.Chart == "gateway" {
			name = r.Name
		}
		out := run(t, helmx, "template", name, "builtin:istio/"+r.Chart, "-n", r.Namespace, "--kube-version", "1.37", "--skip-lint",
			"-f", filepath.Join(dir, r.Values), "-c", filepath.Join(dir, "helmx.yaml"))
		for id, o := range objects(t, out, r.Chart) {
			if all[id] != nil {
				t.Errorf("%s is in two releases", id)
			}
			all[id] = o
		}
	}
	return all
}

func run(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	var out, log bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, log.Bytes())
	}
	return out.Bytes()
}

const chartKey = "(chart)"

// objects reads a stream, without what differs by design: the labels of charts
// and releases, and the record of all values that istiod keeps for debugging.
func objects(t *testing.T, stream []byte, chart string) map[string]object {
	t.Helper()
	all := map[string]object{}
	for _, text := range strings.Split("\n"+string(stream), "\n---") {
		var o object
		if err := yaml.Unmarshal([]byte(strings.TrimLeft(text, "- \t")), &o); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if o == nil || o["kind"] == nil {
			continue
		}
		name := fmt.Sprint(at(o, "metadata", "name"))
		if o["kind"] == "ConfigMap" && (name == "values" || strings.HasPrefix(name, "values-")) {
			continue
		}
		normalize(o)
		if chart == "gateway" {
			o[chartKey] = chart
		}
		all[fmt.Sprintf("%s %s/%v %s", o["kind"], o["apiVersion"], at(o, "metadata", "namespace"), name)] = o
	}
	return all
}

// normalize drops labels of charts and releases wherever they are, and nulls,
// which the API server drops. JSON in strings is compared as JSON, and a
// quantity is the same with and without quotes.
func normalize(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			switch key {
			case "helm.sh/chart", "app.kubernetes.io/version", "app.kubernetes.io/instance", "release":
				delete(v, key)
				continue
			}
			if text, ok := item.(string); ok && strings.HasPrefix(strings.TrimSpace(text), "{") {
				var inner any
				if json.Unmarshal([]byte(text), &inner) == nil {
					v[key], item = inner, inner
				}
			}
			normalize(item)
			if item == nil {
				delete(v, key)
			}
			if n, ok := item.(float64); ok && (key == "cpu" || key == "memory") {
				v[key] = fmt.Sprint(n)
			}
			if m, ok := item.(map[string]any); ok && len(m) == 0 {
				delete(v, key)
			}
		}
	case []any:
		for _, item := range v {
			normalize(item)
		}
	}
}

func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// isDefaultRevision finds what the chart base makes for the default revision.
// istioctl makes a default revision while it installs, so that it is not among
// the objects it renders.
func isDefaultRevision(o object) bool {
	name := fmt.Sprint(at(o, "metadata", "name"))
	return name == "istiod-default-validator" || strings.HasPrefix(name, "stable-channel-default-policy")
}

func isGateway(o object) bool {
	component := at(o, "metadata", "labels", "operator.istio.io/component")
	return o[chartKey] != nil || component == "IngressGateways" || component == "EgressGateways"
}
