package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX228", Title: "Several clusters, and no root certificate in common",
		Severity: diag.Info,
		Tags:     []string{"security", "multicluster"},
		Sources: []Source{
			{"Multi-cluster: before you begin", "https://istio.io/latest/docs/setup/install/multicluster/before-you-begin/"},
		},
		Why: "Workloads of two clusters trust each other when their certificates come from one root. istiod makes a root of its own " +
			"in each cluster unless it finds a Secret cacerts, or an authority is configured. The Secret may well be made by hand, " +
			"and be no part of the files.",
		Remedy: "Give each cluster an intermediate certificate of one root, in the Secret cacerts.",
		Bad: `apiVersion: v1
kind: Secret
metadata:
  name: istio-remote-secret-west
  namespace: istio-system
  labels: {istio/multiCluster: "true"}
`,
		Good: `apiVersion: v1
kind: Secret
metadata:
  name: istio-remote-secret-west
  namespace: istio-system
  labels: {istio/multiCluster: "true"}
---
apiVersion: v1
kind: Secret
metadata:
  name: cacerts
  namespace: istio-system
`,
		Whole: checkCommonRoot,
	})
}

func checkCommonRoot(p *Pass) {
	remote := firstOf(p.Mesh.Of("Secret"), func(o *Object) bool { return o.Labels()["istio/multiCluster"] == "true" })
	if remote == nil {
		return
	}
	root := firstOf(p.Mesh.Of("Secret"), func(o *Object) bool { return o.ID.Name == "cacerts" || o.ID.Name == "istiod-tls" })
	authority := firstOf(p.Mesh.Of("Deployment.apps", "ClusterIssuer.cert-manager.io", "ExternalSecret.external-secrets.io"), func(o *Object) bool {
		return o.Mentions("CA_ADDR") || o.Mentions("istio-csr") || o.Mentions("EXTERNAL_CA") || o.ID.Kind == "ExternalSecret" && o.Mentions("cacerts")
	})
	if root == nil && authority == nil {
		p.Report(remote, manifest.Found{}, "nothing here gives the clusters a common root: each istiod makes one of its own", "give each cluster a Secret cacerts with an intermediate of one root")
	}
}
