package lint

import (
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

const (
	serviceEntry  = "ServiceEntry.networking.istio.io"
	serviceImport = "ServiceImport.multicluster.x-k8s.io"
)

// service is what a host stands for: a Service, or a ServiceEntry.
type service struct {
	object   *Object
	host     string // canonical, or a wildcard
	ports    []manifest.Found
	exportTo []string
	// anyPort says that the ports are not known: the service of a Gateway,
	// which istiod makes, and those of other clusters.
	anyPort bool
}

// services is the index of services by host.
type services struct {
	byHost    map[string][]*service
	wildcards map[string][]*service // by what follows the asterisk
}

// canonicalHost makes one of the ways to write the host of a Service. Short
// names are those of a namespace, and the domain of the cluster, which may be
// any, is left out.
func canonicalHost(host, namespace string) string {
	host = strings.ToLower(host)
	if !strings.Contains(host, ".") && !strings.HasPrefix(host, "*") {
		return host + "." + namespace + ".svc"
	}
	if i := strings.Index(host, ".svc."); i >= 0 {
		return host[:i+len(".svc")]
	}
	return host
}

func (m *Mesh) indexServices() *services {
	s := &services{byHost: make(map[string][]*service), wildcards: make(map[string][]*service)}
	byDefault := m.defaultExportTo("defaultServiceExportTo")
	for _, o := range m.Of("Service") {
		exportTo := byDefault
		if names := o.Text(`metadata.annotations["networking.istio.io/exportTo"]`); names != "" {
			exportTo = strings.Split(strings.ReplaceAll(names, " ", ""), ",")
		}
		s.add(&service{object: o, host: canonicalHost(o.ID.Name, o.Namespace()), ports: o.Find("spec.ports[*]"), exportTo: exportTo})
	}
	for _, o := range m.Of(serviceEntry) {
		exportTo := texts(o.Find("spec.exportTo[*]"))
		if len(exportTo) == 0 {
			exportTo = byDefault
		}
		for _, host := range texts(o.Find("spec.hosts[*]")) {
			s.add(&service{object: o, host: canonicalHost(host, o.Namespace()), ports: o.Find("spec.ports[*]"), exportTo: exportTo})
		}
	}
	for _, o := range m.Of(serviceImport) {
		s.add(&service{object: o, host: canonicalHost(o.ID.Name, o.Namespace()), anyPort: true})
	}
	for _, o := range m.Of(k8sGateway) {
		for _, name := range []string{o.ID.Name, o.ID.Name + "-" + o.Text("spec.gatewayClassName")} {
			s.add(&service{object: o, host: canonicalHost(name, o.Namespace()), anyPort: true})
		}
	}
	return s
}

// defaultExportTo returns who sees what says nothing of exportTo; nobody named
// means everybody.
func (m *Mesh) defaultExportTo(field string) []string {
	for _, o := range m.Of(meshConfigKinds...) {
		for _, config := range o.MeshConfig() {
			if names := texts(o.below(config, field+"[*]")); len(names) > 0 {
				return names
			}
		}
	}
	return nil
}

func texts(found []manifest.Found) []string {
	var list []string
	for _, at := range found {
		list = append(list, text(at.Node))
	}
	return list
}

func (s *services) add(one *service) {
	if tail, ok := strings.CutPrefix(one.host, "*"); ok {
		s.wildcards[tail] = append(s.wildcards[tail], one)
		return
	}
	s.byHost[one.host] = append(s.byHost[one.host], one)
}

// lookup returns the services that a host, as written in a namespace, may mean:
// those of that very name, else those of the longest wildcard that covers it.
func (s *services) lookup(host, namespace string) []*service {
	name := canonicalHost(host, namespace)
	if found := s.byHost[name]; len(found) > 0 {
		return found
	}
	name = strings.TrimPrefix(name, "*")
	for i := 0; i <= len(name); i++ {
		if found := s.wildcards[name[i:]]; len(found) > 0 {
			return found
		}
	}
	return nil
}

// exported reports whether an object that lies in one namespace, with the
// exportTo given, is seen in another.
func exported(exportTo []string, from, to string) bool {
	if len(exportTo) == 0 {
		return true
	}
	for _, name := range exportTo {
		if name == "*" || name == to || name == "." && from == to {
			return true
		}
	}
	return false
}

// number reads a port's number: that of a Service is called port, that of a
// ServiceEntry number.
func (s *service) number(port manifest.Found) string {
	for _, name := range []string{"port", "number"} {
		if _, n := manifest.Lookup(manifest.Resolve(port.Node), name); n != nil {
			return text(n)
		}
	}
	return ""
}

// numbers returns the numbers of the service's ports.
func (s *service) numbers() []string {
	var list []string
	for _, port := range s.ports {
		list = append(list, s.number(port))
	}
	return list
}
