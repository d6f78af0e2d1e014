package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX622", Title: "Resource policy on an item of a List",
		Severity: diag.Error,
		Tags:     []string{"chart", "helm-lint"},
		Sources:  []Source{{"Helm: pkg/lint/rules", "https://github.com/helm/helm/tree/v3.22.0/pkg/lint/rules"}},
		Why:      "Helm reads helm.sh/resource-policy of the objects of a release, and a List is one object to it: the policy of an item is ignored, and what was to be kept is deleted with the release. helm lint refuses it.",
		Remedy:   "Make the item a document of its own.",
		Bad: `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: a
    annotations:
      helm.sh/resource-policy: keep
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  annotations:
    helm.sh/resource-policy: keep
`,
		Kinds: []string{"List"},
		Object: func(p *Pass, o *Object) {
			for _, at := range o.Find(`items[*].metadata.annotations["helm.sh/resource-policy"]`) {
				p.Report(o, manifest.Found{Path: at.Path, Node: at.Node, Key: at.Key}, "Helm ignores the resource policy of an item of a List", "make the item a document of its own")
			}
		},
	})
}
