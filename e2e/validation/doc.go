// Package validation proves that helmx and a real kube-apiserver agree on what is
// valid, each asked by itself: the cases of schema/testdata/cases, all renderings
// of the Istio charts and of builtin:mesh, a valid object of every built-in
// kind, and thousands of mutants of those, each with one field changed.
//
// The server is asked by strict dry runs, once to create the object and once to
// take it by server-side apply, and helmx once for each way of applying. Both
// get the same YAML. Objects do not exist beforehand, so that the question is
// always whether the object is valid, never whether a change is.
//
// For the same reason nothing about the cluster may decide. Every version that the
// server has is served; kinds behind feature gates that are off in a release, such as
// Workload and EvictionRequest, are not among them. Privileged containers are allowed, and the admission
// plugins are off that look at other objects: NamespaceLifecycle, LimitRanger,
// ResourceQuota, ServiceAccount, Priority, RuntimeClass and webhooks. The others
// have nothing to look at in an empty cluster. The pod that a Binding needs is there.
//
// Disagreements are in testdata/disagreements.txt, each with its reason. There is
// no code but tests.
package validation
