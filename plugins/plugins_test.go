package plugins

import (
	"bytes"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

// TestFiles makes sure that each plugin.yaml takes the version, once, and that
// Helm 4's strict reader finds nothing unknown in those made for it.
func TestFiles(t *testing.T) {
	names := map[string]bool{}
	for _, p := range All() {
		list := p.Files("v1.2.3")
		text := list[0].Data
		if list[0].Name != "plugin.yaml" || bytes.Count(text, []byte("version: 1.2.3\n")) != 1 {
			t.Errorf("%s: %s", p.folder, text)
		}
		var m manifest
		if err := yaml.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		if m.Name != p.Name || (m.APIVersion == "v1") != (p.Helm == 4) || !m.runsHelmx() {
			t.Errorf("%s: %+v", p.folder, m)
		}
		key := strings.Repeat("4", p.Helm) + p.Name
		if names[key] {
			t.Errorf("Helm %d gets two plugins called %s", p.Helm, p.Name)
		}
		names[key] = true
	}
}

func TestPluginVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v0.0.0-devel":                       "0.0.0-devel",
		"v1.2.3":                             "1.2.3",
		"v1.2.3+dirty":                       "1.2.3-dirty",
		"v1.2.3-rc.1":                        "1.2.3-rc.1",
		"v0.0.0-20261122054002-bc66332abcde": "0.0.0-20261122054002-bc66332abcde",
		"v0.0.0-20261122054002-012345678901+dirty":      "0.0.0-20261122054002-pre012345678901.dirty",
		"v1.2.4-0.20261122054002-bc66332abcde+dirty":    "1.2.4-pre0.20261122054002-bc66332abcde.dirty",
		"v1.2.4-rc.1.0.20261122054002-bc66332abcde":     "1.2.4-rc.1.0.20261122054002-bc66332abcde",
		"v2.0.0-beta.2.0.20261122054002-000000000000+a": "2.0.0-beta.2.0.20261122054002-pre000000000000.a",
	} {
		got := pluginVersion(version)
		if got != want {
			t.Errorf("%s: %s, want %s", version, got, want)
		}
		if _, err := semver.StrictNewVersion(got); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
}
