// Package arch holds the map of helmx's packages and the test that proves it.
// It has no code of its own.
package arch
