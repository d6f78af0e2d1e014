package lint

import "github.com/helmx-dev/helmx/manifest"

func init() {
	register(Rule{
		ID: "HX114", Title: "ProxyConfig resource in use", Starred: true,
		Feature: "ProxyConfig",
		Tags:    []string{"feature", "proxy"},
		Sources: []Source{
			{"ProxyConfig reference", "https://istio.io/latest/docs/reference/config/networking/proxy-config/"},
		},
		Why: "The kind never reached v1, when the other networking APIs did, and it lies outside Istio's stable channel: a cluster with that policy " +
			"refuses it. It can say concurrency, environment variables and an image, less than the setting it overlaps with, and " +
			"proxies read it only when they start.",
		Remedy: "Write the annotation proxy.istio.io/config on the pods, or meshConfig.defaultConfig for all of them.",
		Bad: `apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata:
  name: verbose
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  environmentVariables:
    ISTIO_META_DNS_CAPTURE: "true"
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
        proxy.istio.io/config: |
          proxyMetadata:
            ISTIO_META_DNS_CAPTURE: "true"
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Kinds: []string{proxyConfig},
		Object: func(p *Pass, o *Object) {
			p.Report(o, manifest.Found{}, "ProxyConfig never became v1 and is outside Istio's stable channel",
				"use the annotation proxy.istio.io/config, or meshConfig.defaultConfig")
		},
	})
}
