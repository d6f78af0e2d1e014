package istiooperator

import (
	_ "embed"
	"strings"
)

// meshConfigFields lists the fields of MeshConfig and ProxyConfig in
// mesh/v1alpha1 of istio.io/api, a message and a field on each line. A test of
// e2e/istiooperator writes it from the descriptors, and compares.
//
//go:embed meshconfig.txt
var meshConfigFields string

// meshConfigShape has the fields of MeshConfig, and those of its defaultConfig.
// What lies below them is for istiod to judge.
var meshConfigShape = func() *shape {
	mesh := message("MeshConfig")
	mesh.fields["defaultConfig"] = message("ProxyConfig")
	return mesh
}()

func message(name string) *shape {
	fields := map[string]*shape{}
	for line := range strings.Lines(meshConfigFields) {
		if field, ok := strings.CutPrefix(line, name+" "); ok {
			fields[strings.TrimSpace(field)] = &shape{}
		}
	}
	return &shape{kind: aMap, fields: fields, proto: true}
}

// jsonName returns the name that a field of a message has in JSON. Istio takes
// the name that it has in the message, too: access_log_file.
func jsonName(field string) string {
	words := strings.Split(field, "_")
	for i, word := range words[1:] {
		if word != "" {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}
