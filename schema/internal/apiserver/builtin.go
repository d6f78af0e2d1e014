package apiserver

import (
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/capabilities"
)

// setup does once what the server does at its start. Privileged containers are
// for the server's operator to forbid, so they are allowed here.
var setup = sync.OnceFunc(func() {
	quiet()
	capabilities.Setup(true, 0)
})

// Builtin is the answer to the creation of an object of a built-in kind; ok is
// false when this build's code does not know the kind, or nothing can create it.
func Builtin(v Version, r Request) (a Answer, ok bool) {
	s, found := strategies()[r.Kind.GroupKind()]
	if !found || !s.scheme.Recognizes(r.Kind) {
		return Answer{}, false
	}
	setup()
	defer v.emulate()()
	defer survive(&a)
	external, err := s.scheme.New(r.Kind)
	if err != nil {
		return Answer{}, false
	}
	if err := r.decode(external); err != nil {
		return undecodable(err), true
	}
	s.scheme.Default(external)
	internal, err := s.scheme.ConvertToVersion(external, schema.GroupVersion{Group: r.Kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return undecodable(err), true
	}
	return s.create(r, internal), true
}

// strategy is how the server creates the objects of a kind.
type strategy struct {
	rest.RESTCreateStrategy
	resource string
	scheme   *runtime.Scheme
}

func (s strategy) create(r Request, obj runtime.Object) Answer {
	m, err := meta.Accessor(obj)
	if err != nil {
		return undecodable(err)
	}
	refused := r.systemFields(m)
	r.fillMeta(m, s.NamespaceScoped())
	if service, ok := obj.(*core.Service); ok {
		if errs := allocate(service); len(errs) > 0 {
			return Answer{Errors: append(refused, errs...)}
		}
	}
	a := create(r.context(s.resource, m.GetNamespace()), s.RESTCreateStrategy, obj)
	a.Errors = append(refused, a.Errors...)
	return a
}
