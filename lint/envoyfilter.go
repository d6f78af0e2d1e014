package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

const envoyFilter = "EnvoyFilter.networking.istio.io"

// Types of Envoy's configuration that rules know, without their prefix.
const (
	luaFilter     = "envoy.extensions.filters.http.lua.v3.Lua"
	httpManager   = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
	httpExtAuthz  = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"
	httpWasm      = "envoy.extensions.filters.http.wasm.v3.Wasm"
	networkWasm   = "envoy.extensions.filters.network.wasm.v3.Wasm"
	typeURLPrefix = "type.googleapis.com/"
)

// filterConfig is one typed configuration that an EnvoyFilter writes.
type filterConfig struct {
	typeName string         // without prefix
	at       manifest.Found // the mapping that holds @type
}

// filterConfigs returns the configurations of all patches, at any depth, in the
// order in which they stand.
func filterConfigs(o *Object) []filterConfig {
	var found []filterConfig
	for _, value := range o.Find("spec.configPatches[*].patch.value") {
		found = append(found, typedConfigs(value)...)
	}
	return found
}

func typedConfigs(at manifest.Found) []filterConfig {
	var found []filterConfig
	manifest.Walk(manifest.Resolve(at.Node), func(path manifest.Path, n *manifest.Node) bool {
		_, name := manifest.Lookup(n, "@type")
		if name == nil {
			return true
		}
		typeName := text(name)
		if _, url := manifest.Lookup(n, "type_url"); url != nil { // a type that Envoy learns at run time
			typeName = text(url)
		}
		place := manifest.Found{Path: slices.Concat(at.Path, path), Node: n}
		found = append(found, filterConfig{strings.TrimPrefix(typeName, typeURLPrefix), place})
		return true
	})
	return found
}
