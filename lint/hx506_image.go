package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX506", Title: "Image that names no released version", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"install", "image", "upgrade"},
		Sources: []Source{
			{"Supported releases: development builds have no support", "https://istio.io/latest/docs/releases/supported-releases/"},
			{"Kubernetes, images: avoid the latest tag", "https://kubernetes.io/docs/concepts/containers/images/"},
		},
		Why: "The tag latest, or no tag at all, lets every node run what the registry happens to hold when it pulls: replicas " +
			"differ, and neither an upgrade nor a rollback shows in the manifest. Images from a testing hub are Istio's development " +
			"builds, which get no support and no security fixes; charts that are installed from Istio's source tree, instead of from a " +
			"release, name both.",
		Remedy: "Name a released version, or a digest. For Istio, install the released charts, or set global.hub and global.tag, for " +
			"example registry.istio.io/release and 1.30.0.",
		Bad: `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ztunnel
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: ztunnel}
  template:
    metadata:
      labels: {app: ztunnel}
    spec:
      containers:
      - name: istio-proxy
        image: registry.istio.io/testing/ztunnel:latest
`,
		Good: `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ztunnel
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: ztunnel}
  template:
    metadata:
      labels: {app: ztunnel}
    spec:
      containers:
      - name: istio-proxy
        image: registry.istio.io/release/ztunnel:1.30.0
`,
		Kinds: slices.Concat(podKinds, []string{"ConfigMap", istioOperator}),
		Object: func(p *Pass, o *Object) {
			switch o.ID.Kind {
			case "ConfigMap":
				checkInjectorImages(p, o)
			case "IstioOperator":
				checkHubAndTag(p, o, o.First("spec"))
			default:
				checkPodImages(p, o)
			}
		},
	})
}

// checkPodImages looks at what the object's pods run: containers of every
// kind, volumes made of images, and the proxy that an annotation asks for.
func checkPodImages(p *Pass, o *Object) {
	var images []manifest.Found
	for _, container := range o.Containers() {
		images = append(images, o.below(container, "image")...)
	}
	pod := o.Pod()
	images = append(images, o.below(pod, "spec.volumes[*].image.reference")...)
	images = append(images, o.below(pod, `metadata.annotations["sidecar.istio.io/proxyImage"]`)...)
	for _, at := range images {
		checkImage(p, o, at)
	}
}

// checkInjectorImages looks at the values that the sidecar injector and the
// gateway controller make images of: a string of JSON in istiod's ConfigMap.
func checkInjectorImages(p *Pass, o *Object) {
	if !isInjector(o) {
		return
	}
	checkHubAndTag(p, o, o.First("data.values|json.global"))
	for _, name := range []string{"proxy", "proxy_init"} {
		for _, at := range o.Find("data.values|json.global." + name + ".image") {
			if strings.Contains(text(at.Node), "/") { // else only a name, below hub and tag
				checkImage(p, o, at)
			}
		}
	}
}

// checkHubAndTag looks at a hub and a tag that stand apart. An absent tag is
// none of our business: something else fills it in.
func checkHubAndTag(p *Pass, o *Object, at manifest.Found) {
	for _, hub := range o.below(at, "hub") {
		if value := text(hub.Node); isTestingHub(value) {
			p.Report(o, hub, fmt.Sprintf("hub %q holds development builds", value), "set a hub of releases, such as registry.istio.io/release")
		}
	}
	for _, tag := range o.below(at, "tag") {
		if value := text(tag.Node); isLatest(value) {
			p.Report(o, tag, fmt.Sprintf("tag %q names no version", value), "set the tag of a release, such as 1.30.0")
		}
	}
}

func checkImage(p *Pass, o *Object, at manifest.Found) {
	ref := text(at.Node)
	if ref == "" || ref == "auto" { // auto: the injector puts the proxy's image here
		return
	}
	i := parseImage(ref)
	var problems []string
	if isTestingHub(i.hub) {
		problems = append(problems, "comes from a hub of development builds")
	}
	switch {
	case i.digest != "":
	case i.tag == "":
		problems = append(problems, "has no tag, which means latest")
	case isLatest(i.tag):
		problems = append(problems, "names no version")
	}
	if len(problems) > 0 {
		p.Report(o, at, fmt.Sprintf("image %q %s", ref, strings.Join(problems, " and ")), "name a released version or a digest")
	}
}

func isTestingHub(hub string) bool {
	return strings.HasSuffix(hub, "/testing") || hub == "gcr.io/istio-testing" || strings.HasPrefix(hub, "gcr.io/istio-testing/")
}

// isLatest knows the variants of Istio's images too.
func isLatest(tag string) bool {
	return tag == "latest" || tag == "latest-distroless" || tag == "latest-debug"
}
