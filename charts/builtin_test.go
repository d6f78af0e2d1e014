package charts

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
)

func TestBuiltinLoads(t *testing.T) {
	for _, name := range BuiltinNames() {
		c, ok := Builtin(name)
		if !ok {
			t.Fatalf("Builtin(%q): not found", name)
		}
		if want := filepath.Base(name); c.Name() != want {
			t.Errorf("%s: chart name %q, want %q", name, c.Name(), want)
		}
		if c.AppVersion() != IstioVersion {
			t.Errorf("%s: appVersion %q, want %q", name, c.AppVersion(), IstioVersion)
		}
		if len(c.Templates) == 0 || len(c.Values) == 0 || rawFile(c, "README.md") == nil {
			t.Errorf("%s: %d templates, %d values, README of %d bytes", name, len(c.Templates), len(c.Values), len(rawFile(c, "README.md")))
		}
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBuiltinIsLoadedAnew(t *testing.T) {
	a, _ := Builtin("istio/istiod")
	a.Metadata.Name = "changed"
	a.Raw[0].Data[0] = '!'
	b, _ := Builtin("istio/istiod")
	if b.Name() != "istiod" || b.Raw[0].Data[0] == '!' {
		t.Error("a change of one chart shows in the next one")
	}
}

func TestBuiltinUnknown(t *testing.T) {
	for _, name := range []string{"", "istio", "istiod", "istio/default", "builtin:mesh"} {
		if _, ok := Builtin(name); ok {
			t.Errorf("Builtin(%q) found", name)
		}
	}
}

// No placeholder of Istio's source tree may be left, in the parsed chart and in
// the bytes that a pull writes.
func TestBuiltinStamp(t *testing.T) {
	for _, name := range BuiltinNames() {
		c, _ := Builtin(name)
		if name != "mesh" && c.Metadata.Version != IstioVersion {
			t.Errorf("%s: version %q, want %q", name, c.Metadata.Version, IstioVersion)
		}
		for _, f := range c.Raw {
			if f.Name != "Chart.yaml" && f.Name != "values.yaml" {
				continue
			}
			for _, left := range []string{"ersion: 1.0.0", "hub: registry.istio.io/testing", "istio-testing", "tag: latest"} {
				if bytes.Contains(f.Data, []byte(left)) {
					t.Errorf("%s: %s still holds %q", name, f.Name, left)
				}
			}
		}
	}
}

func TestBuiltinImages(t *testing.T) {
	tests := []struct {
		chart string
		at    []string
	}{
		{"istio/istiod", []string{"_internal_defaults_do_not_set", "global"}},
		{"istio/cni", []string{"_internal_defaults_do_not_set", "global"}},
		{"istio/ztunnel", []string{"_internal_defaults_do_not_set"}},
	}
	for _, tt := range tests {
		c, _ := Builtin(tt.chart)
		values := c.Values
		for _, key := range tt.at {
			values, _ = values[key].(map[string]any)
		}
		if values["hub"] != IstioHub || values["tag"] != IstioVersion {
			t.Errorf("%s: %v: hub %v, tag %v", tt.chart, tt.at, values["hub"], values["tag"])
		}
	}
}

// The stamps must fit the code they are put on: the charts in go.mod's module.
func TestIstioVersionFitsModule(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "istio.io/istio").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	line, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "VERSION"))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(line)); !strings.HasPrefix(IstioVersion, want+".") {
		t.Errorf("IstioVersion is %s, but go.mod's istio.io/istio is of the line %s", IstioVersion, want)
	}
}

func TestBuiltins(t *testing.T) {
	infos := Builtins()
	if len(infos) != len(BuiltinNames()) {
		t.Fatalf("%d charts described, %d names", len(infos), len(BuiltinNames()))
	}
	for i, info := range infos {
		c, _ := Builtin(BuiltinNames()[i])
		if info.Version != c.Metadata.Version || info.AppVersion != IstioVersion || info.Description == "" {
			t.Errorf("%s: %+v", c.Name(), info)
		}
		if !slices.Contains(info.Profiles, "ambient") {
			t.Errorf("%s: profiles %v: no ambient", info.Name, info.Profiles)
		}
		if c.Name() == "mesh" {
			continue
		}
		if !slices.Contains(info.Platforms, "openshift") || !slices.Contains(info.CompatibilityVersions, "1.30") {
			t.Errorf("%s: platforms %v, compatibility versions %v", info.Name, info.Platforms, info.CompatibilityVersions)
		}
	}
	if got, want := infos[5].Profiles, []string{"ambient", "minimal", "prod", "sidecar"}; !slices.Equal(got, want) {
		t.Errorf("mesh: profiles %v, want %v", got, want)
	}
}

func TestBuiltinDependency(t *testing.T) {
	mesh, _ := Builtin("mesh")
	if got, want := len(mesh.Dependencies()), len(mesh.Metadata.Dependencies); got != want {
		t.Fatalf("mesh: %d dependencies attached, Chart.yaml asks for %d", got, want)
	}
	for i, d := range mesh.Metadata.Dependencies {
		c, ok := BuiltinDependency(d.Name, d.Version, d.Repository)
		if !ok || c.Name() != d.Name || c.Metadata.Version != d.Version {
			t.Errorf("%s %s of %s is not in the binary", d.Name, d.Version, d.Repository)
		}
		if attached := mesh.Dependencies()[i]; attached.Name() != d.Name || attached.Parent() != mesh {
			t.Errorf("dependency %d: %s attached, Chart.yaml asks for %s", i, attached.Name(), d.Name)
		}
		if d.Condition != d.Name+".enabled" {
			t.Errorf("%s: condition %q", d.Name, d.Condition)
		}
	}
	for _, d := range [][3]string{
		{"istiod", "~1.31.0", IstioRepository},
		{"istiod", IstioVersion, "https://example.com/charts"},
		{"mesh", IstioVersion, IstioRepository},
		{"../mesh", IstioVersion, IstioRepository},
	} {
		if _, ok := BuiltinDependency(d[0], d[1], d[2]); ok {
			t.Errorf("BuiltinDependency%q answered", d)
		}
	}
}

// The folder and what is embedded must be one chart, so that plain Helm and
// helmx see the same.
func TestMeshFolderIsEmbeddedWhole(t *testing.T) {
	mesh, _ := Builtin("mesh")
	err := filepath.WalkDir("mesh", func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel("mesh", file)
		name = filepath.ToSlash(name)
		if name == "Chart.lock" || strings.HasPrefix(name, "charts/") { // left by helm dependency build
			return nil
		}
		if data, err := os.ReadFile(file); err != nil || !bytes.Equal(data, rawFile(mesh, name)) {
			t.Errorf("%s is not embedded as it is (%v)", file, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func rawFile(c *chart.Chart, name string) []byte {
	for _, f := range c.Raw {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}
