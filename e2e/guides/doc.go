// Package guides runs what docs/guides shows. Files that a guide shows are
// written, its commands are run in order with the real Helm, kustomize and
// kubectl, and where it shows what they print, that is what they print.
// Configuration of tools that are not here is turned into the command line that
// they would call. A block that nothing runs or checks is an error.
//
// HELMX_UPDATE=1 rewrites what commands are shown to print.
package guides
