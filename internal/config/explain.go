package config

import "github.com/helmx-dev/helmx/diag"

// Codes of what a stream brings along.
const (
	codeFunction = "CF020"
	codeContext  = "CF021"
	codeContexts = "CF022"
)

// CodeBrokenOff stands in reports for a run that has no findings to show, since
// it broke off.
const CodeBrokenOff = "CF030"

// Explanations documents the codes of this package.
var Explanations = []diag.Explanation{
	{
		Code: "CF001", Title: "helmx.yaml is not valid YAML", Severity: diag.Error,
		Why:    "The configuration cannot be read, so nothing of it can be applied. helmx never goes on with half a configuration.",
		Remedy: "Mend the YAML at the line that is named.",
		Bad:    "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: mesh\n",
		Good:   "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: mesh}\n",
		Source: "YAML 1.2", Tags: []string{"config"},
	},
	{
		Code: "CF002", Title: "unknown or repeated key in helmx.yaml", Severity: diag.Error,
		Why:    "A misspelt key would be ignored in silence, and the patch or setting behind it would never take effect.",
		Remedy: "Use one of the keys in docs/configuration.md; each at most once.",
		Bad:    "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scop: mesh}\n",
		Good:   "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: mesh}\n",
		Source: "docs/configuration.md", Tags: []string{"config"},
	},
	{
		Code: "CF003", Title: "wrong type or value in helmx.yaml", Severity: diag.Error,
		Why:    "The key is known, but what it holds is of another type or not one of the values it can have.",
		Remedy: "Give the value the type that the message names.",
		Bad:    "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: cluster}\n",
		Good:   "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: release}\n",
		Source: "docs/configuration.md", Tags: []string{"config"},
	},

	{
		Code: "CF004", Title: "helmx.yaml does not say what it is", Severity: diag.Error,
		Why:    "apiVersion and kind tell which meaning the keys have, so that a later version of helmx can change one without breaking the file.",
		Remedy: "Begin the file with apiVersion: helmx.dev/v1alpha1 and kind: Config.",
		Bad:    "lint: {scope: mesh}\n",
		Good:   "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: mesh}\n",
		Source: "docs/configuration.md", Tags: []string{"config"},
	},
	{
		Code: "CF005", Title: "a path in helmx.yaml cannot be read", Severity: diag.Error,
		Why:    "Without the files behind validate.crds, mistakes in objects of their kinds would go unnoticed, and without an included file its patches would not run.",
		Remedy: "Correct the path; it is relative to the file that it stands in.",
		Source: "docs/configuration.md", Tags: []string{"config"},
	},
	{
		Code: "CF006", Title: "an include that matches no file", Severity: diag.Error,
		Why:    "Patches that are not read do not run, and nobody would notice that they are gone.",
		Remedy: "Correct the glob; it is relative to the file that it stands in. An include that may be empty is not needed.",
		Source: "docs/patches.md", Tags: []string{"config", "patch"},
	},
	{
		Code: "CF007", Title: "an include that leads outside the folder of its file", Severity: diag.Error,
		Why:    "What is installed should be decided by the files that lie together and are reviewed together. A path with .., an absolute one, or a symbolic link may lead anywhere on the machine.",
		Remedy: "Move the file, or allow it: write the entry as {path: ../shared/*.yaml, outside: true}.",
		Source: "docs/patches.md", Tags: []string{"config", "patch"},
	},
	{
		Code: "CF008", Title: "a file that is included twice, or by itself", Severity: diag.Error,
		Why:    "Each patch runs once, so a file that comes a second time is a mistake, and files that include each other have no order.",
		Remedy: "Remove one of the includes that the message names, or narrow the glob.",
		Source: "docs/patches.md", Tags: []string{"config", "patch"},
	},
	{
		Code: codeFunction, Title: "a KRM function call that cannot be understood", Severity: diag.Error,
		Why:    "kustomize and kpt hand helmx one ResourceList with the objects and a functionConfig. A functionConfig that helmx does not know would be a setting without effect.",
		Remedy: "Let the functionConfig be a Config, as in helmx.yaml, or a ConfigMap whose data are flags of post-render.",
		Bad:    "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: helmx}\n  data: {fail-onn: warning}\n",
		Good:   "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: helmx}\n  data: {fail-on: warning}\n",
		Source: "docs/post-render.md", Tags: []string{"config", "krm"},
	},
	{
		Code: codeContext, Title: "wrong or unknown key in a Context", Severity: diag.Error,
		Why:    "A chart tells helmx in a Context what Helm does not tell a post-renderer. A misspelt key would leave expressions without what they ask for.",
		Remedy: "Render the Context with the template in docs/post-render.md.",
		Bad:    "apiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: mesh}\nrelease: {nmae: mesh}\n",
		Good:   "apiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: mesh}\nrelease: {name: mesh}\n",
		Source: "docs/post-render.md", Tags: []string{"config", "context"},
	},
	{
		Code: codeContexts, Title: "several Contexts that disagree", Severity: diag.Error,
		Why:    "A stream is one release of one chart with one set of values. With two Contexts that differ, an expression would see the one or the other by chance.",
		Remedy: "Let only the parent chart write a Context: a subchart sees its own part of the values.",
		Bad:    "apiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: mesh}\nrelease: {name: mesh}\n---\napiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: mesh}\nrelease: {name: other}\n",
		Good:   "apiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: mesh}\nrelease: {name: mesh}\n",
		Source: "docs/post-render.md", Tags: []string{"config", "context"},
	},
	{
		Code: CodeBrokenOff, Title: "the run broke off", Severity: diag.Error,
		Why:    "helmx could not do what it was called for: the command line or a file that it names is wrong, something could not be read or written, or the run was cancelled. A report says so, since one of an earlier run would pass for the result of this one.",
		Remedy: "Do what the message says; nothing was judged, or not all of it.",
		Source: "docs/post-render.md", Tags: []string{"config", "report"},
	},
}
