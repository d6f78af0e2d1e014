package istio

import (
	"encoding/json"
	"errors"
	"strings"

	meshapi "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/validation/agent"
	"istio.io/istio/pkg/util/protomarshal"
)

// undecodable are the words with which istiod introduces what it cannot read.
var undecodable = []string{
	"failed to convert to proto. ", "could not parse proxy config: ", "could not parse default providers: ",
}

// Mesh says what istiod would say about a MeshConfig. What is not set has the
// defaults of istiod, as there.
func Mesh(value map[string]any) (found []Message) {
	quiet()
	defer guard(&found)
	config, err := mesh.ApplyMeshConfigDefaults(asText(value))
	if err != nil {
		return settingMessages(err)
	}
	warning, _ := agent.ValidateMeshConfig(config)
	found = messages(warning, true)
	for _, p := range config.ExtensionProviders {
		for _, m := range messages(checkProvider(p), true) {
			m.Text = "the provider cannot be used: " + m.Text
			found = append(found, m)
		}
	}
	return found
}

// checkProvider checks what istiod only logs: a provider that it cannot use is no
// error until something refers to it.
func checkProvider(p *meshapi.MeshConfig_ExtensionProvider) error {
	switch p := p.GetProvider().(type) {
	case nil:
		return errors.New("it says nothing of what it is")
	case *meshapi.MeshConfig_ExtensionProvider_EnvoyExtAuthzHttp:
		return agent.ValidateExtensionProviderEnvoyExtAuthzHTTP(p.EnvoyExtAuthzHttp)
	case *meshapi.MeshConfig_ExtensionProvider_EnvoyExtAuthzGrpc:
		return agent.ValidateExtensionProviderEnvoyExtAuthzGRPC(p.EnvoyExtAuthzGrpc)
	case *meshapi.MeshConfig_ExtensionProvider_EnvoyHttpAls:
		return agent.ValidateExtensionProviderEnvoyHTTPAls(p.EnvoyHttpAls)
	case *meshapi.MeshConfig_ExtensionProvider_EnvoyTcpAls:
		return agent.ValidateExtensionProviderEnvoyTCPAls(p.EnvoyTcpAls)
	case *meshapi.MeshConfig_ExtensionProvider_EnvoyOtelAls:
		return agent.ValidateExtensionProviderEnvoyOtelAls(p.EnvoyOtelAls)
	case *meshapi.MeshConfig_ExtensionProvider_Opentelemetry:
		return agent.ValidateExtensionProviderTracingOpentelemetry(p.Opentelemetry)
	}
	return nil
}

// Networks says what istiod would say about MeshNetworks.
func Networks(value map[string]any) (found []Message) {
	quiet()
	defer guard(&found)
	_, err := mesh.ParseMeshNetworks(asText(value))
	return settingMessages(err)
}

// Proxy says what the injector, and the proxy when it starts, would say about a
// ProxyConfig in an annotation.
func Proxy(value map[string]any) (found []Message) {
	quiet()
	defer guard(&found)
	config := mesh.DefaultProxyConfig()
	if err := protomarshal.ApplyJSON(asText(value), config); err != nil {
		return []Message{{Text: decodeText(err), Kind: Undecodable}}
	}
	v := agent.ValidateMeshConfigProxyConfig(config)
	return append(messages(v.Err, false), messages(v.Warning, true)...)
}

// asText writes a value that came from a document. What JSON cannot hold has been
// reported by then, and reads as nothing.
func asText(value map[string]any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "{}"
	}
	return string(text)
}

func settingMessages(err error) []Message {
	found := messages(err, false)
	for i, m := range found {
		for _, words := range undecodable {
			if rest, ok := strings.CutPrefix(m.Text, words); ok {
				found[i] = Message{Text: decodeText(errors.New(rest)), Kind: Undecodable}
			}
		}
	}
	return found
}
