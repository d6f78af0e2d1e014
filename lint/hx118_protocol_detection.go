package lint

import "fmt"

func init() {
	register(Rule{
		ID: "HX118", Title: "Timeout for protocol detection", Starred: true,
		Feature: "protocolDetectionTimeout",
		Tags:    []string{"feature", "traffic"},
		Sources: []Source{
			{"Protocol selection", "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/"},
		},
		Why: "When nothing comes in time, the proxy takes the connection for plain TCP. Under load, or with a client that is slow to speak, HTTP is " +
			"then handled as TCP: routes, policies and telemetry do not apply, now and then, and nobody sees why.",
		Remedy: "Remove the setting. Name the protocol of the port, by appProtocol or the prefix of its name, where a server speaks first.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    protocolDetectionTimeout: 5s
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: mail
  namespace: shop
spec:
  selector: {app: mail}
  ports:
  - name: tcp-smtp
    port: 25
    appProtocol: tcp
`,
		Kinds: meshConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, mesh := range o.MeshConfig() {
				for _, at := range o.below(mesh, "protocolDetectionTimeout") {
					if value := text(at.Node); value != "" && value != "0s" && value != "0" {
						p.Report(o, at, fmt.Sprintf("protocolDetectionTimeout is %s: HTTP that comes later is handled as TCP", value),
							"remove it, and name the protocol of ports whose server speaks first")
					}
				}
			}
		},
	})
}
