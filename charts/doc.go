// Package charts finds, loads and values charts.
//
// It takes a reference as a user types it - a folder, an archive, a URL,
// repo/name, oci://, a name with --repo, or builtin: for what is inside the
// binary - and returns the chart with its place on disk, so that later findings
// name files the user can open. It follows Helm 3.22 in the order of lookup,
// in what is accepted and in the words of its errors, but reads repository
// indexes with a client of its own: Helm's links client-go into every start.
//
// It does not render anything, writes only where [Pull], [UpdateDependencies]
// and [BuildDependencies] are told to, and never changes Helm's configuration.
package charts
