package lint

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/manifest"
)

// declared are the values that a chart knows: those of its values.yaml and its
// profiles, which may be the defaults that Istio's charts keep below a key of
// their own, and those that its files read.
type declared struct {
	trees []*manifest.Node
	used  map[string]bool // paths in text, and all that lead to them
}

// usedValue matches the use of a value in a template.
var usedValue = regexp.MustCompile(`\.Values((?:\.[A-Za-z_]\w*)+)`)

func newDeclared(p *part) *declared {
	d := &declared{used: make(map[string]bool)}
	if root := p.Defaults(); root != nil {
		d.trees = append(d.trees, root)
		if _, inner := manifest.Lookup(root, internalDefaults); inner != nil {
			d.trees = append(d.trees, manifest.Resolve(inner))
		}
	}
	for name := range p.profiles() {
		var doc manifest.Node
		if yaml.Unmarshal(p.File("files/profile-"+name+".yaml"), &doc) == nil && len(doc.Content) > 0 {
			d.trees = append(d.trees, manifest.Resolve(doc.Content[0]))
		}
	}
	for _, text := range p.Sources() {
		for _, m := range usedValue.FindAllSubmatch(text, -1) {
			d.use(strings.Split(string(m[1])[1:], "."))
		}
	}
	return d
}

// use notes a value that a template reads: what is below it is known too.
func (d *declared) use(path []string) {
	for i := range path {
		d.used[strings.Join(path[:i+1], ".")] = d.used[strings.Join(path[:i+1], ".")] || i == len(path)-1
	}
}

// freeKeys are tables that hold whatever the user likes, even where the chart
// gives them entries of its own.
var freeKeys = []string{"resources", "limits", "requests", "env", "templates", "updateStrategy", "strategy", "networkGatewayPorts", "meshConfig", "proxyMetadata"}

func isFree(key string) bool {
	key = strings.TrimSpace(key)
	lower := strings.ToLower(key)
	return slices.Contains(freeKeys, key) || strings.HasSuffix(lower, "labels") || strings.HasSuffix(lower, "annotations")
}

// unknown returns how many steps of a path the chart knows, and whether it does
// not know the whole of it.
func (d *declared) unknown(path []string) (steps int, unknown bool) {
	for i := range path {
		if i > 0 && (isFree(path[i-1]) || d.used[strings.Join(path[:i], ".")] && !d.isTable(path[:i])) {
			return len(path), false
		}
		known, open := d.has(path[:i+1])
		if open {
			return len(path), false
		}
		if _, read := d.used[strings.Join(path[:i+1], ".")]; !known && !read {
			return i, true
		}
	}
	return len(path), false
}

// has reports whether a tree has a path, and whether anything may stand there:
// above it is a scalar, a list or an empty table.
func (d *declared) has(path []string) (known, open bool) {
	for _, n := range d.trees {
		for i, step := range path {
			if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
				open = open || i > 0
				n = nil
				break
			}
			_, value := manifest.Lookup(n, step)
			if n = manifest.Resolve(value); n == nil {
				break
			}
		}
		known = known || n != nil
	}
	return known, open
}

// isTable reports whether a tree has entries at a path: a template that reads
// the whole of it hands it on, and the entries say what is known.
func (d *declared) isTable(path []string) bool {
	return slices.ContainsFunc(d.trees, func(n *manifest.Node) bool {
		for _, step := range path {
			_, value := manifest.Lookup(n, step)
			n = manifest.Resolve(value)
		}
		return n != nil && n.Kind == yaml.MappingNode && len(n.Content) > 0
	})
}

// keys returns the names that are known below a path, for suggestions.
func (d *declared) keys(path []string) []string {
	var names []string
	for _, n := range d.trees {
		for _, step := range path {
			_, value := manifest.Lookup(n, step)
			n = manifest.Resolve(value)
		}
		for _, e := range entries(manifest.Found{Node: n}) {
			names = append(names, manifest.KeyText(e.Key))
		}
	}
	prefix := strings.Join(path, ".")
	if prefix != "" {
		prefix += "."
	}
	for used := range d.used {
		if rest, ok := strings.CutPrefix(used, prefix); ok && !strings.Contains(rest, ".") {
			names = append(names, rest)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// istiodDeclares is what the built-in chart of istiod knows: globals are meant
// for all of Istio's charts, and one file may be given to each of them.
var istiodDeclares = sync.OnceValue(func() *declared {
	p, ok := charts.BuiltinConfigured("istio/istiod")
	if !ok {
		return &declared{}
	}
	return newDeclared(&part{Configured: p})
})
