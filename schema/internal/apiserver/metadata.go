package apiserver

import (
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// systemFields judges the metadata that the server manages itself, and removes
// what it ignores. A server-side apply means an object of exactly that UID and
// version, which a new one cannot be, and brings no managers of its own. A
// creation takes a version for a mistake only when it is one, throws managers
// away, and drops an owner that is there twice.
// k8s.io/apiserver/pkg/endpoints/handlers, and pkg/registry/generic/registry.
func (r Request) systemFields(m metav1.Object) (errs field.ErrorList) {
	path := field.NewPath("metadata")
	version, err := strconv.ParseUint(m.GetResourceVersion(), 10, 64)
	switch {
	case r.Apply && m.GetResourceVersion() != "", err == nil && version > 0:
		errs = append(errs, field.Forbidden(path.Child("resourceVersion"), "should not be set on objects to be created"))
	}
	if r.Apply && m.GetUID() != "" {
		errs = append(errs, field.Forbidden(path.Child("uid"), "server-side apply finds no object of this UID"))
	}
	if r.Apply && len(m.GetManagedFields()) > 0 {
		errs = append(errs, field.Forbidden(path.Child("managedFields"), "must not be set in what is applied"))
	}
	m.SetManagedFields(nil)
	m.SetResourceVersion("")
	m.SetOwnerReferences(onceEach(m.GetOwnerReferences()))
	return errs
}

func onceEach(owners []metav1.OwnerReference) (kept []metav1.OwnerReference) {
	for _, o := range owners {
		same := func(other metav1.OwnerReference) bool {
			return o.UID == other.UID && o.Name == other.Name && o.Kind == other.Kind && o.APIVersion == other.APIVersion
		}
		if !slices.ContainsFunc(kept, same) {
			kept = append(kept, o)
		}
	}
	return kept
}
