// Package kustomize proves that the real kustomize takes helmx for Helm:
// "kustomize build --enable-helm --helm-command helmx" with charts from a folder
// and from a chart repository gives what it gives with Helm itself.
//
// The package has no code but tests. helmx as a KRM function is not its matter.
package kustomize
