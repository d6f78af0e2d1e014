package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/helmx-dev/helmx/schema/internal/pack"
	"sigs.k8s.io/yaml"
)

// crds adds custom resources to the pack.
type crds struct {
	pack    *pack.Pack
	texts   [][]byte
	numbers map[string]int // text of a schema -> its number
}

type definition struct {
	Kind string
	Spec struct {
		Group    string
		Scope    string
		Names    struct{ Kind, Plural string }
		Versions []struct {
			Name   string
			Served bool
			Schema struct{ OpenAPIV3Schema json.RawMessage }
		}
	}
}

// read adds the CustomResourceDefinitions of the module's files that match.
// Kinds that are there already are kept.
func (c *crds) read(module, project, pattern string) error {
	dir, err := moduleDir(module)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no %s", module, pattern)
	}
	origin := project + " " + moduleVersion(module)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		for doc := range bytes.SplitSeq(data, []byte("\n---")) {
			if err := c.add(doc, origin); err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
		}
	}
	return nil
}

func (c *crds) add(doc []byte, origin string) error {
	var d definition
	if err := yaml.Unmarshal(doc, &d); err != nil {
		return err
	}
	if d.Kind != "CustomResourceDefinition" {
		return nil
	}
	if hash, _ := pack.HashSpec(doc); hash != "" {
		c.pack.KnownCRDs[hash] = d.Spec.Names.Plural + "." + d.Spec.Group
	}
	for _, v := range d.Spec.Versions {
		key := pack.Kind{Group: d.Spec.Group, Version: v.Name, Kind: d.Spec.Names.Kind}
		known := slices.ContainsFunc(c.pack.Kinds, func(k pack.Kind) bool { return compareKinds(k, key) == 0 })
		if !v.Served || known {
			continue
		}
		var root pack.Node
		if err := pack.Decode(v.Schema.OpenAPIV3Schema, &root); err != nil {
			return fmt.Errorf("%s %s: %w", d.Spec.Names.Plural, v.Name, err)
		}
		key.Namespaced, key.Plural, key.Origin = d.Spec.Scope == "Namespaced", d.Spec.Names.Plural, origin
		c.hoist(&root)
		key.Defs = map[int]int{0: c.number(encode(&root))}
		c.pack.Kinds = append(c.pack.Kinds, key)
	}
	return nil
}

// hoistSize is the text length from which a part becomes a definition of its
// own: what no object uses is then never decoded, and what several kinds and
// versions share is stored once.
const hoistSize = 500

// hoist moves the larger parts of a schema out, the innermost first.
func (c *crds) hoist(n *pack.Node) {
	n.Children(c.hoist)
	for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
		n.Properties[name] = c.shrink(n.Properties[name])
	}
	if n.Items != nil {
		n.Items = c.shrink(n.Items)
	}
	if n.Additional != nil && n.Additional.Schema != nil {
		n.Additional.Schema = c.shrink(n.Additional.Schema)
	}
}

// shrink returns the schema, or a reference to it when it is large. What the
// list around it must see without decoding it, its default and whether it may
// be null, stays.
func (c *crds) shrink(n *pack.Node) *pack.Node {
	text := encode(n)
	if len(text) < hoistSize {
		return n
	}
	return &pack.Node{Def: c.number(text), Nullable: n.Nullable, Default: n.Default}
}

func (c *crds) number(text []byte) int {
	n, ok := c.numbers[string(text)]
	if !ok {
		c.texts = append(c.texts, text)
		n = len(c.texts)
		c.numbers[string(text)] = n
	}
	return n
}
