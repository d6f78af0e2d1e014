// Package kustomize proves that the real kustomize takes helmx for Helm:
// "kustomize build --enable-helm --helm-command helmx" with charts from a folder
// and from a chart repository gives what it gives with Helm itself.
//
// It also runs helmx as a KRM function, an exec transformer of kustomize, and
// compares what helmx makes of a kustomization, "kustomize:" in patches, with
// what kustomize makes of it.
//
// The package has no code but tests.
package kustomize
