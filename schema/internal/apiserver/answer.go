package apiserver

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	kjson "sigs.k8s.io/json"
)

// Answer is what the server would say of one object. Errors refuse it; warnings
// are sent to the client, which goes on. A warning often begins with the path of
// the field and a colon.
type Answer struct {
	Errors   field.ErrorList
	Warnings []string
}

// Request is the creation of an object.
type Request struct {
	Kind      schema.GroupVersionKind
	Object    map[string]any // as JSON would hold it; only read
	Namespace string         // where the object goes when it names none
	Apply     bool           // by server-side apply
}

// decode reads the object into a Go type as the server reads its body.
func (r Request) decode(into any) error {
	text, err := json.Marshal(r.Object)
	if err != nil {
		return err
	}
	return kjson.UnmarshalCaseSensitivePreserveInts(text, into)
}

// context is that of the request: validation by declared rules asks for the API
// version, and the generic checks for the namespace.
func (r Request) context(resource, namespace string) context.Context {
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	return genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "create", Namespace: namespace, Resource: resource,
		APIGroup: r.Kind.Group, APIVersion: r.Kind.Version,
	})
}

// fillMeta does what the server does to the metadata of every new object: a
// name for generateName, a namespace, a UID.
func (r Request) fillMeta(m metav1.Object, namespaced bool) {
	if m.GetName() == "" && m.GetGenerateName() != "" {
		// The server cuts the prefix to make room for its five characters.
		base := m.GetGenerateName()
		m.SetName(base[:min(len(base), 58)] + "00000")
	}
	rest.FillObjectMetaSystemFields(m)
	if namespaced && m.GetNamespace() == "" {
		m.SetNamespace(r.Namespace)
	}
	if !namespaced {
		m.SetNamespace("") // the server drops it
	}
}

// create runs a strategy over an object in the version that is stored.
func create(ctx context.Context, s rest.RESTCreateStrategy, obj runtime.Object) Answer {
	var a Answer
	var sink warnings
	ctx = warning.WithWarningRecorder(ctx, &sink)
	s.PrepareForCreate(ctx, obj)
	a.Errors = append(a.Errors, rest.ValidateCreate(ctx, obj, s)...)
	if len(a.Errors) == 0 {
		sink = append(sink, s.WarningsOnCreate(ctx, obj)...)
	}
	a.Warnings = sink
	return a
}

// warnings collects what is sent to the client while an object is validated.
type warnings []string

// AddWarning implements warning.Recorder.
func (w *warnings) AddWarning(_, text string) { *w = append(*w, text) }

// undecodable is the answer about a body that does not decode. The text of the
// decoder begins with the Go type, which says nothing to a user.
func undecodable(err error) Answer {
	text := strings.TrimPrefix(err.Error(), "json: ")
	return Answer{Errors: field.ErrorList{{Type: field.ErrorTypeTypeInvalid, Detail: fmt.Sprintf("the API server cannot decode it: %s", text)}}}
}

// survive makes an answer of a panic, when it is deferred. A definition with
// selectable fields and no schema, for example, is more than Kubernetes' code can
// bear: a real server drops the connection, and nothing is created either.
func survive(a *Answer) {
	if p := recover(); p != nil {
		*a = Answer{Errors: field.ErrorList{{Type: field.ErrorTypeInternal, Detail: "the API server fails on this object and creates nothing"}}}
	}
}
