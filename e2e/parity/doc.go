// Package parity holds the proof that "helmx template" does what "helm
// template" of Helm 3 does: the same bytes on stdout, success exactly when
// Helm succeeds, and Helm's words when a template fails.
//
// The charts and the command lines are in testdata/parity of the repository;
// a folder more is a case more. The package has no code but tests, and it does
// not test what helmx adds to Helm.
package parity
