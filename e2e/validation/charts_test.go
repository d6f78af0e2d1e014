package validation

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// rendering is a chart with flags that choose values.
type rendering struct {
	chart string
	flags []string
}

func (r rendering) String() string {
	return filepath.Base(r.chart) + " " + strings.Join(r.flags, " ")
}

// TestCharts: helmx accepts what Istio's charts and builtin:mesh print in every
// profile, and for Istio's on every platform and in every compatibility version;
// and the server accepts every object of it.
func TestCharts(t *testing.T) {
	s := theServer(t)
	helmx, work := counterpart.Helmx(t), t.TempDir()
	var asked sync.Map // most objects are the same in most renderings
	for _, r := range renderings(t, helmx, work) {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			args := append([]string{"template", "mesh", r.chart, "-n", "istio-system", "--include-crds", "--skip-lint"}, r.flags...)
			out := counterpart.Run{Path: helmx, Args: args, Dir: work, Home: work}.Do(t)
			if out.Code != 0 {
				t.Fatalf("helmx: exit code %d\n%s", out.Code, out.Stderr)
			}
			objects := 0
			for _, document := range documentEnd.Split(out.Stdout, -1) {
				for _, object := range unlisted([]byte(document)) {
					objects++
					if _, again := asked.LoadOrStore(string(object), true); again {
						continue
					}
					for _, err := range s.refusals(t.Context(), object) {
						t.Error(err)
					}
				}
			}
			if objects == 0 {
				t.Error("no objects")
			}
		})
	}
}

// refusals asks the server in both ways, with the namespace of the release where
// the object names none.
func (s *server) refusals(ctx context.Context, object []byte) []error {
	var errs []error
	for _, w := range ways {
		v, err := s.judge(ctx, w, object)
		if errors.As(err, &unasked{}) {
			continue
		}
		if err == nil && !v.Accepted {
			err = fmt.Errorf("%s", v.Message)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: the server refuses it: %w\n%.300s", w, err, object))
		}
	}
	return errs
}

// renderings takes the charts out of the binary and lists what there is to choose.
func renderings(t *testing.T, helmx, work string) []rendering {
	t.Helper()
	all := []rendering{{chart: "builtin:mesh"}}
	for _, p := range [][]string{{"ambient"}, {"sidecar"}, {"minimal"}, {"prod"}, {"ambient", "prod"}, {"sidecar", "prod"}, {"minimal", "prod"}} {
		all = append(all, rendering{"builtin:mesh", profileFlags(p)})
	}
	for _, chart := range []string{"base", "istiod", "cni", "ztunnel", "gateway"} {
		out := counterpart.Run{Path: helmx, Args: []string{"pull", "builtin:istio/" + chart, "--untar", "-d", work}, Dir: work, Home: work}.Do(t)
		if out.Code != 0 {
			t.Fatalf("helmx pull: exit code %d\n%s", out.Code, out.Stderr)
		}
		files, err := filepath.Glob(filepath.Join(work, chart, "files", "profile-*.yaml"))
		if err != nil || len(files) < 10 {
			t.Fatalf("profiles of the %s chart: %v, %v", chart, files, err)
		}
		all = append(all, rendering{chart: filepath.Join(work, chart)})
		for _, file := range files {
			all = append(all, rendering{filepath.Join(work, chart), []string{"--set", choice(file)}})
		}
	}
	return all
}

// choice turns the file of a profile, platform or compatibility version into the
// value that chooses it.
func choice(file string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "profile-"), ".yaml")
	if platform, ok := strings.CutPrefix(name, "platform-"); ok {
		return "platform=" + platform
	}
	if version, ok := strings.CutPrefix(name, "compatibility-version-"); ok {
		return "compatibilityVersion=" + version
	}
	return "profile=" + name
}

func profileFlags(names []string) []string {
	var flags []string
	for _, name := range names {
		flags = append(flags, "--profile", name)
	}
	return flags
}
