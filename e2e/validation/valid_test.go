package validation

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/schema"
)

// valid is an object that both accept.
type valid struct {
	name       string // of the file; with the version, where it has several
	apiVersion string
	kind       string
	keep       []string // fields that decide about more than validity, and are not changed
	text       []byte
}

// Comments at the head of a file: further versions that hold the same object, and
// fields that are not to be changed.
var (
	also   = regexp.MustCompile(`(?m)^# also: (.*)\n`)
	keep   = regexp.MustCompile(`(?m)^# keep: (.*)\n`)
	header = regexp.MustCompile(`(?m)^apiVersion: (.*)\n`)
)

// readValid reads testdata/valid, in order.
func readValid(t *testing.T) []valid {
	t.Helper()
	files, err := filepath.Glob("testdata/valid/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no valid objects", err)
	}
	var all []valid
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, versions(t, filepath.Base(file), text)...)
	}
	return all
}

// versions returns the object of a file in each of its versions.
func versions(t *testing.T, name string, text []byte) []valid {
	t.Helper()
	kept := words(keep, text)
	first := header.FindSubmatch(text)
	if first == nil {
		t.Fatalf("%s has no apiVersion", name)
	}
	var all []valid
	for _, v := range append([]string{string(first[1])}, words(also, text)...) {
		other := bytes.Replace(text, first[0], []byte("apiVersion: "+v+"\n"), 1)
		h, err := readHead(other)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		shown := name
		if len(all) > 0 {
			shown += " " + v
		}
		all = append(all, valid{name: shown, apiVersion: v, kind: h.kind, keep: kept, text: other})
	}
	return all
}

func words(comment *regexp.Regexp, text []byte) []string {
	m := comment.FindSubmatch(text)
	if m == nil {
		return nil
	}
	return strings.Split(string(m[1]), ", ")
}

// TestValid: both accept every valid object, in both ways.
func TestValid(t *testing.T) {
	s := theServer(t)
	for _, v := range readValid(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			for _, w := range ways {
				theirs, err := s.judge(t.Context(), w, v.text)
				if errors.As(err, &unasked{}) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if !theirs.Accepted {
					t.Errorf("%s: the server refuses it: %s", w, theirs.Message)
				}
				ours, err := byHelmx(t.Context(), w, v.text, schema.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if !ours.Accepted {
					t.Errorf("%s: helmx refuses it: %s", w, ours.Message)
				}
			}
		})
	}
}

// TestEveryKind: there is a valid object of every built-in kind in every version
// that the server can create.
func TestEveryKind(t *testing.T) {
	s := theServer(t)
	missing := maps.Clone(s.kinds)
	maps.DeleteFunc(missing, func(name string, _ cluster.Kind) bool { return !builtin(name) })
	for _, v := range readValid(t) {
		delete(missing, v.apiVersion+" "+v.kind)
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("no valid object of %s in testdata/valid", name)
	}
}

// builtin says whether a kind is not defined by a custom resource definition.
func builtin(name string) bool {
	for _, group := range []string{"istio.io/", "gateway.networking.k8s.io/", "k8s.cni.cncf.io/"} {
		if strings.Contains(name, group) {
			return false
		}
	}
	return true
}
