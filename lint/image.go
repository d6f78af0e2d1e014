package lint

import "strings"

// image is a container image reference in its parts.
// https://pkg.go.dev/github.com/distribution/reference#hdr-Grammar
type image struct {
	hub    string // what stands before the name: "docker.io/istio"; may be empty
	name   string // "pilot"
	tag    string // without the colon; empty when there is none
	digest string // without the at sign
}

func parseImage(ref string) image {
	var i image
	ref = strings.TrimSpace(ref)
	ref, i.digest, _ = strings.Cut(ref, "@")
	slash := strings.LastIndexByte(ref, '/')
	i.hub, i.name = ref[:max(slash, 0)], ref[slash+1:]
	i.name, i.tag, _ = strings.Cut(i.name, ":")
	return i
}

// istioImages are the images of an Istio release that run in a cluster.
var istioImages = []string{"pilot", "proxyv2", "ztunnel", "install-cni", "operator"}
