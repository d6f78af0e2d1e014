// Package strategicmerge proves that helmx merges as Kubernetes does: the merge
// keys of every built-in kind against the struct tags of k8s.io/api, merged
// objects against apimachinery's strategic merge on generated cases, and patches
// of every sort against the PATCH endpoint of a real API server.
//
// The package has no code but tests.
package strategicmerge
