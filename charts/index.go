package charts

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"crypto/sha256"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
)

// index is a repository's index.yaml. The entries stay encoded until a chart is
// asked for: public indexes list hundreds of charts with thousands of versions.
type index struct {
	APIVersion string                     `json:"apiVersion"`
	Entries    map[string]json.RawMessage `json:"entries"`

	source string // for messages
}

// indexEntry is one version of a chart.
type indexEntry struct {
	*chart.Metadata
	URLs   []string `json:"urls"`
	Digest string   `json:"digest"` // SHA-256 of the archive in hex; "" when the repository gives none

	version *semver.Version
}

// parseIndex reads an index in YAML or JSON. Unlike Helm it puts up with keys
// it does not know.
func parseIndex(data []byte, source string) (*index, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, refuse("CH024", "empty index.yaml file").in(source)
	}
	i := &index{source: source}
	decode := func() error { return yaml.Unmarshal(data, i) }
	if json.Valid(data) {
		decode = func() error { return json.Unmarshal(data, i) }
	}
	if err := decode(); err != nil {
		return nil, brokenYAML("CH024", "not the index of a chart repository", source, data, err)
	}
	if i.APIVersion == "" {
		return nil, refuse("CH024", "not the index of a chart repository: no API version specified").in(source)
	}
	return i, nil
}

func (i *index) names() []string { return slices.Sorted(maps.Keys(i.Entries)) }

// versions decodes the versions of a chart, the newest first. Entries that no
// chart could have are left out, as in Helm.
func (i *index) versions(name string) ([]*indexEntry, error) {
	raw, ok := i.Entries[name]
	if !ok {
		return nil, nil
	}
	var all []*indexEntry
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, refuse("CH024", "the entries of chart %q: %v", name, err).in(i.source)
	}
	all = slices.DeleteFunc(all, func(e *indexEntry) bool { return !e.valid() })
	slices.SortStableFunc(all, func(a, b *indexEntry) int { return b.version.Compare(a.version) })
	return all, nil
}

func (e *indexEntry) valid() bool {
	if e == nil || e.Metadata == nil {
		return false
	}
	if e.APIVersion == "" {
		e.APIVersion = chart.APIVersionV1
	}
	// Some repositories strip the alias of dependencies, which makes doubles.
	err := e.Validate()
	if err != nil && !strings.Contains(err.Error(), "more than one dependency with name or alias") {
		return false
	}
	e.version, err = semver.NewVersion(e.Version)
	return err == nil
}

// find picks a version: the one that is named exactly, else the newest within
// the range, else - without a version - the newest that is no pre-release.
func (i *index) find(name, version string) (*indexEntry, error) {
	all, err := i.versions(name)
	if err != nil {
		return nil, err
	}
	e, err := pick(all, version)
	if err != nil || e != nil {
		return e, err
	}
	what := fmt.Sprintf("chart %q", name)
	if version != "" {
		what += fmt.Sprintf(" version %q", version)
	}
	p := refuse("CH001", "%s not found in %s repository", what, i.source)
	return nil, p.try(i.hint(name, all))
}

func pick(all []*indexEntry, version string) (*indexEntry, error) {
	if version == "" {
		version = "*"
	}
	constraint, err := semver.NewConstraint(version)
	if err != nil {
		return nil, refuse("CH001", "invalid version or constraint %q: %v", version, err)
	}
	for _, e := range all {
		if e.Version == version {
			return e, nil
		}
	}
	for _, e := range all {
		if constraint.Check(e.version) {
			return e, nil
		}
	}
	return nil, nil
}

// hint says what there is instead of what was asked for.
func (i *index) hint(name string, all []*indexEntry) string {
	if len(all) == 0 {
		return diag.DidYouMean(name, i.names())
	}
	var versions []string
	for _, e := range all[:min(len(all), 5)] {
		versions = append(versions, e.Version)
	}
	return "the newest versions are " + strings.Join(versions, ", ") + "; --devel takes pre-releases too"
}

// lists reports whether the index holds a chart at this very URL.
func (i *index) lists(chartURL string) bool {
	for name := range i.Entries {
		var all []struct {
			URLs []string `json:"urls"`
		}
		if err := json.Unmarshal(i.Entries[name], &all); err != nil {
			continue
		}
		for _, e := range all {
			if slices.ContainsFunc(e.URLs, func(u string) bool { return sameURL(u, chartURL) }) {
				return true
			}
		}
	}
	return false
}

// mentions is a cheap test for lists: an index that holds a URL holds the name
// of its file.
func mentions(data []byte, chartURL string) bool {
	return bytes.Contains(data, []byte(path.Base(chartURL)))
}

// checkDigest compares an archive with the checksum of its index entry.
func (e *indexEntry) checkDigest(data []byte, from string) error {
	want := strings.ToLower(strings.TrimPrefix(e.Digest, "sha256:"))
	if _, err := hex.DecodeString(want); err != nil || len(want) != hex.EncodedLen(sha256.Size) {
		return nil // none, or of another kind
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != want {
		return refuse("CH011", "the archive has the SHA-256 %s, its repository's index says %s", got, want).in(from).
			try("it was changed after it was indexed, or on the way: ask the repository's owner")
	}
	return nil
}
