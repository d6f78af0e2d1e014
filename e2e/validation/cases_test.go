package validation

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/e2e/counterpart"
	"github.com/helmx-dev/helmx/schema"
)

// beyond are the groups of cases that helmx alone refuses, and why.
var beyond = map[string]string{
	"istio-webhook": "Istio's webhook refuses them, and no istiod runs here",
	"cross":         "the server sees one object at a time",
}

// TestCases: both say the same of the realistic mistakes and of the valid but
// tricky files that helmx is tested with, and what the head of the file says.
func TestCases(t *testing.T) {
	s := theServer(t)
	files, err := filepath.Glob(filepath.Join(counterpart.Root(t), "schema", "testdata", "cases", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range ways {
				compareCase(t, s, w, text)
			}
		})
	}
}

func compareCase(t *testing.T, s *server, w way, text []byte) {
	t.Helper()
	theirs, err := s.judgeStream(t.Context(), w, text)
	if errors.As(err, &unasked{}) {
		t.Log(err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	// The whole stream is one release.
	ours, err := byHelmx(t.Context(), w, text, schema.Options{Release: true, Namespace: "default"})
	if err != nil {
		t.Fatal(err)
	}
	refused := note(text, "expect") == "error"
	if ours.Accepted == refused {
		t.Errorf("%s: helmx %s", w, said(ours))
	}
	if why := beyond[note(text, "group")]; why != "" {
		if !theirs.Accepted {
			t.Errorf("%s: the server refuses it too, although %s: %s", w, why, theirs.Message)
		}
		return
	}
	if theirs.Accepted == refused {
		t.Errorf("%s: the server %s", w, said(theirs))
	}
}

// judgeStream asks the server about each object of a stream, those in Lists too.
// All must be accepted.
func (s *server) judgeStream(ctx context.Context, w way, stream []byte) (cluster.Verdict, error) {
	for _, document := range documentEnd.Split(string(stream), -1) {
		for _, object := range unlisted([]byte(document)) {
			v, err := s.judge(ctx, w, object)
			if err != nil || !v.Accepted {
				return v, err
			}
		}
	}
	return cluster.Verdict{Accepted: true}, nil
}

var documentEnd = regexp.MustCompile(`(?m)^---\s*$`)

// unlisted returns the items of a List, or else the document as it is; nothing of
// an empty one.
func unlisted(document []byte) [][]byte {
	var list struct {
		Kind  string
		Items []map[string]any
	}
	if yaml.Unmarshal(document, &list) != nil || list.Kind != "List" {
		if text, err := yaml.YAMLToJSON(document); err == nil && bytes.Equal(text, []byte("null")) {
			return nil
		}
		return [][]byte{document}
	}
	var items [][]byte
	for _, item := range list.Items {
		text, err := yaml.Marshal(item)
		if err != nil {
			panic(err) // of what has just been read
		}
		items = append(items, text)
	}
	return items
}

// note returns one line of the head of a case.
func note(text []byte, key string) string {
	m := regexp.MustCompile(`(?m)^# ` + key + `: (.*)$`).FindSubmatch(text)
	if m == nil {
		return ""
	}
	return string(m[1])
}
