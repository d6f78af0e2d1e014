// Package engine executes the templates of a chart the way Helm 3 does: the
// same order, the same context, the same functions, the same bytes and the same
// error texts. It is written anew on text/template and sprig; what Helm does is
// described where it is copied.
//
// On top of Helm it knows which template line wrote which rendered line (see
// [File.At]), bounds time and output, parses and renders in parallel where the
// order cannot be observed, and runs tpl without cloning the template set.
//
// The package name is part of the behaviour: charts can print the type name
// "engine.files".
//
// It does not find or value charts, split or sort manifests, or read YAML of
// the result: that is what packages charts and render do.
package engine
