// Package counterpart builds the programs that helmx is compared with, or
// tested against, from their Go modules: Helm, kustomize, a Kubernetes API
// server with its etcd and kubectl; and helmx itself from the working tree.
//
// Binaries are kept in a cache folder ($HELMX_E2E_CACHE, else helmx-e2e in the
// user's cache folder) under a name that changes with version, build flags and
// Go release, so a build costs its minutes once. It downloads nothing but Go
// modules, by way of the go command, and it does not run what it builds.
package counterpart

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
)

// Versions of the counterparts. Helm's Kubernetes version is that of the
// client-go it is built with, as in Helm's own Makefile; Helm 4 finds it in its
// build information.
const (
	HelmVersion       = "v3.22.0"
	HelmKubeVersion   = "1.37.0"
	Helm4Version      = "v4.3.1"
	KustomizeVersion  = "v5.8.2"
	KubernetesVersion = "v1.37.1"
	IstioVersion      = "1.31.1"
)

// recipe says how one binary is made.
type recipe struct {
	name    string   // file name of the binary the go command leaves
	version string   // shown in the cache's file name
	args    []string // arguments of the go command, without -o and GOBIN
	dir     string   // where it runs; "" means outside any module
	require string   // environment variable that turns a skip into a failure
}

// Helm returns the path of a Helm built with the link flags of its release,
// without which it takes the cluster to be Kubernetes v1.20.0.
func Helm(t testing.TB) string {
	t.Helper()
	minor := strings.Split(HelmKubeVersion, ".")[1]
	flags := []string{
		"-X helm.sh/helm/v3/internal/version.version=" + HelmVersion,
		"-X helm.sh/helm/v3/internal/version.gitTreeState=clean",
	}
	for _, pkg := range []string{"lint/rules", "chartutil"} {
		flags = append(flags,
			"-X helm.sh/helm/v3/pkg/"+pkg+".k8sVersionMajor=1",
			"-X helm.sh/helm/v3/pkg/"+pkg+".k8sVersionMinor="+minor)
	}
	return binary(t, recipe{
		name:    "helm",
		version: HelmVersion,
		args:    []string{"install", "-ldflags", strings.Join(flags, " "), "helm.sh/helm/v3/cmd/helm@" + HelmVersion},
		require: "REQUIRE_HELM",
	})
}

// Helm4 returns the path of a Helm 4 built with the link flags of its release,
// without which it takes itself for v4.3.
func Helm4(t testing.TB) string {
	t.Helper()
	const version = "-X helm.sh/helm/v4/internal/version."
	flags := version + "version=" + Helm4Version + " " + version + "gitTreeState=clean"
	return binary(t, recipe{
		name:    "helm",
		version: Helm4Version,
		args:    []string{"install", "-ldflags", flags, "helm.sh/helm/v4/cmd/helm@" + Helm4Version},
		require: "REQUIRE_HELM",
	})
}

// Kustomize returns the path of a kustomize.
func Kustomize(t testing.TB) string {
	t.Helper()
	return binary(t, recipe{
		name:    "kustomize",
		version: KustomizeVersion,
		args:    []string{"install", "sigs.k8s.io/kustomize/kustomize/v5@" + KustomizeVersion},
		require: "REQUIRE_HELM",
	})
}

// Istioctl returns the path of a program that prints what Istio's operator code
// makes of an IstioOperator, `istioctl manifest generate` without a cluster. Its
// module takes versions of dependencies that Istio's own would have replaced.
func Istioctl(t testing.TB) string {
	t.Helper()
	return binary(t, recipe{
		name:    "istioctl",
		version: IstioVersion,
		args:    []string{"build", "."},
		dir:     filepath.Join(Root(t), "e2e", "istiooperator", "istioctl"),
		require: "REQUIRE_HELM",
	})
}

// ControlPlane returns the paths of a kube-apiserver and an etcd. The server is
// told its version, as in a release: charts that ask for one are refused
// otherwise.
func ControlPlane(t testing.TB) (apiserver, etcd string) {
	t.Helper()
	return kubernetes(t, "kube-apiserver"), clusterProgram(t, "etcd", "./etcd")
}

// Kubectl returns the path of a kubectl of the API server's release.
func Kubectl(t testing.TB) string {
	t.Helper()
	return kubernetes(t, "kubectl")
}

func kubernetes(t testing.TB, name string) string {
	t.Helper()
	const version = "-X k8s.io/component-base/version."
	number := strings.Split(strings.TrimPrefix(KubernetesVersion, "v"), ".")
	flags := []string{version + "gitVersion=" + KubernetesVersion, version + "gitMajor=" + number[0], version + "gitMinor=" + number[1]}
	return clusterProgram(t, name, "-ldflags", strings.Join(flags, " "), "k8s.io/kubernetes/cmd/"+name)
}

func clusterProgram(t testing.TB, name string, args ...string) string {
	t.Helper()
	return binary(t, recipe{
		name:    name,
		version: KubernetesVersion,
		args:    append([]string{"build"}, args...),
		dir:     filepath.Join(Root(t), "e2e", "cluster", "controlplane"),
		require: "REQUIRE_CLUSTER",
	})
}

// Helmx builds helmx from the working tree, once per test process, and returns
// its path. $HELMX_BINARY names a binary to test instead.
func Helmx(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("HELMX_BINARY"); path != "" {
		return path
	}
	root, cache := Root(t), cacheDir(t)
	path, err := helmx(root, cache)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var helmxOnce struct {
	sync.Once
	path string
	err  error
}

func helmx(root, cache string) (string, error) {
	o := &helmxOnce
	o.Do(func() {
		// Each working tree has its own: another one may be tested meanwhile.
		sum := sha256.Sum256([]byte(root))
		o.path = filepath.Join(cache, "helmx-"+hex.EncodeToString(sum[:4])+exe())
		// Packages are tested in parallel: each builds beside the others and
		// moves the result into place, so that none runs half a file.
		tmp := fmt.Sprintf("%s.%d", o.path, os.Getpid())
		cmd := exec.Command("go", "build", "-o", tmp, "./cmd/helmx")
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			o.err = fmt.Errorf("building helmx: %w\n%s", err, out)
			return
		}
		o.err = os.Rename(tmp, o.path)
	})
	return o.path, o.err
}

// Root returns the folder of helmx's own module: the nearest folder upwards
// that holds cmd/helmx.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "helmx")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no folder upwards of the test holds cmd/helmx")
		}
		dir = up
	}
}

// ModuleDir returns the folder of a module that the module in dir requires.
func ModuleDir(t testing.TB, dir, module string) string {
	t.Helper()
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("finding the files of %s: %v", module, err)
	}
	return strings.TrimSpace(string(out))
}

// binary returns the cached binary of a recipe, building it first if need be.
func binary(t testing.TB, r recipe) string {
	t.Helper()
	path, err := cached(cacheDir(t), r)
	if err == nil {
		return path
	}
	if os.Getenv("HELMX_E2E_SKIP_MISSING") != "" && os.Getenv("CI") != "true" && os.Getenv(r.require) == "" {
		t.Skip(err)
	}
	t.Fatalf("%v\n(HELMX_E2E_SKIP_MISSING=1 turns this into a skip)", err)
	return ""
}

func cached(dir string, r recipe) (string, error) {
	sum := sha256.Sum256([]byte(strings.Join(r.args, "\x00") + runtime.Version()))
	path := filepath.Join(dir, fmt.Sprintf("%s-%s-%s%s", r.name, r.version, hex.EncodeToString(sum[:4]), exe()))
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer lock.Unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	tmp, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	if err := build(r, tmp); err != nil {
		return "", err
	}
	return path, os.Rename(filepath.Join(tmp, r.name+exe()), path)
}

func build(r recipe, out string) error {
	cmd := exec.Command("go", r.args...)
	cmd.Dir, cmd.Env = r.dir, append(os.Environ(), "CGO_ENABLED=0")
	if r.args[0] == "install" {
		// "go install pkg@version" follows that module's own go.mod; it must
		// not see ours.
		cmd.Dir = out
		cmd.Env = append(cmd.Env, "GOBIN="+out)
	} else {
		cmd.Args = append([]string{"go", r.args[0], "-o", filepath.Join(out, r.name+exe())}, r.args[1:]...)
	}
	if log, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s %s: %w\n%s", r.name, r.version, err, log)
	}
	return nil
}

func cacheDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("HELMX_E2E_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(user, "helmx-e2e")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
