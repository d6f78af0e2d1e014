package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX507", Title: "Versions of Istio that do not go together", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"install", "upgrade"},
		Sources: []Source{
			{"Supported releases: control plane and data plane skew", "https://istio.io/latest/docs/releases/supported-releases/"},
			{"Istio CNI node agent: upgrade", "https://istio.io/latest/docs/setup/additional-setup/cni/"},
		},
		Why: "Proxies and ztunnel may be as new as istiod or one minor version older; istio-cni may be one apart either way. " +
			"Anything else is tested by nobody: a proxy that is newer asks for what istiod does not know, and is an error here, one " +
			"that is much older does not understand what it gets.",
		Remedy: "Upgrade istiod first, then istio-cni, ztunnel and the gateways, one minor version at a time.",
		Bad:    skewExample("1.29.0"),
		Good:   skewExample("1.30.4"),
		Whole:  checkSkew,
	})
}

func skewExample(ztunnel string) string {
	return istiodWith("PILOT_ENABLE_AMBIENT", "true") + "---\n" + ztunnelIn("istio-system", ztunnel)
}

// ztunnelIn is an example for rules.
func ztunnelIn(namespace, version string) string {
	return `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ztunnel
  namespace: ` + namespace + `
spec:
  selector:
    matchLabels: {app: ztunnel}
  template:
    metadata:
      labels: {app: ztunnel}
    spec:
      serviceAccountName: ztunnel
      containers:
      - name: istio-proxy
        image: registry.istio.io/release/ztunnel:` + version + `
`
}

// checkSkew compares what serves traffic with every control plane there is:
// during a canary upgrade there are two.
func checkSkew(p *Pass) {
	var planes []version
	for _, o := range p.Mesh.install().istiods {
		for _, part := range versioned(o) {
			if part.name == "pilot" {
				planes = append(planes, part.version)
			}
		}
	}
	if len(planes) == 0 {
		return
	}
	for _, o := range p.Mesh.Of(podKinds...) {
		if slices.ContainsFunc(istioImages, o.Mentions) {
			for _, part := range versioned(o) {
				part.compare(p, o, planes)
			}
		}
	}
	for _, o := range p.Mesh.install().injectors {
		at := o.First("data.values|json.global.tag")
		if v, err := parseVersion(text(at.Node)); err == nil {
			versionedPart{"proxyv2", v, at}.compare(p, o, planes)
		}
	}
}

// versionedPart is an image of Istio whose tag tells a version.
type versionedPart struct {
	name    string
	version version
	at      manifest.Found
}

func versioned(o *Object) []versionedPart {
	var parts []versionedPart
	for _, container := range o.Containers() {
		at := first(o.below(container, "image"))
		i := parseImage(text(at.Node))
		if v, err := parseVersion(i.tag); err == nil && slices.Contains(istioImages, i.name) {
			parts = append(parts, versionedPart{i.name, v, at})
		}
	}
	return parts
}

// compare reports a part that fits none of the control planes.
func (part versionedPart) compare(p *Pass, o *Object, planes []version) {
	if part.name == "pilot" || part.name == "operator" {
		return
	}
	ahead := true // of every control plane
	for _, plane := range planes {
		older := plane.minor - part.version.minor
		if plane.major == part.version.major && (older == 0 || older == 1 || older == -1 && part.name == "install-cni") {
			return
		}
		ahead = ahead && plane.less(part.version)
	}
	newest := slices.MaxFunc(planes, version.compare)
	if ahead && part.name != "install-cni" {
		d := p.Report(o, part.at, fmt.Sprintf("%s %s is ahead of istiod %s", part.name, part.version, newest), "upgrade istiod first")
		d.Severity = p.graded(diag.Error)
		return
	}
	p.Report(o, part.at, fmt.Sprintf("%s %s and istiod %s are more than one minor version apart", part.name, part.version, newest),
		"upgrade one minor version at a time, istiod first")
}
