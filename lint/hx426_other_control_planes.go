package lint

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX426", Title: "Registry or control plane that is not there",
		Severity: diag.Error,
		Tags:     []string{"correctness", "multicluster"},
		Also:     []string{"IST0126", "IST0163", "IST0164"},
		Sources: []Source{
			{"Istio, UnknownMeshNetworksServiceRegistry", "https://istio.io/latest/docs/reference/config/analysis/ist0126/"},
			{"Istio, InvalidExternalControlPlaneConfig", "https://istio.io/latest/docs/reference/config/analysis/ist0163/"},
			{"Istio, ExternalControlPlaneAddressIsNotAHostname", "https://istio.io/latest/docs/reference/config/analysis/ist0164/"},
		},
		Why: "meshNetworks says of which cluster's registry the endpoints of a network are; a cluster without remote secret has " +
			"none, and its endpoints are taken to be in the local network. In release scope the secret may be kept elsewhere. " +
			"Webhooks of a remote cluster call the control plane by a URL: one without host is refused, and an address in the place " +
			"of a name is an info, since no certificate fits it when it changes.",
		Remedy: "Create the remote secret with `istioctl create-remote-secret`, or correct the name of the cluster; give the URL a host " +
			"name.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  meshNetworks: |-
    networks:
      east:
        endpoints:
        - fromRegistry: east-1
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  meshNetworks: |-
    networks:
      east:
        endpoints:
        - fromRegistry: east-1
---
apiVersion: v1
kind: Secret
metadata:
  name: istio-remote-secret-east-1
  namespace: istio-system
  labels: {istio/multiCluster: "true"}
  annotations: {networking.istio.io/cluster: east-1}
`,
		Whole: checkOtherControlPlanes,
	})
}

func checkOtherControlPlanes(p *Pass) {
	checkRegistries(p)
	for _, o := range p.Mesh.Of(webhook, "ValidatingWebhookConfiguration.admissionregistration.k8s.io") {
		if !strings.HasPrefix(o.ID.Name, "istio-validator") && !strings.HasPrefix(o.ID.Name, "istio-sidecar-injector") && o.ID.Name != "istiod-default-validator" {
			continue
		}
		for _, hook := range o.Find("webhooks[*]") {
			checkHookURL(p, o, hook)
		}
	}
}

// checkRegistries looks for the clusters of meshNetworks. That of the control
// plane itself has no secret.
func checkRegistries(p *Pass) {
	known := map[string]bool{"Kubernetes": true}
	for _, o := range p.Mesh.Of("Secret") {
		if o.Labels()["istio/multiCluster"] != "true" {
			continue
		}
		known[o.Text(`metadata.annotations["networking.istio.io/cluster"]`)] = true
		for _, e := range slices.Concat(entries(o.First("data")), entries(o.First("stringData"))) {
			known[manifest.KeyText(e.Key)] = true
		}
	}
	for _, o := range p.Mesh.install().istiods {
		name, _ := o.IstiodEnv("CLUSTER_ID")
		known[name] = true
	}
	for _, o := range p.Mesh.Of("ConfigMap") {
		if o.ID.Name != "istio" && !strings.HasPrefix(o.ID.Name, "istio-") || !o.Mentions("fromRegistry") {
			continue
		}
		for _, at := range o.Find("data.meshNetworks|yaml.networks[*].endpoints[*].fromRegistry") {
			if !known[text(at.Node)] {
				p.Report(o, at, fmt.Sprintf("no remote secret here is for cluster %s", text(at.Node)), "create the remote secret, or correct the name").Severity = p.absence()
			}
		}
	}
}

func checkHookURL(p *Pass, o *Object, hook manifest.Found) {
	config := first(o.below(hook, "clientConfig"))
	at := first(o.below(hook, "clientConfig.url"))
	if at.Node == nil {
		if config.Node != nil && first(o.below(config, "service")).Node == nil {
			p.Report(o, config, "webhook names neither a Service nor a URL of the control plane", "give clientConfig a service or a url")
		}
		return
	}
	u, err := url.Parse(text(at.Node))
	switch {
	case err != nil || u.Hostname() == "":
		p.Report(o, at, "the URL of the control plane has no host", "write https://HOST:15017/inject")
	case net.ParseIP(u.Hostname()) != nil:
		p.Report(o, at, "the control plane is called by an address, and not by a name", "give it a host name that its certificate holds").Severity = p.graded(diag.Info)
	}
}
