package charts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"
)

// chartFiles lists the files of a chart and its subcharts below a folder of the
// chart's name, as an archive holds them. Chart.yaml and values.yaml keep their
// comments when they still say what the chart says.
func chartFiles(c *chart.Chart) ([]file, error) {
	var files []file
	err := appendChart(&files, c, c.Name())
	return files, err
}

func appendChart(files *[]file, c *chart.Chart, dir string) error {
	if err := c.Validate(); err != nil {
		return refuse("CH003", "%v", err).in(dir + "/Chart.yaml")
	}
	add := func(name string, data []byte) { *files = append(*files, file{name: path.Join(dir, name), data: data}) }
	metadata, err := metadataYAML(c)
	if err != nil {
		return fmt.Errorf("writing %s/Chart.yaml: %w", dir, err)
	}
	add("Chart.yaml", metadata)
	if c.Lock != nil && c.Metadata.APIVersion == chart.APIVersionV2 {
		lock, err := yaml.Marshal(c.Lock)
		if err != nil {
			return fmt.Errorf("writing %s/Chart.lock: %w", dir, err)
		}
		add("Chart.lock", lock)
	}
	if values := rawData(c, "values.yaml"); values != nil {
		add("values.yaml", values)
	}
	if c.Schema != nil {
		add("values.schema.json", c.Schema)
	}
	for _, list := range [][]*chart.File{c.Templates, c.Files} {
		for _, f := range list {
			add(f.Name, f.Data)
		}
	}
	taken := map[string]bool{}
	for _, sub := range c.Dependencies() {
		folder := sub.Name()
		if taken[folder] { // two versions of a chart, each under an alias
			folder += "-" + sub.Metadata.Version
		}
		taken[folder] = true
		if err := appendChart(files, sub, path.Join(dir, "charts", folder)); err != nil {
			return err
		}
	}
	return nil
}

// metadataYAML is Chart.yaml: the original text if it is still true. The
// dependencies of a v1 chart are in its requirements.yaml.
func metadataYAML(c *chart.Chart) ([]byte, error) {
	now := *c.Metadata
	if now.APIVersion == chart.APIVersionV1 {
		now.Dependencies = nil
	}
	var before chart.Metadata
	if raw := rawData(c, "Chart.yaml"); raw != nil && yaml.Unmarshal(raw, &before) == nil && reflect.DeepEqual(before, now) {
		return raw, nil
	}
	return yaml.Marshal(now)
}

// pack writes a chart as an archive, with the comment that Helm's archives
// carry.
func pack(c *chart.Chart) ([]byte, error) {
	files, err := chartFiles(c)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	zipped.Comment = "Helm"
	w := tar.NewWriter(zipped)
	now := time.Now()
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), ModTime: now}); err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.name, err)
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing %s: %w", c.Name(), err)
	}
	if err := zipped.Close(); err != nil {
		return nil, fmt.Errorf("packing %s: %w", c.Name(), err)
	}
	return out.Bytes(), nil
}

func archiveName(m *chart.Metadata) string { return m.Name + "-" + m.Version + ".tgz" }

// writeInto writes files below a folder that must not exist yet, or be empty.
// The folder is opened as a root that no name or link leads out of.
func writeInto(dir string, files []file) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing chart: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("writing chart: %w", err)
	}
	defer root.Close()
	for _, f := range files {
		name := filepath.FromSlash(f.name)
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("writing chart: %w", err)
		}
		if err := root.WriteFile(name, f.data, 0o644); err != nil {
			return fmt.Errorf("writing chart: %w", err)
		}
	}
	return nil
}

// writeFile replaces a file in one step, so that nobody reads half of it.
func writeFile(path string, data []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+strings.TrimPrefix(filepath.Base(path), ".")+"-")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(data)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(temporary.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
