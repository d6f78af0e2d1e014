package cluster

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// gatewayAPI is the release whose definitions the cluster gets; a mesh needs
// them, and no chart of Istio brings them.
const gatewayAPI = "v1.6.3"

// GatewayDefinitions reads the definitions out of the Gateway API's module.
func GatewayDefinitions(t testing.TB) []Object {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", "sigs.k8s.io/gateway-api@"+gatewayAPI)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("downloading the Gateway API: %v", err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(module.Dir, "config", "crd", "standard", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no definitions in %s: %v", module.Dir, err)
	}
	var objects []Object
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		definitions, err := ParseStream(string(text))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, definitions...)
	}
	return objects
}
