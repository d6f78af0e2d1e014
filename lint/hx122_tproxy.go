package lint

func init() {
	register(Rule{
		ID: "HX122", Title: "Traffic taken by TPROXY",
		Feature: "TPROXY",
		Tags:    []string{"feature", "proxy"},
		Sources: []Source{
			{"ProxyConfig reference: interceptionMode", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig"},
		},
		Why: "With TPROXY the sidecar itself runs with NET_ADMIN and as root, not only its init container, and few meshes run that" +
			" way: what breaks there is found by its users.",
		Remedy: "Leave the mode at REDIRECT. Where the client's address matters, read it from X-Forwarded-For or the proxy protocol.",
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
        sidecar.istio.io/interceptionMode: TPROXY
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
        sidecar.istio.io/interceptionMode: REDIRECT
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Kinds: proxyConfigKinds,
		Object: func(p *Pass, o *Object) {
			modes := o.below(o.Pod(), `metadata.annotations["sidecar.istio.io/interceptionMode"]`)
			for _, config := range o.ProxyConfig() {
				modes = append(modes, o.below(config, "interceptionMode")...)
			}
			for _, at := range modes {
				if text(at.Node) == "TPROXY" {
					p.Report(o, at, "TPROXY runs the sidecar as root with NET_ADMIN, and is little tested", "leave the mode at REDIRECT")
				}
			}
		},
	})
}
