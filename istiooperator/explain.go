package istiooperator

import "github.com/helmx-dev/helmx/diag"

const apiReference = "Istio, operator/pkg/apis/types.go: https://istio.io/latest/docs/reference/config/istio.operator.v1alpha1/"

// Explanations documents every code that this package prints.
var Explanations = []diag.Explanation{
	{
		Code: "IM001", Title: "not an IstioOperator", Severity: diag.Error,
		Why:    "The input is no YAML, or holds no object of apiVersion install.istio.io/v1alpha1 and kind IstioOperator. Documents of other kinds beside one are passed over with a warning; two of one name cannot be told apart.",
		Remedy: "Name the file that you give to istioctl install -f.",
		Bad:    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal}\n",
		Source: apiReference, Tags: []string{"import"},
	},
	{
		Code: "IM002", Title: "a key that an IstioOperator does not have", Severity: diag.Warning,
		Why:    "The key is not in the API, so that istioctl refuses the file, or takes it with --force and ignores the key. It is left out.",
		Remedy: "Mend the spelling; keys that old versions of Istio had have no successor in a chart.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profil: minimal}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal}\n",
		Source: apiReference, Tags: []string{"import"},
	},
	{
		Code: "IM003", Title: "a setting that cannot be carried over", Severity: diag.Warning,
		Why:    "The setting has no effect in istioctl either, or the Helm charts that Istio publishes have nothing that corresponds to it. The message says which.",
		Remedy: "Decide what it was for; the hint names the place in the new files, where there is one.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {namespace: mesh}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {values: {global: {istioNamespace: mesh}}}\n",
		Source: "helmx: docs/istiooperator.md#what-cannot-be-carried-over", Tags: []string{"import"},
	},
	{
		Code: "IM004", Title: "a setting that means something else with Helm", Severity: diag.Info,
		Why:    "The setting is carried over, and its effect is not quite that of istioctl: gateways move to another chart, istioctl does more than render, or it ignores what the chart takes.",
		Remedy: "Compare the objects before you switch over.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal, revision: canary}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal}\n",
		Source: "helmx: docs/istiooperator.md#what-differs", Tags: []string{"import"},
	},
	{
		Code: "IM005", Title: "an unknown profile", Severity: diag.Error,
		Why:    "A profile decides which components there are; without it nothing can be translated. Known are the profiles of the Istio version that helmx brings; one in a file of your own is not read.",
		Remedy: "Name one that exists, or merge your file into the IstioOperator.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: ambiant}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal}\n",
		Source: "https://istio.io/latest/docs/setup/additional-setup/config-profiles/", Tags: []string{"import"},
	},
	{
		Code: "IM006", Title: "a setting of the wrong type", Severity: diag.Error,
		Why:    "istioctl cannot read the file, so that nobody knows what it means.",
		Remedy: "Write what the message expects.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal, components: {cni: {enabled: \"yes\"}}}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal, components: {cni: {enabled: true}}}\n",
		Source: apiReference, Tags: []string{"import"},
	},
	{
		Code: "IM007", Title: "charts of another version than helmx brings", Severity: diag.Info,
		Why:    "The tag is not of the minor version of the charts inside helmx, or names no release. Which settings become values, which become patches and which are left out is decided by the charts inside; those of another version can differ.",
		Remedy: "Compare the objects before you install, or move to the version of the charts inside first.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal, tag: 1.28.2}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal}\n",
		Source: "helmx: docs/istiooperator.md#the-version-of-the-charts", Tags: []string{"import"},
	},
	{
		Code: "IM008", Title: "a setting that the chart has already", Severity: diag.Info,
		Why:    "The chart inside helmx renders what the setting says, so that a patch would change nothing, which is an error in helmx. No patch is written.",
		Remedy: "Nothing has to be done. Where a chart of another version may say otherwise, compare the objects after an upgrade.",
		Bad:    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal, components: {pilot: {k8s: {strategy: {rollingUpdate: {maxSurge: 100%}}}}}}\n",
		Good:   "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {profile: minimal, components: {pilot: {k8s: {strategy: {rollingUpdate: {maxSurge: 1}}}}}}\n",
		Source: "helmx: docs/istiooperator.md#the-version-of-the-charts", Tags: []string{"import"},
	},
}
