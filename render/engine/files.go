package engine

import (
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gobwas/glob"
	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/render/helmyaml"
)

// files is .Files: the chart's own files by path. Its methods are called by
// templates, and its name can be printed by them.
type files map[string][]byte

func newFiles(from []*chart.File) files {
	m := make(files, len(from))
	for _, f := range from {
		m[f.Name] = f.Data
	}
	return m
}

// GetBytes returns the file's bytes, empty when there is no such file.
func (f files) GetBytes(name string) []byte {
	if data, ok := f[name]; ok {
		return data
	}
	return []byte{}
}

// Get returns the file as a string, empty when there is no such file.
func (f files) Get(name string) string { return string(f[name]) }

// Glob returns the files whose path matches the pattern; a pattern that cannot
// be compiled matches everything, as in Helm.
func (f files) Glob(pattern string) files {
	g, err := glob.Compile(pattern, '/')
	if err != nil {
		g = glob.MustCompile("**")
	}
	m := files{}
	for name, data := range f {
		if g.Match(name) {
			m[name] = data
		}
	}
	return m
}

// AsConfig returns the files as the YAML of a ConfigMap's data, by base name.
func (f files) AsConfig() string {
	return f.asMap(func(data []byte) string { return string(data) })
}

// AsSecrets returns the files as the YAML of a Secret's data, by base name.
func (f files) AsSecrets() string {
	return f.asMap(base64.StdEncoding.EncodeToString)
}

func (f files) asMap(encode func([]byte) string) string {
	if f == nil {
		return ""
	}
	m := make(map[string]string, len(f))
	// Of two files with one base name Helm keeps a random one; here it is always
	// the last by path.
	for _, name := range slices.Sorted(maps.Keys(f)) {
		m[path.Base(name)] = encode(f[name])
	}
	return helmyaml.ToYAML(m)
}

// Lines returns the lines of a file, without a last empty one.
func (f files) Lines(name string) []string {
	if len(f[name]) == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}
