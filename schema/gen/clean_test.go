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
	for _, source := range []struct {
		module, folder string
		except         string // files that hold what is removed or meant to fail
	}{
		{istioModule, "kubernetes", ""},
		{gatewayModule, "config/crd", "kustomization.yaml"},
		{gatewayModule, "examples", ""},
		{"k8s.io/kubernetes@v" + releases[0].Version, "test/fixtures/doc-yaml", ""},
		{"k8s.io/kubernetes@v" + releases[0].Version, "test/fixtures/pkg/kubectl", "convert rbac-v1beta1.yaml no-selectors.yaml"},
	} {
		t.Run(source.folder, func(t *testing.T) {
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
				return expectClean(t, path)
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

func expectClean(t *testing.T, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, found, err := schema.Validate(context.Background(), manifest.Read(path, text), schema.Options{MissingSchema: schema.MissingIgnore})
	for _, d := range found {
		t.Error(d)
	}
	return err
}
