// Package apiserver asks Kubernetes' own code what the API server would answer
// to the creation of an object: the strategies of k8s.io/kubernetes for built-in
// kinds, and k8s.io/apiextensions-apiserver for custom resources and their
// definitions. It defaults, converts and validates as the server does, with the
// feature gates of the target version.
//
// It knows nothing of documents, lines and findings, and it runs no admission:
// what the server says depends on the object alone. Types and unknown fields are
// the schema pass's business; decoding here stops at the first wrong type.
//
// Linking it costs every start of the program; docs/performance.md has the
// figures.
package apiserver
