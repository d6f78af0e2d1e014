// Command gen writes the schema pack that package schema embeds: what ten
// thousand lines of OpenAPI say about the kinds of Kubernetes, Istio and the
// Gateway API, stripped of prose.
//
// It is a module of its own, so that nothing it downloads weighs on helmx. It
// reads Go modules only, through the go command, and never talks to a cluster.
// Run it with `go generate ./schema`; add a Kubernetes version to [releases].
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// releases are the Kubernetes versions in the pack, the newest first. The names
// of fields and their enums come from the same module version.
var releases = []pack.Release{
	{Minor: 37, Version: "1.37.1"},
	{Minor: 36, Version: "1.36.3"},
	{Minor: 35, Version: "1.35.4"},
	{Minor: 34, Version: "1.34.4"},
	{Minor: 33, Version: "1.33.13"},
	{Minor: 32, Version: "1.32.13"},
	{Minor: 31, Version: "1.31.14"},
	{Minor: 30, Version: "1.30.14"},
	{Minor: 29, Version: "1.29.6"},
	{Minor: 28, Version: "1.28.15"},
}

const (
	lifecycleModule = "k8s.io/api@v0.37.1"
	istioModule     = "istio.io/api@v1.31.1"
	gatewayModule   = "sigs.k8s.io/gateway-api@v1.6.3"
)

func main() {
	out := flag.String("out", "../pack", "the folder that receives index.txt and definitions.gz")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	index, definitions, err := generate()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "index.txt"), index, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "definitions.gz"), definitions, 0o644)
}

// generate reads every source and returns the two files of the pack.
func generate() (index, definitions []byte, err error) {
	p := &pack.Pack{Releases: releases, KnownCRDs: map[string]string{}}
	var all []*release
	for _, r := range releases {
		k, err := readRelease(r)
		if err != nil {
			return nil, nil, fmt.Errorf("Kubernetes %s: %w", r.Version, err)
		}
		all = append(all, k)
	}
	texts := intern(p, all)
	if p.Lifecycles, err = readLifecycles(lifecycleModule); err != nil {
		return nil, nil, err
	}
	c := crds{pack: p, texts: texts, numbers: map[string]int{}}
	if err := c.read(istioModule, "Istio", "kubernetes/customresourcedefinitions.gen.yaml"); err != nil {
		return nil, nil, err
	}
	// The experimental channel first: it holds every field of the standard one,
	// and a pack must not refuse what a cluster may accept.
	for _, channel := range []string{"experimental", "standard"} {
		if err := c.read(gatewayModule, "Gateway API", "config/crd/"+channel+"/*.yaml"); err != nil {
			return nil, nil, err
		}
	}
	slices.SortStableFunc(p.Kinds, compareKinds)
	return pack.Write(p, c.texts)
}
