package charts

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"istio.io/istio/manifests"
	"sigs.k8s.io/yaml"
)

// BuiltinPrefix is what a reference to a chart inside the binary begins with:
// builtin:istio/istiod, builtin:mesh.
const BuiltinPrefix = "builtin:"

// What the built-in Istio charts are stamped with on load. The Go module holds
// the charts of a development line with placeholders in these places; Istio's
// own release build puts the same four values there. They move together, and
// with go.mod: a test compares IstioVersion with the module's VERSION file.
const (
	IstioVersion    = "1.31.1"
	IstioHub        = "registry.istio.io/release"
	IstioRepository = "https://istio-release.storage.googleapis.com/charts"
)

// builtin says where one chart lies and how its files become the released ones.
type builtin struct {
	name     string // as in builtin:NAME
	chart    string // the name in its Chart.yaml
	fs       fs.FS
	dir      string
	stamp    func(name string, data []byte) []byte
	profiles string   // the pattern of its profile files
	needs    []string // built-in charts that are its dependencies
}

// meshFS names its files one by one, so that what `helm dependency build`
// leaves in the folder (charts/*.tgz, Chart.lock) never gets into the binary.
//
//go:embed mesh/Chart.yaml mesh/README.md mesh/values.yaml mesh/values.schema.json mesh/profiles all:mesh/templates
var meshFS embed.FS

// builtins is in the order in which the charts are installed.
var builtins = []builtin{
	istioChart("base", "charts/base"),
	istioChart("istiod", "charts/istio-control/istio-discovery"),
	istioChart("cni", "charts/istio-cni"),
	istioChart("ztunnel", "charts/ztunnel"),
	istioChart("gateway", "charts/gateway"),
	{
		name: "mesh", chart: "mesh", fs: meshFS, dir: "mesh",
		stamp:    func(_ string, data []byte) []byte { return data },
		profiles: "profiles/*.yaml",
		needs:    []string{"istio/base", "istio/istiod", "istio/cni", "istio/ztunnel", "istio/gateway"},
	},
}

func istioChart(name, dir string) builtin {
	return builtin{name: "istio/" + name, chart: name, fs: manifests.FS, dir: dir, stamp: stampIstio, profiles: "files/profile-*.yaml"}
}

// BuiltinInfo describes a chart inside the binary.
type BuiltinInfo struct {
	Name                  string   `json:"name"` // without [BuiltinPrefix]
	Version               string   `json:"version"`
	AppVersion            string   `json:"appVersion"`
	Description           string   `json:"description"`
	Profiles              []string `json:"profiles"`
	Platforms             []string `json:"platforms"`
	CompatibilityVersions []string `json:"compatibilityVersions"`
}

// BuiltinNames returns the names that [Builtin] knows, in install order.
func BuiltinNames() []string {
	names := make([]string, len(builtins))
	for i, b := range builtins {
		names[i] = b.name
	}
	return names
}

// Builtin loads a chart that is part of the binary, "mesh" with its
// dependencies attached. The name is one of [BuiltinNames], without
// [BuiltinPrefix]. Every call loads anew: the caller owns the result.
func Builtin(name string) (*chart.Chart, bool) {
	b := findBuiltin(func(b builtin) bool { return b.name == name })
	if b == nil {
		return nil, false
	}
	return b.load(), true
}

// BuiltinDependency returns the built-in chart that is exactly what a
// dependency of a Chart.yaml asks for. Only Istio's official repository and the
// pinned version are answered: a range could mean a newer chart out there.
func BuiltinDependency(name, version, repository string) (*chart.Chart, bool) {
	if version != IstioVersion || strings.TrimSuffix(repository, "/") != IstioRepository {
		return nil, false
	}
	b := findBuiltin(func(b builtin) bool { return b.name == "istio/"+name })
	if b == nil {
		return nil, false
	}
	return b.load(), true
}

// Builtins describes all charts inside the binary, in install order, without
// loading them.
func Builtins() []BuiltinInfo {
	infos := make([]BuiltinInfo, len(builtins))
	for i := range builtins {
		infos[i] = builtins[i].info()
	}
	return infos
}

func findBuiltin(match func(builtin) bool) *builtin {
	for i := range builtins {
		if match(builtins[i]) {
			return &builtins[i]
		}
	}
	return nil
}

// load panics when an embedded chart is broken: that is a defect of the build,
// which a test of every chart rules out.
func (b *builtin) load() *chart.Chart {
	files, err := b.files()
	if err != nil {
		panic(fmt.Sprintf("embedded chart %s: %v", b.name, err))
	}
	c, err := loader.LoadFiles(files)
	if err != nil {
		panic(fmt.Sprintf("embedded chart %s: %v", b.name, err))
	}
	for _, need := range b.needs {
		dependency, _ := Builtin(need)
		c.AddDependency(dependency)
	}
	return c
}

// files returns the chart's files by their path in the chart, sorted, stamped.
func (b *builtin) files() ([]*loader.BufferedFile, error) {
	var files []*loader.BufferedFile
	err := fs.WalkDir(b.fs, b.dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(b.fs, file)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(file, b.dir+"/")
		files = append(files, &loader.BufferedFile{Name: name, Data: b.stamp(name, data)})
		return nil
	})
	return files, err
}

func (b *builtin) info() BuiltinInfo {
	data, err := fs.ReadFile(b.fs, b.dir+"/Chart.yaml")
	if err != nil {
		panic(fmt.Sprintf("embedded chart %s: %v", b.name, err))
	}
	var meta chart.Metadata
	if err := yaml.Unmarshal(b.stamp("Chart.yaml", data), &meta); err != nil {
		panic(fmt.Sprintf("embedded chart %s: %v", b.name, err))
	}
	info := BuiltinInfo{Name: b.name, Version: meta.Version, AppVersion: meta.AppVersion, Description: meta.Description}
	b.listProfiles(&info)
	return info
}

// listProfiles sorts the profile files into the three families that Istio's
// charts tell apart by the file name.
func (b *builtin) listProfiles(info *BuiltinInfo) {
	files, _ := fs.Glob(b.fs, b.dir+"/"+b.profiles) // the patterns above are well formed
	for _, file := range files {
		name := strings.TrimPrefix(strings.TrimSuffix(path.Base(file), ".yaml"), "profile-")
		if platform, ok := strings.CutPrefix(name, "platform-"); ok {
			info.Platforms = append(info.Platforms, platform)
		} else if version, ok := strings.CutPrefix(name, "compatibility-version-"); ok {
			info.CompatibilityVersions = append(info.CompatibilityVersions, version)
		} else {
			info.Profiles = append(info.Profiles, name)
		}
	}
}

// istioStamps are the placeholders that Istio's release build replaces, in the
// text, so that comments and order stay.
// See https://github.com/istio/release-builder/blob/master/pkg/build/helm.go.
var istioStamps = map[string][][2]string{
	"Chart.yaml": {
		{"\nversion: 1.0.0\n", "\nversion: " + IstioVersion + "\n"},
		{"\nappVersion: 1.0.0\n", "\nappVersion: " + IstioVersion + "\n"},
	},
	"values.yaml": {
		{"hub: registry.istio.io/testing", "hub: " + IstioHub},
		{"tag: latest", "tag: " + IstioVersion},
	},
}

func stampIstio(name string, data []byte) []byte {
	for _, s := range istioStamps[name] {
		data = bytes.ReplaceAll(data, []byte(s[0]), []byte(s[1]))
	}
	return data
}
