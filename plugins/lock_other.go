//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package plugins

// lock does nothing: folders cannot be locked here.
func lock(string) (unlock func(), alone bool, err error) { return func() {}, false, nil }
