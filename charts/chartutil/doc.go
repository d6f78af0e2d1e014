// Package chartutil says what a chart's templates see: the values of a chart
// and its subcharts put together (coalesced), the dependencies that are
// switched on, and the capabilities of the cluster.
//
// It behaves as the package of the same name in Helm 3.22.0, and the types that
// templates can get hold of have the same names, fields and methods, because a
// template can call the methods and print the types (typeOf .Values is
// chartutil.Values). What differs: nothing is logged, warnings go to the
// caller; no state is global; the Kubernetes client libraries are not linked.
//
// The package does not read files, parse YAML or command lines, or check values
// against a JSON schema; see package charts and package schema.
package chartutil
