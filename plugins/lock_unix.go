//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package plugins

import (
	"errors"
	"os"
	"syscall"
)

// lock waits until no other process holds a folder. alone is false on a file
// system that has no locks, where it is used without.
func lock(folder string) (unlock func(), alone bool, err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, false, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	return func() { f.Close() }, err == nil, nil
}
