package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX139", Title: "Native sidecars switched off",
		Severity: diag.Info,
		Tags:     []string{"feature", "proxy", "injection"},
		Sources: []Source{
			{"Istio 1.27 upgrade notes", "https://istio.io/latest/news/releases/1.27.x/announcing-1.27/upgrade-notes/"},
		},
		Why: "Since 1.27 the proxy is a native sidecar where Kubernetes has them: it starts before the application's own init " +
			"containers and stops after it. Without that, init containers have no network through the mesh, and Jobs never end on" +
			" their own.",
		Remedy: "Remove the setting, once what needed it is gone.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
      annotations:
        sidecar.istio.io/nativeSidecar: "false"
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
      annotations:
        sidecar.istio.io/nativeSidecar: "true"
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Kinds: podKinds,
		Object: func(p *Pass, o *Object) {
			if p.Mesh.Before("1.27") {
				return
			}
			places := o.below(o.Pod(), `metadata.annotations["sidecar.istio.io/nativeSidecar"]`)
			if _, at := o.IstiodEnv("ENABLE_NATIVE_SIDECARS"); at.Node != nil {
				places = append(places, at)
			}
			for _, at := range places {
				if isFalse(text(at.Node)) {
					p.Report(o, at, "opts out of native sidecars, which are the default", "remove it once what needed it is gone")
				}
			}
		},
	})
}
