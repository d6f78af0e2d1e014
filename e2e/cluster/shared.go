package cluster

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// shared is the server that the tests of one process share.
var shared struct {
	sync.Mutex
	cluster *Cluster
	dir     string
}

// Shared returns a server that all tests of a package share: the first that asks
// starts it, with its flags. The package's TestMain is one call of Main, which
// stops it.
func Shared(t testing.TB, flags ...string) *Cluster {
	t.Helper()
	apiserver, etcd := counterpart.ControlPlane(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		return shared.cluster
	}
	dir, err := os.MkdirTemp("", "helmx-e2e-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	// Not the test's context: the server outlives the test.
	c, err := run(context.Background(), dir, apiserver, etcd, flags)
	if err != nil {
		os.RemoveAll(dir)
		t.Fatal(err)
	}
	shared.cluster, shared.dir = c, dir
	return c
}

// Main runs the tests of a package, stops the server that they shared, and exits.
func Main(m *testing.M) {
	code := m.Run()
	if shared.cluster != nil {
		shared.cluster.stop()
		os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}
