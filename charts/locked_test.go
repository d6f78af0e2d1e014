package charts

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestLoadLockedFile(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"Chart.yaml": 0o644, "README.md": 0} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("apiVersion: v2\nname: demo\nversion: 1.0.0\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	_, found, err := Load(context.Background(), dir, LoadOptions{})
	if err != nil || len(found) != 1 || found[0].Code != "CH014" || found[0].Span.File != filepath.Join(dir, "README.md") {
		t.Errorf("got %v, %v", found, err)
	}
}
