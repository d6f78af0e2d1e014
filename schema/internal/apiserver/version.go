package apiserver

import (
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/version"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
)

// Version is the minor version of Kubernetes 1 whose server is asked.
type Version int

// emulation guards the feature gates, which are global to the process: any
// number of objects are validated for one version at a time.
var emulation struct {
	sync.Mutex
	changed *sync.Cond
	version Version
	users   int
}

func init() { emulation.changed = sync.NewCond(&emulation.Mutex) }

// emulate sets the feature gates to those of the version, and waits for that
// until nothing is validated for another one. The caller calls done.
func (v Version) emulate() (done func()) {
	emulation.Lock()
	defer emulation.Unlock()
	for emulation.users > 0 && emulation.version != v {
		emulation.changed.Wait()
	}
	if emulation.version != v {
		// The newest version is where the gates stand from the start, and an
		// error would mean that some gate is locked, which only newer ones are.
		_ = utilfeature.DefaultMutableFeatureGate.SetEmulationVersion(version.MajorMinor(1, uint(v)))
		emulation.version = v
	}
	emulation.users++
	return func() {
		emulation.Lock()
		defer emulation.Unlock()
		if emulation.users--; emulation.users == 0 {
			emulation.changed.Broadcast()
		}
	}
}

// quiet keeps what Kubernetes' code logs off standard error, which is for
// findings.
func quiet() { klog.SetLogger(logr.Discard()) }
