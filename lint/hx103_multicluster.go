package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX103", Title: "Mesh over several clusters", Starred: true,
		Feature: "multi-cluster",
		Tags:    []string{"feature", "multicluster"},
		Sources: []Source{
			{"Install multicluster: before you begin", "https://istio.io/latest/docs/setup/install/multicluster/before-you-begin/"},
			{"Feature status: multicluster mesh is Beta", "https://istio.io/latest/docs/releases/feature-stages/"},
		},
		Why: "A mesh over several clusters works, and asks for more than each of its clusters does: every istiod needs a credential for the " +
			"API servers of the others, all clusters need certificates of one root, and services and namespaces of one name are one " +
			"service everywhere. What is wrong in one of these shows as traffic that fails in the other cluster.",
		Remedy: "Keep it if you need it; check that the clusters share a root CA, that remote secrets are renewed, and that namespaces mean " +
			"the same everywhere. One cluster over several zones is simpler.",
		Bad: `apiVersion: v1
kind: Secret
metadata:
  name: istio-remote-secret-west
  namespace: istio-system
  labels:
    istio/multiCluster: "true"
type: Opaque
`,
		Good: `apiVersion: v1
kind: Secret
metadata:
  name: registry-credentials
  namespace: istio-system
type: Opaque
`,
		Kinds:  []string{"Secret", "Deployment.apps", "DaemonSet.apps", "ServiceExport.multicluster.x-k8s.io", serviceImport},
		Object: checkMulticluster,
	})
}

const multiclusterHint = "check that all clusters have certificates of one root and that remote credentials are renewed"

func checkMulticluster(p *Pass, o *Object) {
	switch o.ID.Kind {
	case "Secret":
		if at := o.First(`metadata.labels["istio/multiCluster"]`); isTrue(text(at.Node)) {
			p.Report(o, at, "lets istiod read another cluster: a mesh over several clusters needs more than each of them", multiclusterHint)
		}
	case "ServiceExport", "ServiceImport":
		p.Report(o, manifest.Found{}, o.ID.Kind+" shares a service between clusters: a mesh over several clusters needs more than each of them", multiclusterHint)
	default:
		for _, name := range []string{"CLUSTER_ID", "ISTIO_META_CLUSTER_ID"} {
			reportCluster(p, o, name)
		}
	}
}

// reportCluster looks at the name of the cluster that istiod and ztunnel are
// told. Kubernetes is the charts' name for the only one.
func reportCluster(p *Pass, o *Object, name string) {
	for _, at := range o.Env(name) {
		if cluster := text(at.Node); cluster != "" && cluster != "Kubernetes" {
			p.Report(o, at, fmt.Sprintf("names its cluster %q, as one of several: a mesh over several clusters needs more than each of them", cluster), multiclusterHint)
		}
	}
}
