// Package release runs helmx as the post-renderer of a real Helm 3 and a real
// Helm 4, on releases in a real API server.
package release
