// Package plugins holds the Helm plugins of helmx, packs them into the archives
// that "helm plugin install" takes, and puts them in place for the Helm at hand.
// What a plugin does when Helm runs it is the helmx binary's business; nothing
// of that is here.
//
// The plugin.yaml files carry no version of their own: the one of the binary
// that they are shipped with is written into them.
package plugins

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed helm3-cli helm4-cli helm4-postrenderer plugin.complete
var files embed.FS

// Kind is what a plugin is for.
type Kind string

// The kinds. Helm 3 runs a post-renderer without any plugin.
const (
	PostRenderer Kind = "post-renderer" // helm install NAME CHART --post-renderer helmx
	CLI          Kind = "cli"           // helm helmx template NAME CHART
)

// Plugin is one plugin for one major version of Helm.
type Plugin struct {
	Helm   int    // 3 or 4
	Kind   Kind   // what it is for
	Name   string // what Helm knows it by, and the name of its folder
	folder string // of its files, here
}

var all = []Plugin{
	{Helm: 4, Kind: PostRenderer, Name: "helmx", folder: "helm4-postrenderer"},
	{Helm: 4, Kind: CLI, Name: "helmx-cli", folder: "helm4-cli"},
	{Helm: 3, Kind: CLI, Name: "helmx", folder: "helm3-cli"},
}

// All returns the plugins in the order in which they are installed.
func All() []Plugin { return slices.Clone(all) }

// File is a file of a plugin, without the helmx binary.
type File struct {
	Name string // slash-separated, below the plugin's folder
	Data []byte
	Mode fs.FileMode
}

const placeholder = "version: 0.0.0-devel\n"

// Files returns the plugin's files with the version of the helmx that goes with
// them, such as v1.2.3. The binary goes beside them under the name helmx.
func (p Plugin) Files(version string) []File {
	manifest, err := files.ReadFile(path.Join(p.folder, "plugin.yaml"))
	if err != nil {
		panic(fmt.Sprintf("plugins: %v", err)) // it is embedded
	}
	manifest = bytes.Replace(manifest, []byte(placeholder), []byte("version: "+pluginVersion(version)+"\n"), 1)
	list := []File{{"plugin.yaml", manifest, 0o644}}
	if p.Kind == CLI {
		complete, _ := files.ReadFile("plugin.complete")
		list = append(list, File{"plugin.complete", complete, 0o755})
	}
	return list
}

// beforeDot finds what Helm would take for the start of a version in the name of
// an archive: it cuts the name at the last dash before a number and a dot.
var beforeDot = regexp.MustCompile(`-(\d+)\.`)

// pluginVersion writes a module's version as Helm wants a plugin's: strict semantic
// versioning without a v. Pseudo-versions such as v1.2.4-0.20260102-abc+dirty
// are changed so that they can stand in the name of an archive.
func pluginVersion(version string) string {
	v := strings.ReplaceAll(strings.TrimPrefix(version, "v"), "+", ".")
	if core, pre, ok := strings.Cut(v, "-"); ok {
		return core + beforeDot.ReplaceAllString("-"+pre, "-pre${1}.")
	}
	if core := regexp.MustCompile(`^\d+\.\d+\.\d+`).FindString(v); core != v {
		return core + "-" + strings.TrimPrefix(v[len(core):], ".") // build metadata alone
	}
	return v
}
