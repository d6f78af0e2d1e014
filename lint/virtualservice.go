package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// destination is where a VirtualService sends traffic, or a copy of it.
type destination struct {
	at     manifest.Found // of the host, else of the whole
	host   string
	subset manifest.Found
	port   manifest.Found // its number
	mirror bool
}

var (
	routePaths  = []string{"spec.http[*].route[*].destination", "spec.tls[*].route[*].destination", "spec.tcp[*].route[*].destination"}
	mirrorPaths = []string{"spec.http[*].mirror", "spec.http[*].mirrors[*].destination"}
)

// destinations returns the destinations of a VirtualService that name a host.
func destinations(o *Object) []destination {
	var list []destination
	for _, path := range slices.Concat(routePaths, mirrorPaths) {
		for _, at := range o.Find(path) {
			host := first(o.below(at, "host"))
			if text(host.Node) == "" {
				continue // package schema asks for it
			}
			list = append(list, destination{
				at: host, host: text(host.Node), subset: first(o.below(at, "subset")), port: first(o.below(at, "port.number")),
				mirror: slices.Contains(mirrorPaths, path),
			})
		}
	}
	return list
}

// what names the destination in a message.
func (d destination) what() string {
	if d.mirror {
		return "mirror host"
	}
	return "host"
}
