package lint

import (
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

func TestWhereProxiesAreConfigured(t *testing.T) {
	docs := manifest.Read("x.yaml", []byte(`apiVersion: v1
kind: ConfigMap
metadata: {name: istio-canary}
data:
  mesh: |-
    defaultConfig:
      concurrency: 1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data:
  mesh: "defaultConfig: {concurrency: 9}"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  template:
    metadata:
      annotations:
        proxy.istio.io/config: "concurrency: 2"
---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {name: a}
spec: {concurrency: 3}
---
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  meshConfig: {defaultConfig: {concurrency: 4}}
  values: {meshConfig: {defaultConfig: {concurrency: 5}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio}
data:
  mesh: "defaultConfig: ["
`))
	var got string
	for _, o := range newMesh(docs, Options{}).Objects {
		for _, root := range o.ProxyConfig() {
			for _, at := range o.below(root, "concurrency") {
				got += text(at.Node)
			}
		}
	}
	if got != "12345" {
		t.Errorf("found %q", got)
	}
}

func TestIstiodEnv(t *testing.T) {
	docs := manifest.Read("x.yaml", []byte(`apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod}
spec:
  template:
    spec:
      containers:
      - name: discovery
        env:
        - {name: A, value: "true"}
        - {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      - name: other
        env:
        - {name: C, value: "true"}
`))
	o := newMesh(docs, Options{}).Objects[0]
	for name, want := range map[string]string{"A": "true", "B": "", "C": "", "D": ""} {
		if got, at := o.IstiodEnv(name); got != want || (at.Node != nil) != (want != "") {
			t.Errorf("%s: got %q at %v", name, got, at.Path)
		}
	}
}
