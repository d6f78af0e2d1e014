package pipeline

import (
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// toolConfig lists what is written like a Kubernetes object and is none: files
// that a program reads on its own, which no API server takes. They lie beside
// manifests, and the API server's rules would only complain about them. By API
// group; the kinds of a group, none: all.
var toolConfig = map[string][]string{
	"":                                     {"Config"}, // v1, a kubeconfig
	"apiserver.config.k8s.io":              nil,
	"audit.k8s.io":                         nil,
	"client.authentication.k8s.io":         nil,
	"ctlptl.dev":                           nil,
	"helmx.dev":                            {"Config"},
	"kind.x-k8s.io":                        nil,
	"kubeadm.k8s.io":                       nil,
	"kubelet.config.k8s.io":                nil,
	"kubeproxy.config.k8s.io":              nil,
	"kubescheduler.config.k8s.io":          nil,
	"kustomize.config.k8s.io":              nil,
	"pod-security.admission.config.k8s.io": nil,
	"skaffold":                             nil,
}

func isToolConfig(d *manifest.Document) bool {
	id := d.ID()
	kinds, ok := toolConfig[id.Group()]
	return ok && (kinds == nil || slices.Contains(kinds, id.Kind))
}
