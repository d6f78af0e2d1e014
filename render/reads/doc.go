// Package reads finds out which values the templates of a chart read, and how,
// from the parse trees alone: it follows what the dot, variables and dictionaries
// can hold through with, range, include, tpl, set and merge, without running
// anything. Where it cannot follow a table it takes all of it for read, so that a
// value of which it says that nothing reads it has no reader in these texts.
//
// It does not render, does not know what user and chart have set, except for the
// texts that tpl may be given, and words no findings.
package reads
