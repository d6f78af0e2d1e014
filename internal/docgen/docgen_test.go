package docgen

import (
	"os"
	"path/filepath"
	"testing"
)

const root = "../.."

// TestGeneratedFilesAreFresh compares what is committed with what the code
// says; HELMX_UPDATE=1 rewrites it.
func TestGeneratedFilesAreFresh(t *testing.T) {
	files, err := Files(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, sections := range Sections() {
		if files[name], err = ReplaceSections(read(t, filepath.Join(root, name)), sections); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range files {
		path := filepath.Join(root, name)
		if os.Getenv("HELMX_UPDATE") != "" {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is stale (%v): run `make generate`", name, err)
		}
	}
}

func TestReplaceSectionsNeedsMarkers(t *testing.T) {
	if _, err := ReplaceSections("no markers", map[string]string{"x": "y"}); err == nil {
		t.Error("a missing marker went unnoticed")
	}
	got, err := ReplaceSections("a\n<!-- begin x -->\nold\n<!-- end x -->\nb", map[string]string{"x": "new\n"})
	if want := "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}
