package validation

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/e2e/counterpart"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// flags take the state of the cluster out of the server's verdicts: doc.go has
// the reasons.
var flags = []string{
	"--runtime-config=api/all=true",
	"--disable-admission-plugins=NamespaceLifecycle,LimitRanger,ResourceQuota,Priority,RuntimeClass",
}

// prerequisites are the objects that others cannot be judged without: the last is
// for what Istio prints for OpenShift.
const prerequisites = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {resource.kubernetes.io/admin-access: "true"}}
---
apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
---
apiVersion: v1
kind: Pod
metadata: {name: bound, namespace: shop}
spec:
  containers: [{name: main, image: "nginx:1"}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: network-attachment-definitions.k8s.cni.cncf.io}
spec:
  group: k8s.cni.cncf.io
  scope: Namespaced
  names: {kind: NetworkAttachmentDefinition, plural: network-attachment-definitions, singular: network-attachment-definition}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

// server is a server with the kinds it serves.
type server struct {
	*cluster.Cluster
	kinds map[string]cluster.Kind
}

var prepared struct {
	sync.Once
	server *server
	err    error
}

// theServer returns the server of the package, which has the definitions of Istio
// and of the Gateway API.
func theServer(t *testing.T) *server {
	t.Helper()
	c := cluster.Shared(t, flags...)
	prepared.Do(func() {
		prepared.server, prepared.err = prepare(t, c)
	})
	if prepared.err != nil {
		t.Fatal(prepared.err)
	}
	return prepared.server
}

func prepare(t *testing.T, c *cluster.Cluster) (*server, error) {
	objects, err := cluster.ParseStream(prerequisites)
	if err != nil {
		return nil, err
	}
	objects = append(objects, cluster.GatewayDefinitions(t)...)
	objects = append(objects, istioDefinitions(t)...)
	if err := c.ApplyAll(context.Background(), "shop", objects); err != nil {
		return nil, err
	}
	kinds, err := c.Kinds(context.Background())
	return &server{Cluster: c, kinds: kinds}, err
}

// istioDefinitions renders the chart that brings Istio's definitions.
func istioDefinitions(t *testing.T) []cluster.Object {
	t.Helper()
	r := counterpart.Run{
		Path: counterpart.Helmx(t),
		Args: []string{"template", "base", "builtin:istio/base", "--include-crds", "--skip-validation", "--skip-lint"},
		Dir:  t.TempDir(), Home: t.TempDir(),
	}.Do(t)
	objects, err := cluster.ParseStream(r.Stdout)
	if r.Code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", r.Code, err, r.Stderr)
	}
	var definitions []cluster.Object
	for _, o := range objects {
		if o.Kind() == "CustomResourceDefinition" {
			definitions = append(definitions, o)
		}
	}
	return definitions
}

// way is one of the ways in which objects get into a cluster.
type way string

const (
	create way = "create"
	apply  way = "apply"
)

var ways = []way{create, apply}

// unasked is a verdict that there is none: the server does not take such an object
// in this way, whatever it holds.
type unasked struct{ why string }

func (u unasked) Error() string { return "not asked: " + u.why }

// judge asks the server for its verdict on a document, as kubectl does: what it
// cannot even send is refused.
func (s *server) judge(ctx context.Context, w way, document []byte) (cluster.Verdict, error) {
	o, err := readHead(document)
	if err != nil {
		return cluster.Verdict{Message: err.Error()}, nil
	}
	kind, served := s.kinds[o.apiVersion+" "+o.kind]
	switch {
	case !served:
		return cluster.Verdict{Message: fmt.Sprintf("no matches for kind %q in version %q", o.kind, o.apiVersion)}, nil
	case w == create:
		return s.DryRunCreate(ctx, kind, o.namespace, document)
	case !kind.Applicable():
		return cluster.Verdict{}, unasked{"the kind has no server-side apply"}
	case o.name == "" && o.generateName != "":
		return cluster.Verdict{}, unasked{"there is no server-side apply without a name"}
	case o.name == "":
		return cluster.Verdict{Message: "the object has no name"}, nil
	}
	return s.DryRunApply(ctx, kind, o.namespace, o.name, document)
}

// head is what a client has to know of an object in order to send it.
type head struct{ apiVersion, kind, namespace, name, generateName string }

func readHead(document []byte) (head, error) {
	var o map[string]any
	if err := yaml.Unmarshal(document, &o); err != nil {
		return head{}, err
	}
	text := func(from map[string]any, key string) string { s, _ := from[key].(string); return s }
	meta, _ := o["metadata"].(map[string]any)
	h := head{text(o, "apiVersion"), text(o, "kind"), text(meta, "namespace"), text(meta, "name"), text(meta, "generateName")}
	if h.namespace == "" {
		h.namespace = "default"
	}
	if strings.Trim(h.name, ".") == "" {
		h.name = "" // a path cannot hold it
	}
	return h, nil
}
