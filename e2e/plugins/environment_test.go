package plugins

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// installed returns the bench with the plugins that fit its Helm.
func (b bench) installed(t *testing.T) bench {
	t.Helper()
	if r := b.install(t); r.Code != 0 {
		t.Fatalf("helmx plugin install: exit code %d\n%s", r.Code, r.Stderr)
	}
	return b
}

// both runs a command line with Helm's own flag and with its variable: Helm eats
// the flag and tells the plugin by the variable.
func (b bench) both(t *testing.T, flag, variable, value string, check func(t *testing.T, r counterpart.Result), args ...string) {
	t.Helper()
	t.Run(flag, func(t *testing.T) { check(t, b.run(t, append(args, flag, value)...)) })
	t.Run(variable, func(t *testing.T) { check(t, b.with(variable+"="+value).run(t, args...)) })
}

func prints(want string) func(*testing.T, counterpart.Result) {
	return func(t *testing.T, r counterpart.Result) {
		t.Helper()
		if r.Code != 0 || !strings.Contains(r.Stdout, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", r.Code, want, r.Stdout, r.Stderr)
		}
	}
}

func TestNamespace(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		b = b.installed(t)
		template := []string{"helmx", "template", "web", "app"}
		prints("namespace: default")(t, b.run(t, template...))
		b.both(t, "-n", "HELM_NAMESPACE", "ns9", prints("namespace: ns9"), template...)
		b.both(t, "--kubeconfig", "KUBECONFIG", "kubeconfig", prints("namespace: first"), template...)
		b = b.with("KUBECONFIG=kubeconfig")
		b.both(t, "--kube-context", "HELM_KUBECONTEXT", "two", prints("namespace: second"), template...)
	})
}

// TestDebug: with --debug, text that is no YAML is shown.
func TestDebug(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		b = b.installed(t)
		broken := []string{"helmx", "template", "web", "app", "--set", "unreadable=true"}
		const shown = "kind: ConfigMap\nmetadata:"
		if said := b.fails(t, 1, broken...); strings.Contains(said, shown) {
			t.Errorf("without --debug: %s", said)
		}
		if said := b.fails(t, 1, append(broken, "--debug")...); !strings.Contains(said, shown) {
			t.Errorf("with --debug: %s", said)
		}
		if said := b.with("HELM_DEBUG=true").fails(t, 1, broken...); !strings.Contains(said, shown) {
			t.Errorf("with HELM_DEBUG: %s", said)
		}
	})
}

// TestRepositories: a chart of a repository that Helm was told of.
func TestRepositories(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		b = b.installed(t)
		config, cache := filepath.Join(b.home, "my", "repositories.yaml"), filepath.Join(b.home, "my", "cache")
		b.must(t, "package", "app", "-d", "repo")
		b.must(t, "repo", "index", "repo")
		url := serve(t, filepath.Join(b.dir, "repo")).URL
		b.must(t, "repo", "add", "mine", url, "--repository-config", config, "--repository-cache", cache)

		template := []string{"helmx", "template", "web", "mine/app"}
		b.fails(t, 2, template...)
		b.both(t, "--repository-config", "HELM_REPOSITORY_CONFIG", config, prints("name: web"), append(template, "--repository-cache", cache)...)
		b.both(t, "--repository-cache", "HELM_REPOSITORY_CACHE", cache, prints("name: web"), append(template, "--repository-config", config)...)
		b.must(t, "repo", "add", "mine", url)
		prints("name: web")(t, b.run(t, template...)) // HELM_CONFIG_HOME and HELM_CACHE_HOME
	})
}

// TestRegistry: a chart of a registry that asks for a password.
func TestRegistry(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		b = b.installed(t)
		inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "ada" || password != "secret" {
				w.Header().Set("WWW-Authenticate", `Basic realm="e2e"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			inner.ServeHTTP(w, r)
		}))
		defer server.Close()
		host := strings.TrimPrefix(server.URL, "http://")
		config := filepath.Join(b.home, "my", "registry.json")
		write(t, config, fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, base64.StdEncoding.EncodeToString([]byte("ada:secret"))), 0o600)
		b.must(t, "package", "app")
		b.must(t, "push", "app-1.2.3.tgz", "oci://"+host+"/charts", "--plain-http", "--registry-config", config)

		template := []string{"helmx", "template", "web", "oci://" + host + "/charts/app", "--version", "1.2.3", "--plain-http"}
		if said := b.run(t, template...); said.Code == 0 {
			t.Errorf("no password was asked for:\n%s", said.Stdout)
		}
		b.both(t, "--registry-config", "HELM_REGISTRY_CONFIG", config, prints("name: web"), template...)
	})
}

// TestCompletion: what follows "helm helmx" on the command line.
func TestCompletion(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		b = b.installed(t)
		prints("template\t")(t, b.run(t, "__complete", "helmx", "temp"))
		prints("--skip-tests\t")(t, b.run(t, "__complete", "helmx", "template", "web", "--skip-"))
	})
}
