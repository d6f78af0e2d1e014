package lint

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Feature is something that a mesh can use, whether a rule has an opinion about
// it or not. Features live in features.json, with what they are recognised by.
type Feature struct {
	Name     string `json:"feature"`
	Stage    string `json:"stage,omitempty"`    // its name in Istio's list of feature stages, "" when it is not there
	Maturity string `json:"maturity,omitempty"` // Experimental, Alpha, Beta or Stable, as that list has it
	Rating   string `json:"rating,omitempty"`   // its entry of ratings.json
	Since    Since  `json:"since,omitzero"`
	Source   Source `json:"source,omitzero"` // the list of stages, or what describes the feature
	Verified string `json:"verified"`        // the day someone compared it with the source
	Signs    []Sign `json:"signs"`

	Level       Level  `json:"-"` // the recommendation; "" where none is known
	LevelSource Source `json:"-"` // where it is from
}

// Since is the version of Istio that brought a feature, at whatever maturity.
type Since struct {
	Version string `json:"version"`
	Source  Source `json:"source"`
}

// Sign is a place in an object where a feature shows.
type Sign struct {
	// Kinds are those of the object, as in Rule; left out where In implies them.
	Kinds []string `json:"kinds,omitempty"`
	// Image is the name of an image that the object must run.
	Image string `json:"image,omitempty"`
	// In is what Path is below: the object (empty), its pod, meshConfig,
	// proxyConfig, or any trafficPolicy of a DestinationRule. In env, Path is the
	// name of a variable.
	In string `json:"in,omitempty"`
	// Path leads to a value that is not empty; without one the object is the sign.
	Path string `json:"path,omitempty"`
	// Keys turns to the entries of the map there whose keys begin so.
	Keys string `json:"keys,omitempty"`
	// Values are those that count (none: all), Except those that do not.
	Values []string `json:"values,omitempty"`
	Except []string `json:"except,omitempty"`
}

//go:embed features.json
var featuresFile []byte

// features is features.json with the levels of ratings.json. The file is part
// of the binary, and a test reads it first.
var features = sync.OnceValue(func() []Feature {
	list, _ := parseFeatures(featuresFile)
	for i := range list {
		rating := ratings()[list[i].Rating]
		list[i].Level, list[i].LevelSource = rating.Level, rating.Source
		if list[i].Source == (Source{}) {
			list[i].Source = rating.Source
		}
	}
	slices.SortFunc(list, func(a, b Feature) int { return cmp.Compare(a.Name, b.Name) })
	return list
})

func parseFeatures(data []byte) ([]Feature, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var list []Feature
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("features.json: %w", err)
	}
	return list, nil
}

// Features returns all features that are known, sorted by name. The slice is
// the caller's, what the features hold is not.
func Features() []Feature { return slices.Clone(features()) }

// Used is a feature that an install uses, with the places that show it, sorted
// by file and line.
type Used struct {
	Feature
	Uses []Use
}

// Use is a place that shows the use of a feature.
type Use struct {
	Span   diag.Span
	Object diag.Object
	Path   string // in the object
}

// Inventory lists the features that the documents use, by name. What a document
// that does not parse uses is unknown. The error is the context's.
func Inventory(ctx context.Context, docs []*manifest.Document, o Options) ([]Used, error) {
	mesh := newMesh(docs, o)
	all := features()
	found := make([][]Use, len(all))
	if err := each(ctx, len(all), 1, func(i int) { found[i] = all[i].uses(mesh) }); err != nil {
		return nil, err
	}
	var used []Used
	for i, uses := range found {
		if len(uses) > 0 {
			used = append(used, Used{Feature: all[i], Uses: uses})
		}
	}
	return used, nil
}

func (f Feature) uses(m *Mesh) []Use {
	var uses []Use
	for _, s := range f.Signs {
		for _, o := range m.Of(s.kinds()...) {
			for _, at := range s.find(o) {
				d := o.Finding(at)
				uses = append(uses, Use{Span: d.Span, Object: *d.Object, Path: d.Path})
			}
		}
	}
	slices.SortStableFunc(uses, func(a, b Use) int {
		return cmp.Or(
			cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Start.Line, b.Span.Start.Line), cmp.Compare(a.Span.Start.Column, b.Span.Start.Column),
			cmp.Compare(a.Object.String(), b.Object.String()), cmp.Compare(a.Path, b.Path),
		)
	})
	return slices.Compact(uses) // two signs may be one place
}

func (s Sign) kinds() []string {
	switch {
	case len(s.Kinds) > 0:
		return s.Kinds
	case s.In == "meshConfig":
		return meshConfigKinds
	case s.In == "proxyConfig":
		return proxyConfigKinds
	case s.In == "trafficPolicy":
		return []string{destinationRule}
	}
	return podKinds
}

// find returns the places of an object that bear the sign.
func (s Sign) find(o *Object) []manifest.Found {
	switch {
	case s.Image != "" && !runsImage(o, s.Image):
		return nil
	case s.Path == "":
		return []manifest.Found{{}}
	case s.Keys != "":
		return s.entries(o.Find(s.Path))
	case s.In == "":
		return s.filter(o.Find(s.Path))
	case s.In == "env":
		return s.filter(o.Env(s.Path))
	}
	var found []manifest.Found
	for _, root := range s.roots(o) {
		found = append(found, s.filter(o.below(root, s.Path))...)
	}
	return found
}

func (s Sign) entries(maps []manifest.Found) []manifest.Found {
	var found []manifest.Found
	for _, at := range maps {
		for _, entry := range entries(at) {
			if strings.HasPrefix(manifest.KeyText(entry.Key), s.Keys) {
				found = append(found, entry)
			}
		}
	}
	return found
}

// roots are what the path is below.
func (s Sign) roots(o *Object) []manifest.Found {
	switch s.In {
	case "meshConfig":
		return o.MeshConfig()
	case "proxyConfig":
		return o.ProxyConfig()
	case "trafficPolicy":
		return trafficPolicies(o)
	}
	return []manifest.Found{o.Pod()}
}

// filter leaves what is set to a value that counts.
func (s Sign) filter(found []manifest.Found) []manifest.Found {
	return slices.DeleteFunc(found, func(at manifest.Found) bool {
		n := manifest.Resolve(at.Node)
		value := text(n)
		switch {
		case n == nil || value == "" && len(n.Content) == 0:
			return true
		case len(s.Values) > 0:
			return !slices.Contains(s.Values, value)
		}
		return slices.Contains(s.Except, value)
	})
}
