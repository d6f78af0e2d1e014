// Package schema validates documents and values: Kubernetes objects against the
// schemas of the Kubernetes version that will take them, custom resources
// against their definitions, and chart values against values.schema.json.
//
// It works offline: the schemas and the server's own code are in the binary, and
// neither a cluster nor a kubeconfig is consulted. An object goes through passes:
// is the kind served in the target version; does it fit its schema, with the
// place of every mistake; what would the API server say (internal/apiserver),
// and Istio's webhook about Istio's kinds, and istiod about its settings
// (internal/istio); and, when all are through, do the objects of the stream fit
// together. A mistake that two passes see is reported once. It does not run
// admission, whose answer depends on the cluster, and it never changes a document.
package schema

//go:generate go run -C gen .

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// What to do with an object of a kind that nothing describes.
const (
	MissingWarn   = "warn" // the default
	MissingError  = "error"
	MissingIgnore = "ignore"
)

// How the release will be applied, which decides over some mistakes.
const (
	ApplyStrictest = "strictest" // the default: either way
	ApplyServer    = "server"    // server-side apply, the default of Helm 4
	ApplyClient    = "client"    // create and patch, as Helm 3
)

// Options say what to validate against. The zero value validates for the newest
// Kubernetes version in the pack.
type Options struct {
	KubeVersion   string // "1.37", "v1.37.0"; the nearest in the pack is used
	MissingSchema string // MissingWarn, MissingError or MissingIgnore
	Apply         string // ApplyStrictest, ApplyServer or ApplyClient
	// CRDs are documents whose CustomResourceDefinitions describe kinds beside
	// those in the stream itself: crds/ of charts, folders of the user. Their own
	// mistakes are not reported.
	CRDs []*manifest.Document
	// Release says that the documents are one release, which can hold an object
	// only once.
	Release bool
	// Namespace is that of the release, which its objects have where they name
	// none; "" where it is not known.
	Namespace string
}

// Validate checks every document and returns them as they are, with all
// findings in the order of the documents. The error is not nil only when ctx is
// done or the embedded pack is broken. It is safe for concurrent use.
func Validate(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	lib, err := openLibrary()
	if err != nil {
		return nil, nil, err
	}
	v, findings := newValidator(lib, o, docs)
	lists, all := make([]diag.List, len(docs)), make([]facts, len(docs))
	large := isLarge(docs)
	err = parallel(ctx, len(docs), func(i int) (err error) {
		lists[i], err = v.document(docs[i], &all[i])
		if large {
			docs[i].Forget()
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("validating: %w", err)
	}
	lists = append(lists, v.twice(docs), v.stream(all))
	return docs, append(findings, slices.Concat(lists...)...), nil
}

// largeStream is where the trees of all documents together become a matter of
// memory: 8 MB of text make 250 MB of them. Up to there they are kept, as lint
// looks at the same ones.
const largeStream = 8 << 20

func isLarge(docs []*manifest.Document) bool {
	size := 0
	for _, d := range docs {
		size += len(d.Raw())
	}
	return size > largeStream
}

// parallel calls work for 0 to n-1 on all cores, in any order, and returns the
// first error; ctx is looked at between two calls.
func parallel(ctx context.Context, n int, work func(i int) error) error {
	var (
		next  atomic.Int64
		group sync.WaitGroup
		once  sync.Once
		first error
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				err := ctx.Err()
				if err == nil {
					err = work(i)
				}
				if err != nil {
					once.Do(func() { first = err })
					return
				}
			}
		})
	}
	group.Wait()
	return first
}
