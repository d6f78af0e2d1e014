package lint

func init() {
	register(Rule{
		ID: "HX124", Title: "Ingress for the mesh",
		Feature: "Ingress",
		Tags:    []string{"feature", "gateway"},
		Sources: []Source{
			{"Kubernetes Ingress with Istio", "https://istio.io/latest/docs/tasks/traffic-management/ingress/kubernetes-ingress/"},
		},
		Why: "An Ingress cannot say what a mesh's entrance does - which hosts may be bound by whom, weights, headers, mutual TLS -" +
			" and everything more needs annotations that Istio does not have. Istio supports it for what is there already.",
		Remedy: "Write a Gateway and HTTPRoutes of the Gateway API for what is new.",
		Bad: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  ingressClassName: istio
  rules: []
`,
		Good: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  ingressClassName: nginx
  rules: []
`,
		Kinds:  append([]string{"Ingress.networking.k8s.io", "IngressClass.networking.k8s.io"}, meshConfigKinds...),
		Object: checkIngress,
	})
}

const ingressHint = "write a Gateway and HTTPRoutes of the Gateway API"

func checkIngress(p *Pass, o *Object) {
	switch o.ID.Kind {
	case "Ingress":
		for _, path := range []string{`metadata.annotations["kubernetes.io/ingress.class"]`, "spec.ingressClassName"} {
			if at := o.First(path); text(at.Node) == "istio" {
				p.Report(o, at, "an Ingress of class istio is for what is there already", ingressHint)
				return
			}
		}
	case "IngressClass":
		if at := o.First("spec.controller"); text(at.Node) == "istio.io/ingress-controller" {
			p.Report(o, at, "a class for Ingresses of Istio is for what is there already", ingressHint)
		}
	default:
		for _, config := range o.MeshConfig() {
			if at := first(o.below(config, "ingressControllerMode")); text(at.Node) == "DEFAULT" {
				p.Report(o, at, "Istio serves every Ingress that names no class", "remove ingressControllerMode, or set it to STRICT")
			}
		}
	}
}
