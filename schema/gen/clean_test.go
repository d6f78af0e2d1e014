package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema"
)

// TestNoFalseAlarms validates what the projects publish: their definitions, the
// examples of the Gateway API and kubectl's own fixtures.
func TestNoFalseAlarms(t *testing.T) {
	type published struct {
		module, folder string
		except         string // files that hold what is removed or meant to fail
		version        string // of Kubernetes
	}
	sources := []published{
		{istioModule, "kubernetes", "", ""},
		{gatewayModule, "config/crd", "kustomization.yaml", ""},
		{gatewayModule, "examples", "", ""},
	}
	for _, r := range releases {
		module := "k8s.io/kubernetes@v" + r.Version
		sources = append(sources,
			// What the server refuses, or warns about: a mount without its volume, a
			// deprecated policy, an object read back from a cluster.
			published{module, "test/fixtures/doc-yaml", "high-availability/kube-scheduler.yaml local-02.yaml", r.Version},
			published{module, "test/fixtures/pkg/kubectl", "convert rbac-v1beta1.yaml no-selectors.yaml deploy-serverside.yaml", r.Version})
	}
	for _, source := range sources {
		t.Run(source.folder+source.version, func(t *testing.T) {
			dir, err := moduleDir(source.module)
			if err != nil {
				t.Fatal(err)
			}
			files := 0
			err = filepath.WalkDir(filepath.Join(dir, source.folder), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" || excepted(path, source.except) {
					return err
				}
				files++
				return expectClean(t, path, source.version)
			})
			if err != nil || files == 0 {
				t.Errorf("%d files, %v", files, err)
			}
		})
	}
}

func excepted(path, except string) bool {
	for _, part := range strings.Fields(except) {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

func expectClean(t *testing.T, path, version string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, found, err := schema.Validate(context.Background(), manifest.Read(path, text), schema.Options{MissingSchema: schema.MissingIgnore, KubeVersion: version})
	for _, d := range found {
		t.Error(d)
	}
	return err
}
