package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/helmx-dev/helmx"
	root   = "../.."
)

// allowed says which of our packages a package may import; what lies in
// subfolders counts as the package above it. docs/architecture.md shows the
// same map with the reasons.
var allowed = map[string][]string{
	"diag":              {},
	"manifest":          {"diag"},
	"patch":             {"manifest", "diag"},
	"funcs":             {"manifest", "patch", "diag"},
	"expr":              {"funcs", "manifest", "diag"},
	"charts":            {"manifest", "diag"},
	"render":            {"charts", "funcs", "manifest", "diag"},
	"schema":            {"manifest", "diag"},
	"istiooperator":     {"charts", "manifest", "diag"},
	"lint":              {"charts", "funcs", "manifest", "diag"},
	"report":            {"diag"},
	"plugins":           {},
	"internal/diff":     {"manifest", "diag"},
	"internal/config":   {"manifest", "diag", "charts", "render", "patch", "expr", "schema", "lint"},
	"internal/pipeline": {"charts", "render", "patch", "expr", "schema", "lint", "manifest", "diag"},
	"internal/cli": {
		"internal/pipeline", "internal/config", "internal/diff", "charts", "render", "patch", "expr", "schema", "lint", "funcs", "report", "plugins", "istiooperator", "manifest", "diag",
	},
	"internal/docgen": {"internal/cli", "internal/config", "charts", "patch", "funcs", "lint", "report", "diag"},
	"internal/arch":   {},
	"cmd/helmx":       {"internal/cli"},
}

// Only these may import the Helm SDK, and of it only packages that do not pull
// in client-go: what is linked is paid for at every start.
var (
	mayImportHelm = []string{"charts", "render"}
	helmPackages  = []string{"chart", "chart/loader", "helmpath", "ignore", "provenance", "registry", "strvals"}
)

func TestImportsStayOnTheMap(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range sources(t) {
		room := roomOf(path.Dir(file))
		if room == "" {
			t.Errorf("%s lies in no room of the map", file)
			continue
		}
		seen[room] = true
		for _, imported := range imports(t, file) {
			checkImport(t, file, room, imported)
		}
	}
	for room := range allowed {
		if !seen[room] {
			t.Errorf("the map has a room %s that does not exist", room)
		}
	}
}

func checkImport(t *testing.T, file, room, imported string) {
	t.Helper()
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if to := roomOf(ours); to != room && !slices.Contains(allowed[room], to) {
			t.Errorf("%s: %s may not import %s", file, room, ours)
		}
	}
	if sdk, ok := strings.CutPrefix(imported, "helm.sh/helm/v3/pkg/"); ok {
		if !slices.Contains(mayImportHelm, room) {
			t.Errorf("%s: only %v may import the Helm SDK, not %s", file, mayImportHelm, room)
		}
		if !slices.Contains(helmPackages, sdk) {
			t.Errorf("%s: %s is not among the light packages of the Helm SDK, %v", file, imported, helmPackages)
		}
	}
}

// roomOf returns the room of the map that a folder belongs to, or "".
func roomOf(dir string) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, ok := allowed[dir]; ok {
			return dir
		}
	}
	return ""
}

// sources lists the product's Go files, without tests, other modules and data.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() && file != root && (name == "testdata" || strings.HasPrefix(name, ".") || hasModule(file)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			rel, _ := filepath.Rel(root, file)
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func hasModule(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return len(found) > 0
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, s := range parsed.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}
