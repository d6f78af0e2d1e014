package charts

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSecretsAreNotShown: a values file that cannot be read is shown without
// the value that may be a password. Every "hunter" below is one.
func TestSecretsAreNotShown(t *testing.T) {
	for _, test := range []struct{ text, shown string }{
		{"password: hunterK: a\n", "password: ...\n          ^^^"},
		{"a: 1\ndb:\n  password: @hunterM\n", "  password: ...\n            ^^^"},
		{"password: [hunterN\n", "password: ...\n          ^^^"},
		{"adminPassword: *hunter\n", "adminPassword: ...\n               ^^^"},
		{"{user: me, \"token\": @hunter}\n", "{user: me, \"token\": ...\n                    ^^^"},
		{"- password: hunter: a\n", "- password: ...\n            ^^^"},
		{"secrets:\n  db: @hunter\n", "  db: ...\n      ^^^"},
		{"secrets:\n- @hunter\n", "...\n^^^"},
		{"secrets:\n\n# why\n  deep:\n    - name: x\n      value: hunter: a\n", "      value: ...\n             ^^^"},
		{"env:\n- name: DB_PASSWORD\n  value: hunter: a\n", "  value: ...\n         ^^^"},
		{"env:\n- optional: true\n  name: DB_PASSWORD\n  value: hunter: a\n", "  value: ...\n         ^^^"},
		{"privateKey: -----BEGIN\nhunterhunter\nb: 1\n", "...\n^^^"},
		{"replicas: 2\nimage: nginx: 1.25\n", "image: nginx: 1.25\n            ^^^^^^"},
		{"secrets:\n  a: b\nimage: nginx: 1.25\n", "image: nginx: 1.25\n            ^^^^^^"},
		{"imagePullSecrets: []\nimage:\n  tag: v1: 2\n", "  tag: v1: 2\n         ^^^"},
	} {
		inFolder(t, "-- v.yaml --\n"+test.text)
		_, found, err := Values(context.Background(), nil, ValuesOptions{Files: []string{"v.yaml"}})
		if err != nil || len(found) != 1 || found[0].Excerpt == nil {
			t.Fatalf("%q: %v, %v", test.text, found, err)
		}
		e := found[0].Excerpt
		got := e.Text + "\n" + strings.Repeat(" ", e.Column-1) + strings.Repeat("^", e.Width)
		if !strings.HasPrefix(got, test.shown) || strings.Contains(fmt.Sprint(found, got), "hunter") {
			t.Errorf("%q: %s\n%s", test.text, findingsText(found), cmp.Diff(test.shown, got))
		}
		dir := writeTree(t, map[string]string{"Chart.yaml": v2Chart, "values.yaml": test.text})
		if _, found, _ = Load(context.Background(), dir, LoadOptions{}); !found.HasErrors() || strings.Contains(findingsText(found), "hunter") {
			t.Errorf("as the values.yaml of a chart: %s", findingsText(found))
		}
	}
}

// FuzzMaskSecret: whatever the file, masking ends and keeps to the line.
func FuzzMaskSecret(f *testing.F) {
	f.Add("secrets:\n- a: b\n", 1)
	f.Fuzz(func(t *testing.T, file string, index int) {
		lines := strings.Split(file, "\n")
		if index < 0 || index >= len(lines) {
			return
		}
		text, kept := maskSecret(lines, index)
		if kept < 0 || kept > len([]rune(text)) || strings.Contains(text, "\n") {
			t.Errorf("%q: %q, %d", file, text, kept)
		}
	})
}
