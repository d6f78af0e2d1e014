// Package version holds the build information that a template reads as
// .Capabilities.HelmVersion. It is a package of its own, and carries Helm's
// names, because templates can print a type: `typeOf .Capabilities.HelmVersion`
// is version.BuildInfo there and here. It knows nothing of helmx's own version.
package version

// BuildInfo says which Helm a chart is rendered by. The JSON names are Helm's.
type BuildInfo struct {
	Version      string `json:"version,omitempty"`
	GitCommit    string `json:"git_commit,omitempty"`
	GitTreeState string `json:"git_tree_state,omitempty"`
	GoVersion    string `json:"go_version,omitempty"`
}
