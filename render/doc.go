// Package render turns a chart and its resolved values into documents: it runs
// the templates with package engine, drops notes and partials, splits the
// files into documents, tells hooks from objects and puts everything into the
// order of `helm template`. Joined, the documents are the bytes that Helm 3.22
// prints, and each knows the template lines that wrote it.
//
// It does not load or value charts (package charts), does not parse documents
// beyond what Helm itself reads of them, and does not change them.
package render
