// Package istio asks Istio's own validation what its webhook would say about an
// object, and what istiod would say about the settings of a mesh. It knows values
// and messages, and nothing of documents and findings.
package istio

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	extensions "istio.io/api/extensions/v1alpha1"
	networking "istio.io/api/networking/v1alpha3"
	networkingbeta "istio.io/api/networking/v1beta1"
	security "istio.io/api/security/v1beta1"
	telemetry "istio.io/api/telemetry/v1alpha1"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/util/protomarshal"
)

// Message is one thing that Istio has to say.
type Message struct {
	Text    string // one line
	Warning bool
	Kind    Kind
}

// Kind says which of Istio's checks a message comes from.
type Kind uint8

const (
	Invalid     Kind = iota // of the validation of a kind
	Undecodable             // the value cannot be read at all
	Unreachable             // a rule of a VirtualService that no request comes to
	Ineffective             // a match that an earlier one covers
	Crashed                 // Istio's code has panicked
)

// form is how one kind is read and checked.
type form struct {
	spec  func() proto.Message
	check validation.ValidateFunc
}

// forms are the kinds that the webhook looks at, by group and kind: to it all
// versions of a kind are the same.
var forms = map[string]form{
	"extensions.istio.io/TrafficExtension":    {func() proto.Message { return &extensions.TrafficExtension{} }, validation.ValidateTrafficExtension},
	"extensions.istio.io/WasmPlugin":          {func() proto.Message { return &extensions.WasmPlugin{} }, validation.ValidateWasmPlugin},
	"networking.istio.io/DestinationRule":     {func() proto.Message { return &networking.DestinationRule{} }, validation.ValidateDestinationRule},
	"networking.istio.io/EnvoyFilter":         {func() proto.Message { return &networking.EnvoyFilter{} }, validateEnvoyFilter},
	"networking.istio.io/Gateway":             {func() proto.Message { return &networking.Gateway{} }, validation.ValidateGateway},
	"networking.istio.io/ProxyConfig":         {func() proto.Message { return &networkingbeta.ProxyConfig{} }, validation.ValidateProxyConfig},
	"networking.istio.io/ServiceEntry":        {func() proto.Message { return &networking.ServiceEntry{} }, validation.ValidateServiceEntry},
	"networking.istio.io/Sidecar":             {func() proto.Message { return &networking.Sidecar{} }, validation.ValidateSidecar},
	"networking.istio.io/VirtualService":      {func() proto.Message { return &networking.VirtualService{} }, validation.ValidateVirtualService},
	"networking.istio.io/WorkloadEntry":       {func() proto.Message { return &networking.WorkloadEntry{} }, validation.ValidateWorkloadEntry},
	"networking.istio.io/WorkloadGroup":       {func() proto.Message { return &networking.WorkloadGroup{} }, validation.ValidateWorkloadGroup},
	"security.istio.io/AuthorizationPolicy":   {func() proto.Message { return &security.AuthorizationPolicy{} }, validation.ValidateAuthorizationPolicy},
	"security.istio.io/PeerAuthentication":    {func() proto.Message { return &security.PeerAuthentication{} }, validation.ValidatePeerAuthentication},
	"security.istio.io/RequestAuthentication": {func() proto.Message { return &security.RequestAuthentication{} }, validation.ValidateRequestAuthentication},
	"telemetry.istio.io/Telemetry":            {func() proto.Message { return &telemetry.Telemetry{} }, validation.ValidateTelemetry},
}

// Checks reports whether the webhook looks at objects of a kind.
func Checks(apiVersion, kind string) bool {
	group, _, _ := strings.Cut(apiVersion, "/")
	_, ok := forms[group+"/"+kind]
	return ok
}

// quiet keeps Istio's code from logging, which it does besides returning errors.
var quiet = sync.OnceFunc(func() {
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.NoneLevel)
	}
})

// Object says what the webhook would say about an object of a kind that Checks
// knows. Namespace is used where the object names none.
func Object(apiVersion, kind, namespace string, value map[string]any) (found []Message) {
	quiet()
	defer guard(&found)
	group, version, _ := strings.Cut(apiVersion, "/")
	f := forms[group+"/"+kind]
	spec := f.spec()
	if err := decode(value["spec"], spec); err != nil {
		return []Message{{Text: decodeText(err), Kind: Undecodable}}
	}
	meta := metaOf(value)
	meta.GroupVersionKind = config.GroupVersionKind{Group: group, Version: version, Kind: kind}
	if meta.Namespace == "" {
		meta.Namespace = namespace
	}
	warning, err := f.check(config.Config{Meta: meta, Spec: spec})
	found = append(messages(err, false), messages(warning, true)...)
	shorten(found, meta)
	return withoutEchoes(found)
}

// shorten takes the name of the object out of messages: findings have it beside.
func shorten(found []Message, meta config.Meta) {
	policy := fmt.Sprintf("invalid policy %s.%s: ", meta.Name, meta.Namespace)
	object := fmt.Sprintf("%s/%s ", meta.Namespace, meta.Name)
	for i := range found {
		found[i].Text = strings.TrimPrefix(strings.TrimPrefix(found[i].Text, policy), object)
	}
}

// withoutEchoes drops what Istio says of the notValues of a condition when it has
// said the same of its values: both are about the key.
func withoutEchoes(found []Message) []Message {
	return slices.DeleteFunc(found, func(m Message) bool {
		rest, ok := strings.CutPrefix(m.Text, "invalid `notValue` ")
		return ok && slices.ContainsFunc(found, func(other Message) bool { return other.Text == "invalid `value` "+rest })
	})
}

// guard turns a panic in Istio's code into a message: it is the user's object
// that must be named, not ours to fix.
func guard(found *[]Message) {
	if r := recover(); r != nil {
		*found = []Message{{Text: oneLine(fmt.Sprint(r)), Kind: Crashed}}
	}
}

// decode reads a value as the webhook does: fields that are unknown are passed over.
func decode(value any, into proto.Message) error {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return protomarshal.ApplyJSON(string(text), into)
}

func metaOf(value map[string]any) config.Meta {
	m, _ := value["metadata"].(map[string]any)
	meta := config.Meta{Labels: texts(m["labels"]), Annotations: texts(m["annotations"])}
	if meta.Name, _ = m["name"].(string); meta.Name == "" {
		meta.Name = "x" // of generateName, or missing, which is a mistake of its own
	}
	meta.Namespace, _ = m["namespace"].(string)
	return meta
}

func texts(v any) map[string]string {
	m, _ := v.(map[string]any)
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for key, value := range m {
		if s, ok := value.(string); ok {
			out[key] = s
		}
	}
	return out
}

// errorList is the type of github.com/hashicorp/go-multierror, which Istio returns.
type errorList interface {
	ErrorOrNil() error
	WrappedErrors() []error
}

// messages takes an error apart. Istio nests lists of errors in each other.
func messages(err error, warning bool) []Message {
	if err == nil {
		return nil
	}
	if list, ok := err.(errorList); ok { // not one that is wrapped, whose text says more
		var out []Message
		for _, e := range list.WrappedErrors() {
			out = append(out, messages(e, warning)...)
		}
		return out
	}
	m := Message{Text: noise.ReplaceAllString(oneLine(err.Error()), ""), Warning: warning}
	var aware *validation.AnalysisAwareError
	if errors.As(err, &aware) {
		switch aware.Type {
		case "VirtualServiceUnreachableRule":
			m.Kind = Unreachable
		case "VirtualServiceIneffectiveMatch":
			m.Kind = Ineffective
		}
	}
	return []Message{m}
}

// noise is the head of a list of errors in the text of another one, and the line
// that CEL draws below an expression.
var noise = regexp.MustCompile(`\d+ errors? occurred: \* | \| .* \| \.*\^$`)

// maxText is how many characters of a message are kept: parsers quote what they
// were given.
const maxText = 300

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText]) + "..."
	}
	return s
}

var protoNoise = regexp.MustCompile(`^proto:\s*(\(line \d+:\d+\):\s*)?`)

// decodeText takes out of what a decoder says the place in a text that the user
// never sees.
func decodeText(err error) string {
	return protoNoise.ReplaceAllString(oneLine(strings.ReplaceAll(err.Error(), "\u00a0", " ")), "")
}
