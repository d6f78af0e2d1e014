package parity

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// istioCharts are the charts inside the binary, by the names that helmx gives
// them, and the folders that "helmx pull --untar" makes of them.
var istioCharts = []string{"base", "istiod", "cni", "ztunnel", "gateway"}

// variants are the values that a user may bring on top of a profile. The files
// are in testdata/istio, in a folder of the chart's name where its schema
// refuses what the others take.
var variants = []string{"", "revision", "ambient", "ha"}

// layers are the three choices that Istio's charts offer; "" is none.
type layers struct {
	profile, platform, compatibility string
}

func (l layers) args() []string {
	var args []string
	for _, kv := range [][2]string{{"profile", l.profile}, {"platform", l.platform}, {"compatibilityVersion", l.compatibility}} {
		if kv[1] != "" {
			args = append(args, "--set", kv[0]+"="+kv[1])
		}
	}
	return args
}

// alone reports whether at most one choice is made.
func (l layers) alone() bool {
	n := 0
	for _, s := range []string{l.profile, l.platform, l.compatibility} {
		if s != "" {
			n++
		}
	}
	return n <= 1
}

// TestIstio renders the stamped Istio charts. Every profile, platform and
// compatibility version by itself meets every variant; every combination of
// the three meets one variant, in turn, except in the base chart, whose output
// is a megabyte of CRDs. HELMX_E2E_FULL=1 renders the product.
func TestIstio(t *testing.T) {
	both := newPair(t)
	work := t.TempDir()
	full := os.Getenv("HELMX_E2E_FULL") != ""
	for _, name := range istioCharts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := both.pull(t, work, "istio/"+name)
			var jobs []istioJob
			for i, l := range shippedLayers(t, dir) {
				for j, v := range variants {
					if !full && !l.alone() && (name == "base" || i%len(variants) != j) {
						continue
					}
					args := append([]string{"template", "mesh", dir, "-n", "istio-system"}, l.args()...)
					if v != "" {
						args = append(args, "-f", variantFile(t, name, v))
					}
					jobs = append(jobs, istioJob{name: fmt.Sprintf("%+v %s", l, v), args: args, mustSucceed: true})
				}
			}
			both.compareAll(t, work, jobs)
		})
	}
}

// TestIstioMistakes compares what Istio's charts refuse.
func TestIstioMistakes(t *testing.T) {
	both := newPair(t)
	work := t.TempDir()
	for _, name := range istioCharts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := both.pull(t, work, "istio/"+name)
			for _, set := range []string{"profile=ambiant", "platform=nope", "compatibilityVersion=0.1", "defaults.hub=x"} {
				args := []string{"template", "mesh", dir, "--set", set}
				helm, helmx := both.run(t, work, args)
				if helm.Code == 0 {
					t.Errorf("%s: Helm accepts it", set)
				}
				compare(t, helm, helmx)
				want := helmMessage(helm.Stderr)
				ours := strings.HasPrefix(want, "values don't meet the specifications")
				if !ours && !strings.Contains(helmx.Stderr, want) {
					t.Errorf("%s: helmx's stderr lacks Helm's message\n%s\nit is\n%s", set, want, helmx.Stderr)
				}
			}
		})
	}
}

// TestMesh renders the umbrella chart with its dependencies unpacked, with each
// of its profiles as a values file.
func TestMesh(t *testing.T) {
	both := newPair(t)
	work := t.TempDir()
	dir := both.pull(t, work, "mesh")
	profiles, err := filepath.Glob(filepath.Join(dir, "profiles", "*.yaml"))
	if err != nil || len(profiles) < 4 {
		t.Fatalf("profiles of the mesh chart: %v, %v", profiles, err)
	}
	base := []string{"template", "mesh", dir, "-n", "istio-system"}
	jobs := []istioJob{{name: "no profile", args: base, mustSucceed: true}}
	for _, p := range profiles {
		one := append(base[:len(base):len(base)], "-f", p)
		jobs = append(jobs,
			istioJob{name: filepath.Base(p), args: one, mustSucceed: true},
			istioJob{name: filepath.Base(p) + " gateway", args: append(one[:len(one):len(one)], "--set", "gateway.enabled=true,istiod.revision=r1"), mustSucceed: true},
			istioJob{name: filepath.Base(p) + " crds, no hooks", args: append(one[:len(one):len(one)], "--include-crds", "--no-hooks"), mustSucceed: true})
		for _, q := range profiles {
			jobs = append(jobs, istioJob{name: filepath.Base(p) + " " + filepath.Base(q), args: append(one[:len(one):len(one)], "-f", q), mustSucceed: true})
		}
	}
	both.compareAll(t, work, jobs)
}

// TestMeshNamespace: the umbrella chart refuses a release outside of the
// namespace of the control plane, in the words that Helm prints too.
func TestMeshNamespace(t *testing.T) {
	both := newPair(t)
	work := t.TempDir()
	dir := both.pull(t, work, "mesh")
	for _, args := range [][]string{
		{"template", "mesh", dir},
		{"template", "mesh", dir, "-n", "istio-system", "--set", "global.istioNamespace=mesh"},
	} {
		helm, helmx := both.run(t, work, args)
		compare(t, helm, helmx)
		want := helmMessage(helm.Stderr)
		if helm.Code == 0 || !strings.Contains(want, "global.istioNamespace") || !strings.Contains(helmx.Stderr, want) {
			t.Errorf("%v: Helm exits with %d and says %q, helmx says\n%s", args, helm.Code, want, helmx.Stderr)
		}
	}
	both.compareAll(t, work, []istioJob{{name: "same", args: []string{"template", "mesh", dir, "-n", "mesh", "--set", "global.istioNamespace=mesh"}, mustSucceed: true}})
}

func variantFile(t *testing.T, chart, variant string) string {
	t.Helper()
	path := filepath.Join("testdata", "istio", chart, variant+".yaml")
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join("testdata", "istio", variant+".yaml")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

type istioJob struct {
	name        string
	args        []string
	mustSucceed bool
}

// compareAll runs the jobs, two at a time, and stops after a few differences:
// one cause usually shows in hundreds of combinations.
func (p pair) compareAll(t *testing.T, dir string, jobs []istioJob) {
	t.Helper()
	t.Logf("%d combinations", len(jobs))
	var wg sync.WaitGroup
	queue := make(chan istioJob)
	var mu sync.Mutex
	bad := 0
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range queue {
				mu.Lock()
				enough := bad >= 5
				mu.Unlock()
				if enough {
					continue
				}
				helm, helmx := p.run(t, dir, j.args)
				if problem := j.judge(helm, helmx); problem != "" {
					mu.Lock()
					bad++
					mu.Unlock()
					t.Errorf("%s: %s\nargs: %q", j.name, problem, j.args)
				}
			}
		}()
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	wg.Wait()
}

func (j istioJob) judge(helm, helmx counterpart.Result) string {
	switch {
	case j.mustSucceed && helm.Code != 0:
		return "Helm fails: " + helm.Stderr
	case (helm.Code == 0) != (helmx.Code == 0):
		return fmt.Sprintf("exit code: helm %d, helmx %d\n%s%s", helm.Code, helmx.Code, helm.Stderr, helmx.Stderr)
	case helm.Code == 0 && helm.Stdout != helmx.Stdout:
		return "stdout differs " + firstDifference(helm.Stdout, helmx.Stdout)
	}
	return ""
}

// run runs both programs in one folder, which neither changes.
func (p pair) run(t *testing.T, dir string, args []string) (helm, helmx counterpart.Result) {
	t.Helper()
	one := counterpart.Run{Path: p.helm, Args: helmArgs(args), Dir: dir, Home: p.home}
	other := counterpart.Run{Path: p.helmx, Args: helmxArgs(args), Dir: dir, Home: p.home}
	return one.Do(t), other.Do(t)
}

// pull unpacks a chart out of helmx and returns its folder. Both programs read
// this one, since the stamped chart is what helmx ships.
func (p pair) pull(t *testing.T, work, name string) string {
	t.Helper()
	into := filepath.Join(work, strings.ReplaceAll(name, "/", "-"))
	r := counterpart.Run{Path: p.helmx, Args: []string{"pull", "builtin:" + name, "--untar", "--untardir", into}, Dir: work, Home: p.home}.Do(t)
	if r.Code != 0 {
		t.Fatalf("helmx pull builtin:%s: exit code %d\n%s", name, r.Code, r.Stderr)
	}
	dirs, err := filepath.Glob(filepath.Join(into, "*", "Chart.yaml"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("helmx pull builtin:%s left %v, %v", name, dirs, err)
	}
	return filepath.Dir(dirs[0])
}

// shippedLayers returns every combination of the profiles, platforms and
// compatibility versions whose files the chart has.
func shippedLayers(t *testing.T, dir string) []layers {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "files", "profile-*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	profiles, platforms, versions := []string{""}, []string{""}, []string{""}
	for _, p := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(p), "profile-"), ".yaml")
		if v, ok := strings.CutPrefix(name, "platform-"); ok {
			platforms = append(platforms, v)
		} else if v, ok := strings.CutPrefix(name, "compatibility-version-"); ok {
			versions = append(versions, v)
		} else {
			profiles = append(profiles, name)
		}
	}
	if len(profiles) < 5 || len(platforms) < 5 || len(versions) < 5 {
		t.Fatalf("%s ships too little: profiles %q, platforms %q, versions %q", dir, profiles, platforms, versions)
	}
	var all []layers
	for _, p := range profiles {
		for _, f := range platforms {
			for _, v := range versions {
				all = append(all, layers{p, f, v})
			}
		}
	}
	return all
}
