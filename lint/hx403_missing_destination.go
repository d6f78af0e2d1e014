package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX403", Title: "Route to a host, port or subset that does not exist", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0101"},
		Sources: []Source{
			{"VirtualService reference: Destination", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination"},
			{"Istio, ReferencedResourceNotFound", "https://istio.io/latest/docs/reference/config/analysis/ist0101/"},
		},
		Why: "A destination has to be a Service or a ServiceEntry that the namespace may see, and its subset one that a DestinationRule " +
			"of that host defines. Otherwise the proxy has no cluster to send to and answers 503. A name without a dot is looked for in the " +
			"namespace of the VirtualService; one with a dot is taken as it is, so that reviews.shop is not found. In release scope a host " +
			"that is not here may be part of another release.",
		Remedy: "Write the full name, such as reviews.shop.svc.cluster.local, a port that the Service has, and a subset that its " +
			"DestinationRule defines.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector: {app: reviews}
  ports:
  - {name: http, port: 80}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts: [reviews.shop.svc.cluster.local]
  http:
  - route:
    - destination: {host: review.shop.svc.cluster.local}
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector: {app: reviews}
  ports:
  - {name: http, port: 80}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts: [reviews.shop.svc.cluster.local]
  http:
  - route:
    - destination: {host: reviews.shop.svc.cluster.local}
`,
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(virtualService) {
				for _, d := range destinations(o) {
					checkDestination(p, o, d)
				}
			}
		},
	})
}

// apiServer is the Service that every cluster has.
const apiServer = "kubernetes.default.svc"

func checkDestination(p *Pass, o *Object, d destination) {
	found := p.Mesh.services().lookup(d.host, o.Namespace())
	visible := slices.DeleteFunc(slices.Clone(found), func(s *service) bool { return !exported(s.exportTo, s.object.Namespace(), o.Namespace()) })
	switch {
	case canonicalHost(d.host, o.Namespace()) == apiServer:
	case len(found) == 0:
		message := fmt.Sprintf("%s %q is no Service and no ServiceEntry here", d.what(), d.host)
		p.Report(o, d.at, message, missingHostHint(p.Mesh, d.host, o.Namespace())).Severity = p.absence()
	case len(visible) == 0:
		p.Report(o, d.at, fmt.Sprintf("%s %q is not exported to namespace %s", d.what(), d.host, o.Namespace()),
			fmt.Sprintf("add %s to exportTo of %s %s", o.Namespace(), found[0].object.ID.Kind, found[0].object.name()))
	default:
		checkDestinationPort(p, o, d, visible)
		checkSubset(p, o, d)
	}
}

// missingHostHint looks for what the host may have meant.
func missingHostHint(m *Mesh, host, namespace string) string {
	labels := strings.Split(host, ".")
	if len(labels) == 2 && len(m.services().byHost[host+".svc"]) > 0 {
		return fmt.Sprintf("write the full name: %s.svc.cluster.local", host)
	}
	if len(labels) == 1 || len(labels) > 2 && labels[2] == "svc" {
		if len(labels) > 1 {
			namespace = labels[1]
		}
		if hint := diag.DidYouMean(labels[0], m.serviceNames(namespace)); hint != "" {
			return hint
		}
	}
	return "write the full name of a Service, or apply a ServiceEntry for the host"
}

// serviceNames returns the names of the Services of a namespace, or none when
// there are more than a person could have mixed up.
func (m *Mesh) serviceNames(namespace string) []string {
	if len(m.Of("Service")) > 500 {
		return nil
	}
	var names []string
	for _, o := range m.Of("Service") {
		if o.Namespace() == namespace {
			names = append(names, o.ID.Name)
		}
	}
	return names
}

func checkDestinationPort(p *Pass, o *Object, d destination, found []*service) {
	number := text(d.port.Node)
	var numbers []string
	for _, s := range found {
		if s.anyPort || len(s.ports) == 0 {
			return
		}
		numbers = append(numbers, s.numbers()...)
	}
	if number != "" && !slices.Contains(numbers, number) {
		p.Report(o, d.port, fmt.Sprintf("%s %q has no port %s", d.what(), d.host, number), "its ports are "+someOf(numbers))
	}
}

func checkSubset(p *Pass, o *Object, d destination) {
	name := text(d.subset.Node)
	if name == "" {
		return
	}
	rules := p.Mesh.rules().of(d.host, o.Namespace())
	var subsets []string
	for _, rule := range rules {
		subsets = append(subsets, texts(rule.Find("spec.subsets[*].name"))...)
	}
	switch {
	case len(rules) == 0:
		p.Report(o, d.subset, fmt.Sprintf("no DestinationRule here defines subset %q of %q", name, d.host),
			"apply a DestinationRule with that subset").Severity = p.absence()
	case !slices.Contains(subsets, name):
		hint := cmp.Or(diag.DidYouMean(name, subsets), "define it in DestinationRule "+rules[0].name().String())
		p.Report(o, d.subset, fmt.Sprintf("the DestinationRule of %q defines no subset %q", d.host, name), hint)
	}
}
