package istiooperator

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"
	meshconfig "istio.io/api/mesh/v1alpha1"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// TestMeshConfigFields compares the fields of meshConfig that the importer knows
// with the API of the Istio version that helmx brings. HELMX_UPDATE=1 writes
// them anew.
func TestMeshConfigFields(t *testing.T) {
	module, err := os.ReadFile(filepath.Join(counterpart.Root(t), "e2e", "go.mod"))
	if err != nil || !strings.Contains(string(module), "istio.io/api v"+charts.IstioVersion) {
		t.Errorf("e2e/go.mod must have istio.io/api v%s, the version of the charts: %v", charts.IstioVersion, err)
	}
	var lines []string
	for _, m := range []protoreflect.ProtoMessage{&meshconfig.MeshConfig{}, &meshconfig.ProxyConfig{}} {
		d := m.ProtoReflect().Descriptor()
		for i := range d.Fields().Len() {
			lines = append(lines, fmt.Sprintf("%s %s\n", d.Name(), d.Fields().Get(i).JSONName()))
		}
	}
	slices.Sort(lines)
	want := strings.Join(lines, "")
	file := filepath.Join(counterpart.Root(t), "istiooperator", "meshconfig.txt")
	if os.Getenv("HELMX_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Errorf("istio.io/api (-) and the importer (+) differ, HELMX_UPDATE=1 writes %s: %v\n%s", file, err, diff)
	}
}
