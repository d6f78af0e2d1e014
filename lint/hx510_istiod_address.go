package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX510", Title: "Address at which there is no istiod",
		Severity: diag.Error,
		Tags:     []string{"install", "upgrade"},
		Sources: []Source{
			{"Canary upgrades: revisions", "https://istio.io/latest/docs/setup/upgrade/canary/"},
		},
		Why: "A control plane with a revision has a Service istiod-REVISION. Proxies and ztunnel that are told another name find " +
			"nobody: they get no certificate and no configuration. Only names that begin with istiod are looked at, and only " +
			"where an istiod is among the files; the Service counts as missing for certain in the scope of the whole mesh alone.",
		Remedy: "Set revision (or caAddress, xdsAddress) in the chart's values to that of the control plane.",
		Bad: istiodService("istiod-canary") + "---\n" + istiodWith("REVISION", "canary") + "---\n" + `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      discoveryAddress: istiod.istio-system.svc:15012
`,
		Good: istiodService("istiod-canary") + "---\n" + istiodWith("REVISION", "canary") + "---\n" + `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      discoveryAddress: istiod-canary.istio-system.svc:15012
`,
		Whole: checkIstiodAddress,
	})
}

// istiodService is an example for rules.
func istiodService(name string) string {
	return `apiVersion: v1
kind: Service
metadata:
  name: ` + name + `
  namespace: istio-system
spec:
  ports:
  - name: https-dns
    port: 15012
    protocol: TCP
`
}

func checkIstiodAddress(p *Pass) {
	parts := p.Mesh.install()
	services := make(map[string]bool)
	for _, o := range p.Mesh.Of("Service") {
		if strings.HasPrefix(o.ID.Name, "istiod") {
			services[o.ID.Name+"."+o.Namespace()] = true
		}
	}
	if len(parts.istiods) == 0 || len(services) == 0 {
		return
	}
	for _, o := range parts.ztunnels {
		for _, name := range []string{"CA_ADDRESS", "XDS_ADDRESS"} {
			checkAddress(p, o, o.Env(name), services)
		}
	}
	for _, o := range p.Mesh.Of(meshConfigKinds...) {
		for _, config := range o.MeshConfig() {
			checkAddress(p, o, o.below(config, "defaultConfig.discoveryAddress"), services)
		}
	}
}

// checkAddress knows addresses in the cluster: istiod.istio-system.svc:15012.
func checkAddress(p *Pass, o *Object, places []manifest.Found, services map[string]bool) {
	for _, at := range places {
		host, _, _ := strings.Cut(text(at.Node), ":")
		parts := strings.Split(host, ".")
		if len(parts) < 3 || parts[2] != "svc" || !strings.HasPrefix(parts[0], "istiod") || services[parts[0]+"."+parts[1]] {
			continue
		}
		d := p.Report(o, at, fmt.Sprintf("there is no Service %s in %s here", parts[0], parts[1]), "name the Service of the control plane: istiod, or istiod-REVISION")
		d.Severity = p.absence()
	}
}
