// Package plugins installs helmx as a plugin of the real Helm 3 and Helm 4, from
// archives and by "helmx plugin install", and uses it as they run it.
package plugins
