package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// named is a definition of one release.
type named struct {
	minor int
	name  string
}

// intern numbers the definitions of all releases by content, so that what two
// releases share is stored once, adds the kinds to the pack and returns the
// definitions' texts in order of their numbers.
func intern(p *pack.Pack, all []*release) [][]byte {
	hashes := contentHashes(all)
	numbers := map[string]int{}
	var order []named
	for _, d := range reachable(all) {
		if h := hashes[d]; numbers[h] == 0 {
			order = append(order, d)
			numbers[h] = len(order)
		}
	}
	byMinor := map[int]*release{}
	for _, r := range all {
		byMinor[r.Minor] = r
	}
	texts := make([][]byte, len(order))
	for i, d := range order {
		texts[i] = encode(withNumbers(byMinor[d.minor].definitions[d.name], func(ref string) any {
			return map[string]any{"def": numbers[hashes[named{d.minor, ref}]]}
		}))
	}
	addKinds(p, all, func(d named) int { return numbers[hashes[d]] })
	return texts
}

func addKinds(p *pack.Pack, all []*release, number func(named) int) {
	found := map[gvk]int{}
	for _, r := range all {
		for k, s := range r.kinds {
			i, ok := found[k]
			if !ok {
				i = len(p.Kinds)
				found[k] = i
				p.Kinds = append(p.Kinds, pack.Kind{Group: k.Group, Version: k.Version, Kind: k.Kind, Namespaced: s.namespaced, Plural: s.plural, Origin: "Kubernetes", Defs: map[int]int{}})
			}
			p.Kinds[i].Defs[r.Minor] = number(named{r.Minor, s.definition})
		}
	}
}

// reachable lists the definitions that kinds need, by name, newest release
// first within a name: neighbours are alike, which is what gzip wants.
func reachable(all []*release) []named {
	need := map[named]bool{}
	for _, r := range all {
		var visit func(name string)
		visit = func(name string) {
			if need[named{r.Minor, name}] {
				return
			}
			need[named{r.Minor, name}] = true
			withNumbers(r.definitions[name], func(ref string) any { visit(ref); return nil })
		}
		for _, s := range r.kinds {
			visit(s.definition)
		}
	}
	return slices.SortedFunc(maps.Keys(need), func(a, b named) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(b.minor, a.minor))
	})
}

// contentHashes gives definitions that mean the same the same hash, though
// definitions refer to each other, in circles too: the hash of a text in which
// references are hashes, taken again until no more definitions come apart.
func contentHashes(all []*release) map[named]string {
	hashes := map[named]string{}
	for _, r := range all {
		for name := range r.definitions {
			hashes[named{r.Minor, name}] = name
		}
	}
	for distinct := 0; ; {
		next := map[named]string{}
		for _, r := range all {
			for name, s := range r.definitions {
				text := encode(withNumbers(s, func(ref string) any { return hashes[named{r.Minor, ref}] }))
				sum := sha256.Sum256(append(text, name...))
				next[named{r.Minor, name}] = string(sum[:])
			}
		}
		hashes = next
		n := len(slices.Compact(slices.Sorted(maps.Values(hashes))))
		if n == distinct {
			return hashes
		}
		distinct = n
	}
}

// withNumbers copies a schema with its references replaced.
func withNumbers(v any, replace func(ref string) any) any {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			return replace(ref)
		}
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = withNumbers(x, replace)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = withNumbers(x, replace)
		}
		return out
	}
	return v
}

// encode writes a schema in the form and key order of [pack.Node].
func encode(schema any) []byte {
	text, err := json.Marshal(schema)
	if err != nil {
		panic(err) // decoded from JSON
	}
	return text
}

func compareKinds(a, b pack.Kind) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Kind, b.Kind))
}
