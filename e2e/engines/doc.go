// Package engines renders small charts through Helm's own engine and through
// helmx's in one process and compares what comes out: every rendered file, the
// final stream, and the texts of failures. Charts come from a generator with a
// seed and, as a fuzz target, from mutated template text.
//
// The package has no code but tests. Whole command lines are compared by package
// parity; loading charts and reading values files is not touched here.
package engines
