package plugins

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

var some = []File{{"plugin.yaml", []byte("name: helmx\n"), 0o644}, {"plugin.complete", []byte("#!/bin/sh\n"), 0o755}}

func fakeBinary(t *testing.T, text string) source {
	t.Helper()
	file := filepath.Join(t.TempDir(), "helmx")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return source{path: file}
}

func mustPlace(t *testing.T, dir string, from source) State {
	t.Helper()
	state, err := place(dir, some, from, false)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// names lists a folder, hidden files included.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestPlaceIsWhole: what fails on the way leaves nothing new, and the old as it
// was.
func TestPlaceIsWhole(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "helmx")
	missing := source{path: filepath.Join(parent, "nowhere")}
	if _, err := place(dir, some, missing, false); err == nil {
		t.Error("installed without a binary")
	}
	if left := names(t, parent); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	mustPlace(t, dir, fakeBinary(t, "one"))
	if _, err := place(dir, nil, missing, false); err == nil {
		t.Error("updated without a binary")
	}
	if text, err := os.ReadFile(binaryPath(dir)); err != nil || string(text) != "one" {
		t.Errorf("the binary is %q: %v", text, err)
	}
	if left := names(t, dir); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
}

// TestPlaceSetsModes: Helm runs the binary whatever the source's mode was.
func TestPlaceSetsModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "helmx")
	mustPlace(t, dir, fakeBinary(t, "one"))
	for name, mode := range map[string]os.FileMode{"plugin.yaml": 0o644, "plugin.complete": 0o755, filepath.Base(binaryPath(dir)): 0o755} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

// TestPlaceShares: two plugins hold one file, until one of them changes.
func TestPlaceShares(t *testing.T) {
	parent := t.TempDir()
	first, second := filepath.Join(parent, "helmx"), filepath.Join(parent, "helmx-cli")
	mustPlace(t, first, fakeBinary(t, "one"))
	mustPlace(t, second, source{path: binaryPath(first), share: true})
	a, _ := os.Stat(binaryPath(first))
	b, _ := os.Stat(binaryPath(second))
	if !os.SameFile(a, b) {
		t.Error("two copies where one would do")
	}
	if state := mustPlace(t, first, fakeBinary(t, "two")); state != Updated {
		t.Errorf("state %s", state)
	}
	if text, _ := os.ReadFile(binaryPath(second)); string(text) != "one" {
		t.Errorf("the other plugin's binary is %q", text)
	}
	if state := mustPlace(t, second, source{path: binaryPath(first), share: true}); state != Updated {
		t.Errorf("state %s", state)
	}
	if state := mustPlace(t, second, source{path: binaryPath(first), share: true}); state != Unchanged {
		t.Errorf("state %s", state)
	}
}

// TestInstallsAtOnce: several installations into one folder wait for each other,
// and sweep nothing away that is not left over.
func TestInstallsAtOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders cannot be locked there")
	}
	parent := filepath.Join(t.TempDir(), "plugins")
	from := fakeBinary(t, "one")
	wanted := []Plugin{{Name: "helmx"}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			unlock, err := prepareFolder(parent, wanted)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			if _, err := place(filepath.Join(parent, "helmx"), some, from, false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left := names(t, parent); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// TestSweep: without a lock, only what is old is nobody's.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	aside := filepath.Join(dir, ".helmx-1")
	if err := os.MkdirAll(filepath.Join(aside, "helmx"), 0o755); err != nil {
		t.Fatal(err)
	}
	sweep(dir, false)
	if left := names(t, dir); len(left) != 1 {
		t.Error("another installation lost its folder")
	}
	old := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(aside, old, old); err != nil {
		t.Fatal(err)
	}
	sweep(dir, false)
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
