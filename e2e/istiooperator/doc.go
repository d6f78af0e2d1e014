// Package istiooperator compares `helmx import istiooperator` with what Istio's
// own operator code makes of the same files. It has no code but tests.
package istiooperator
