package charts

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSettingsFromEnv(t *testing.T) {
	for _, name := range []string{"HELM_NAMESPACE", "HELM_KUBECONTEXT", "HELM_DEBUG", "HELM_CONFIG_HOME", "HELM_CACHE_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	unset(t, "HELM_REPOSITORY_CONFIG", "HELM_REPOSITORY_CACHE", "HELM_REGISTRY_CONFIG")
	t.Setenv("XDG_CONFIG_HOME", "/xdg")
	t.Setenv("HELM_CACHE_HOME", "/cache")
	got := SettingsFromEnv()
	want := Settings{RepositoryConfig: "/xdg/helm/repositories.yaml", RepositoryCache: "/cache/repository", RegistryConfig: "/xdg/helm/registry/config.json"}
	if got != want {
		t.Errorf("defaults: %+v, want %+v", got, want)
	}
	for name, value := range map[string]string{
		"HELM_NAMESPACE": "ns", "HELM_KUBECONTEXT": "ctx", "HELM_DEBUG": "true",
		"HELM_REPOSITORY_CONFIG": "/r.yaml", "HELM_REPOSITORY_CACHE": "/c", "HELM_REGISTRY_CONFIG": "/reg.json",
	} {
		t.Setenv(name, value)
	}
	want = Settings{Namespace: "ns", KubeContext: "ctx", Debug: true, RepositoryConfig: "/r.yaml", RepositoryCache: "/c", RegistryConfig: "/reg.json"}
	if got := SettingsFromEnv(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	t.Setenv("GNUPGHOME", "/gpg")
	if got := DefaultKeyring(); got != "/gpg/pubring.gpg" {
		t.Errorf("keyring %s", got)
	}
}

// unset removes variables for the test: Helm tells unset from empty.
func unset(t *testing.T, names ...string) {
	for _, name := range names {
		t.Setenv(name, "") // restores it afterwards
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReleaseNamespace(t *testing.T) {
	unset(t, "KUBERNETES_SERVICE_HOST", "POD_NAMESPACE")
	dir := writeTree(t, map[string]string{
		"a":                 "current-context: one\ncontexts:\n- name: one\n  context: {namespace: first, cluster: c}\n- name: bare\n  context: {cluster: c}\n",
		"b":                 "current-context: two\ncontexts:\n- name: two\n  context: {namespace: second}\n- name: one\n  context: {namespace: hidden}\n",
		"lost":              "current-context: gone\n",
		"broken":            "contexts: [",
		"home/.kube/config": "current-context: h\ncontexts:\n- name: h\n  context: {namespace: home}\n",
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	list := func(names ...string) string {
		joined := ""
		for _, n := range names {
			joined += string(filepath.ListSeparator) + file(n)
		}
		return joined[1:]
	}
	t.Setenv("HOME", file("home"))
	for _, test := range []struct {
		settings   Settings
		kubeconfig string
		want       string
	}{
		{Settings{Namespace: "flag"}, file("a"), "flag"},
		{Settings{}, file("a"), "first"},
		{Settings{}, list("a", "b"), "first"},
		{Settings{}, list("none", "b", "a"), "second"},
		{Settings{KubeContext: "two"}, list("a", "b"), "second"},
		{Settings{KubeContext: "bare"}, file("a"), "default"},
		{Settings{KubeContext: "nobody"}, file("a"), "default"},
		{Settings{}, file("lost"), "default"},
		{Settings{}, list("broken", "a"), "default"},
		{Settings{}, file("none"), "default"},
		{Settings{}, "", "home"},
		{Settings{KubeConfig: file("b")}, file("a"), "second"},
	} {
		t.Setenv("KUBECONFIG", test.kubeconfig)
		if got := test.settings.ReleaseNamespace(); got != test.want {
			t.Errorf("%+v, KUBECONFIG=%s: %s, want %s", test.settings, test.kubeconfig, got, test.want)
		}
	}
}
