// Command istioctl prints the objects that Istio's own operator code makes of an
// IstioOperator: `istioctl manifest generate -f FILE`, without a cluster.
package main

import (
	"fmt"
	"os"

	"istio.io/istio/operator/pkg/render"
)

func main() {
	sets, _, err := render.GenerateManifest(os.Args[1:2], os.Args[2:], false, nil, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, set := range sets {
		for _, m := range set.Manifests {
			fmt.Printf("---\n# %s\n%s\n", set.Component, m.Content)
		}
	}
}
