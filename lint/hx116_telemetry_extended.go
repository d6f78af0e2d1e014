package lint

func init() {
	register(Rule{
		ID: "HX116", Title: "Telemetry outside of the stable channel",
		Feature: "extended Telemetry fields",
		Tags:    []string{"feature", "telemetry"},
		Sources: []Source{
			{"Telemetry reference", "https://istio.io/latest/docs/reference/config/telemetry/"},
		},
		Why: "Three fields of Telemetry - the filter of access logs, the reporting interval of metrics, sampling by the request's " +
			"ID - may change, and the admission policy of Istio's stable channel refuses them.",
		Remedy: "Do without the field, or keep it in mind at every upgrade.",
		Bad: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: shop
  namespace: shop
spec:
  accessLogging:
  - filter:
      expression: response.code >= 500
`,
		Good: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: shop
  namespace: shop
spec:
  accessLogging:
  - providers:
    - name: envoy
`,
		Kinds: []string{telemetryKind},
		Object: func(p *Pass, o *Object) {
			if p.Mesh.Before("1.22") {
				return
			}
			for _, path := range []string{"spec.accessLogging[*].filter", "spec.metrics[*].reportingInterval", "spec.tracing[*].useRequestIdForTraceSampling"} {
				for _, at := range o.Find(path) {
					p.Report(o, at, at.Path[len(at.Path)-1].Key+" is outside of Istio's stable channel", "do without it, or check it at every upgrade")
				}
			}
		},
	})
}
