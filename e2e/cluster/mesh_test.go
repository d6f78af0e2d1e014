package cluster

import (
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// TestMeshIsAccepted applies the mesh that "helmx template" prints, one profile
// after the other, to new API servers with strict field validation.
func TestMeshIsAccepted(t *testing.T) {
	helmx := counterpart.Helmx(t)
	gateway := GatewayDefinitions(t)
	for _, profiles := range [][]string{{"ambient"}, {"sidecar"}, {"minimal"}, {"ambient", "prod"}, {"sidecar", "prod"}} {
		t.Run(strings.Join(profiles, "+"), func(t *testing.T) {
			args := []string{"template", "mesh", "builtin:mesh", "-n", "istio-system"}
			for _, p := range profiles {
				args = append(args, "--profile", p)
			}
			r := counterpart.Run{Path: helmx, Args: args, Dir: t.TempDir(), Home: t.TempDir()}.Do(t)
			if r.Code != 0 {
				t.Fatalf("helmx: exit code %d\n%s", r.Code, r.Stderr)
			}
			objects, err := ParseStream(r.Stdout)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(objects, func(o Object) bool { return o.Kind() == "Deployment" && o.Name() == "istiod" }) {
				t.Fatalf("no istiod among %d objects", len(objects))
			}
			c := Start(t)
			release := Object{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "istio-system"}}
			if err := c.ApplyAll(t.Context(), "istio-system", append([]Object{release}, gateway...)); err != nil {
				t.Fatal(err)
			}
			if err := c.ApplyAll(t.Context(), "istio-system", objects); err != nil {
				t.Error(err)
			}
			t.Logf("%d objects", len(objects))
			stored(t, c, objects)
		})
	}
}

// stored checks that what was applied can be read again.
func stored(t *testing.T, c *Cluster, objects []Object) {
	t.Helper()
	for _, o := range objects {
		namespace := o.Namespace()
		if namespace == "" {
			namespace = "istio-system"
		}
		apiVersion, _ := o["apiVersion"].(string)
		if _, err := c.Get(t.Context(), apiVersion, o.Kind(), namespace, o.Name()); err != nil {
			t.Errorf("%s: %v", o, err)
		}
	}
}

// TestRefusals makes sure that the server's checks are on: a test of acceptance
// is worth nothing without them.
func TestRefusals(t *testing.T) {
	c := Start(t)
	for name, text := range map[string]string{
		"unknown field":   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndatum: {}",
		"wrong type":      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: three}",
		"invalid name":    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Not_Valid}",
		"unknown kind":    "apiVersion: v1\nkind: Nope\nmetadata: {name: x}",
		"missing field":   "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {}",
		"no such version": "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: x}",
	} {
		o, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Apply(t.Context(), "default", o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestVersion makes sure that the server says which version it is, as charts
// and Helm ask for.
func TestVersion(t *testing.T) {
	c := Start(t)
	body, err := c.do(t.Context(), "GET", "/version", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"`+counterpart.KubernetesVersion+`"`) {
		t.Errorf("the server is not %s:\n%s", counterpart.KubernetesVersion, body)
	}
}
