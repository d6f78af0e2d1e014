package funcs

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

func meshFuncs() []Func {
	trustDomain := Param{Name: "trustDomain", Doc: "as in meshConfig.trustDomain: cluster.local"}
	return []Func{
		{
			Name: "spiffeID", Group: Network, Fn: spiffeID,
			Doc:    "The identity that Istio gives to a service account: spiffe://TRUSTDOMAIN/ns/NAMESPACE/sa/ACCOUNT. Fails when a part is missing or holds what such an identity cannot.",
			Params: []Param{trustDomain, {Name: "namespace", Doc: "of the service account"}, {Name: "account", Doc: "its name"}},
			Examples: []Example{
				{Template: `{{ "reviews" | spiffeID "cluster.local" "shop" }}`, Want: "spiffe://cluster.local/ns/shop/sa/reviews"},
				{Template: `{{ spiffeID "cluster.local" "" "reviews" }}`, Error: "namespace: want a namespace, got an empty string"},
			},
		},
		{
			Name: "principal", Group: Network, Fn: principal,
			Doc:      "The identity of a service account as AuthorizationPolicy writes it in principals: spiffeID without the scheme.",
			Params:   []Param{trustDomain, {Name: "namespace", Doc: "of the service account, or *"}, {Name: "account", Doc: "its name, or *"}},
			Examples: []Example{{Template: `{{ "gateway" | principal "cluster.local" "istio-ingress" }}`, Want: "cluster.local/ns/istio-ingress/sa/gateway"}},
		},
		{
			Name: "parseSpiffeID", Group: Network, Fn: parseSpiffeID,
			Doc:    "An identity in its parts: a map with trustDomain, path, and namespace and account, which are \"\" for identities that are not Istio's. Fails when the text is no SPIFFE ID.",
			Params: []Param{{Name: "id", Doc: "a SPIFFE ID"}},
			Examples: []Example{
				{Template: `{{ (parseSpiffeID "spiffe://td.example/ns/shop/sa/reviews").trustDomain }}`, Want: "td.example"},
				{Template: `{{ parseSpiffeID "cluster.local/ns/a/sa/b" }}`, Error: "id: want a SPIFFE ID like spiffe://cluster.local/ns/shop/sa/reviews, got a string that is none"},
			},
		},
		{
			Name: "revisionName", Group: Network, Fn: revisionName,
			Doc:    "The name of an object of an Istio revision: NAME for the default revision and NAME-REVISION for any other, as Istio's charts name istiod, its Service and its ConfigMaps.",
			Params: []Param{{Name: "revision", Doc: `the revision; "", null and "default" are the default one`}, {Name: "name", Doc: "the name without a revision"}},
			Examples: []Example{
				{Template: `{{ "istiod" | revisionName .Values.revision }}`, Values: "revision: 1-30-0", Want: "istiod-1-30-0"},
				{Template: `{{ "istiod" | revisionName .Values.revision }}`, Want: "istiod"},
				{Template: `{{ "istiod" | revisionName "1.30.0" }}`, Error: "revision: want a revision like 1-30-0, got a string that is none"},
			},
		},
		{
			Name: "injectionLabels", Group: Network, Fn: injectionLabels,
			Doc:      "The labels with which a namespace asks a revision for sidecars: istio-injection for the default revision, istio.io/rev for any other. Both at once contradict each other.",
			Params:   []Param{{Name: "revision", Doc: `the revision; "", null and "default" are the default one`}},
			Examples: []Example{{Template: `{{ injectionLabels "canary" | toJson }}`, Want: `{"istio.io/rev":"canary"}`}, {Template: `{{ injectionLabels "" | toJson }}`, Want: `{"istio-injection":"enabled"}`}},
		},
		{
			Name: "portProtocol", Group: Network, Fn: portProtocol,
			Doc: "The protocol that Istio takes a port for, from its appProtocol or the part of its name in front of the first dash: HTTP, HTTP2, GRPC, GRPC-Web, HTTPS, TLS, TCP, UDP, Mongo, MySQL or Redis. " +
				"\"\" where Istio has to look at the traffic.",
			Params: []Param{{Name: "port", Doc: "the name of a port, or a port of a Service as a map"}},
			Examples: []Example{
				{Template: `{{ portProtocol "grpc-web" }} {{ portProtocol "http-metrics" }} {{ portProtocol (dict "name" "web" "appProtocol" "kubernetes.io/h2c") }}`, Want: "GRPC-Web HTTP HTTP2"},
				{Template: `{{ portProtocol "web" | default "none" }}`, Want: "none"},
			},
		},
	}
}

// trustDomainForm and segmentForm are the characters of
// https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md
var (
	trustDomainForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9._-]{1,255}$`) })
	segmentForm     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9._-]+$`) })
	revisionForm    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`) })
)

func formed(param string, v any, form *regexp.Regexp, want string) (string, error) {
	text, err := textArgument(param, v, want)
	if err == nil && (!form.MatchString(text) || text == "." || text == "..") {
		err = formError(param, v, want)
	}
	return text, err
}

func spiffeID(trustDomain, namespace, account any) (string, error) {
	id, err := identity(trustDomain, namespace, account, false)
	if err != nil {
		return "", err
	}
	return "spiffe://" + id, nil
}

func principal(trustDomain, namespace, account any) (string, error) {
	return identity(trustDomain, namespace, account, true)
}

func identity(trustDomain, namespace, account any, wildcards bool) (string, error) {
	td, err := formed("trustDomain", trustDomain, trustDomainForm(), "a trust domain like cluster.local")
	if err != nil {
		return "", err
	}
	parts := []string{td, "ns", "", "sa", ""}
	for _, p := range []struct {
		param, want string
		value       any
		at          int
	}{{"namespace", "a namespace", namespace, 2}, {"account", "the name of a service account", account, 4}} {
		if wildcards && p.value == any("*") {
			parts[p.at] = "*"
			continue
		}
		if parts[p.at], err = formed(p.param, p.value, segmentForm(), p.want); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, "/"), nil
}

func parseSpiffeID(id any) (map[string]any, error) {
	const want = "a SPIFFE ID like spiffe://cluster.local/ns/shop/sa/reviews"
	text, err := textArgument("id", id, want)
	if err != nil {
		return nil, err
	}
	rest, ok := strings.CutPrefix(text, "spiffe://")
	td, path, hasPath := strings.Cut(rest, "/")
	ok = ok && trustDomainForm().MatchString(td) && len(text) <= 2048
	segments := strings.Split(path, "/")
	if !hasPath {
		segments = nil
	}
	if !ok || slices.ContainsFunc(segments, func(s string) bool { return !segmentForm().MatchString(s) || s == "." || s == ".." }) {
		return nil, formError("id", id, want)
	}
	parts := map[string]any{"trustDomain": td, "path": "", "namespace": "", "account": ""}
	if hasPath {
		parts["path"] = "/" + path
	}
	if len(segments) == 4 && segments[0] == "ns" && segments[2] == "sa" {
		parts["namespace"], parts["account"] = segments[1], segments[3]
	}
	return parts, nil
}

// revisionArgument returns "" for the default revision.
func revisionArgument(revision any) (string, error) {
	if revision == nil || revision == any("") || revision == any("default") {
		return "", nil
	}
	return formed("revision", revision, revisionForm(), "a revision like 1-30-0")
}

func revisionName(revision, name any) (string, error) {
	rev, err := revisionArgument(revision)
	if err != nil {
		return "", err
	}
	text, err := textArgument("name", name, "a name")
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", argumentError("name", name, "a name")
	case rev == "":
		return text, nil
	}
	return text + "-" + rev, nil
}

func injectionLabels(revision any) (map[string]any, error) {
	rev, err := revisionArgument(revision)
	if err != nil {
		return nil, err
	}
	if rev == "" {
		return map[string]any{"istio-injection": "enabled"}, nil
	}
	return map[string]any{"istio.io/rev": rev}, nil
}

// protocols are the names Istio knows, by their lower case.
// https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
var protocols = map[string]string{
	"tcp": "TCP", "udp": "UDP", "grpc": "GRPC", "grpc-web": "GRPC-Web", "http": "HTTP", "http_proxy": "HTTP_PROXY", "http2": "HTTP2",
	"https": "HTTPS", "tls": "TLS", "mongo": "Mongo", "redis": "Redis", "mysql": "MySQL",
}

// appProtocols are the values that Kubernetes itself defines.
var appProtocols = map[string]string{"kubernetes.io/h2c": "HTTP2", "kubernetes.io/ws": "HTTP", "kubernetes.io/wss": "HTTPS"}

func portProtocol(port any) (string, error) {
	name, isText := port.(string)
	if m, ok := asMap(port); ok {
		isText = true
		if m["protocol"] == any("UDP") {
			return "UDP", nil
		}
		name, _ = m["name"].(string)
		if app, ok := m["appProtocol"].(string); ok {
			if known := appProtocols[app]; known != "" {
				return known, nil
			}
			name = app
		}
	}
	if !isText {
		return "", argumentError("port", port, "the name of a port, or a port as a map")
	}
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "grpc-web") {
		return protocols["grpc-web"], nil
	}
	name, _, _ = strings.Cut(name, "-")
	return protocols[name], nil
}
