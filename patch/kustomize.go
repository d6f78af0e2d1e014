package patch

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// kustomization is one that `kustomize:` imports. It is parsed to patches, which
// do what kustomize 5.8 does, in its order and on the objects it would choose.
type kustomization struct {
	*parser        // of its file
	data    []byte // of its file
	folder  string
	files   map[string]*file // read so far
}

// file is one that a kustomization names.
type file struct {
	name string // as messages have it
	data []byte
}

// The stages of kustomize, in the order in which they run whatever the order of
// the fields.
const (
	stageMerges = iota // patchesStrategicMerge
	stagePatches
	stageNamespace
	stageLabels
	stageAnnotations
	stageJSON // patchesJson6902
	stageReplicas
	stageImages
	stageReplacements
	stages
)

// kustomize reads `kustomize: FILE`.
func (p *parser) kustomize(patch *Patch, n *manifest.Node) {
	patch.anywhere = true
	patch.imported = []Patch{}
	name := p.text("kustomize", n)
	if name == "" {
		return
	}
	k := &kustomization{parser: p, folder: filepath.Dir(p.file), files: map[string]*file{}}
	f := k.kustomizationFile(n)
	if f == nil {
		return
	}
	k.parser = &parser{file: f.name, files: p.files, root: p.root, name: patch.Name, literal: true}
	k.folder, k.data = filepath.Dir(f.name), f.data
	root, err := manifest.Parse(f.data)
	var syntax *manifest.SyntaxError
	switch {
	case errors.As(err, &syntax):
		k.report(codeShape, &manifest.Node{Line: syntax.Line, Column: syntax.Column}, "the kustomization is no YAML: "+syntax.Message, "")
	case err != nil:
		p.report(codeShape, n, fmt.Sprintf("%s: %v", f.name, err), "")
	case !isMap(root):
		k.report(codeShape, &manifest.Node{Line: 1, Column: 1}, "a kustomization is "+manifest.KindName(root)+", not a map", "")
	default:
		patch.imported = k.patches(root)
	}
	p.found = append(p.found, k.found...)
}

// kustomizationFile reads a kustomization, which may be named by its folder.
func (k *kustomization) kustomizationFile(n *manifest.Node) *file {
	place, ok := k.inside(n, n.Value)
	if !ok {
		return nil
	}
	if info, err := fs.Stat(k.parser.files, place); err != nil || !info.IsDir() {
		return k.read(n, n.Value)
	}
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		if _, err := fs.Stat(k.parser.files, path.Join(place, name)); err == nil {
			return k.read(n, path.Join(n.Value, name))
		}
	}
	k.report(codeFile, n, fmt.Sprintf("there is no kustomization.yaml in %s", n.Value), "")
	return nil
}

// inside returns the place of a file below the folder of helmx.yaml.
func (k *kustomization) inside(n *manifest.Node, name string) (string, bool) {
	if k.parser.files == nil {
		k.report(codeFile, n, fmt.Sprintf("%s: no files can be read here", name), "")
		return "", false
	}
	if strings.Contains(name, "://") || strings.Contains(name, "?ref=") {
		k.report(codeFile, n, fmt.Sprintf("%s is an address, and only files of this folder are read", name), "download the file, and keep it beside helmx.yaml")
		return "", false
	}
	place, err := filepath.Rel(k.root, filepath.Join(k.folder, filepath.FromSlash(name)))
	if err != nil || !filepath.IsLocal(place) || filepath.IsAbs(name) {
		k.report(codeFile, n, fmt.Sprintf("%s lies outside the folder of helmx.yaml", name), "move the file into the folder")
		return "", false
	}
	return filepath.ToSlash(place), true
}

// read returns a file, by its name relative to the folder of the file that names
// it; what keeps it from being read is reported there.
func (k *kustomization) read(n *manifest.Node, name string) *file {
	place, ok := k.inside(n, name)
	if !ok {
		return nil
	}
	if f := k.files[place]; f != nil {
		return f
	}
	data, err := fs.ReadFile(k.parser.files, place)
	if err != nil {
		k.report(codeFile, n, fmt.Sprintf("reading %s: %v", name, reason(err)), k.meantFile(place))
		return nil
	}
	f := &file{name: filepath.Join(k.folder, filepath.FromSlash(name)), data: data}
	k.files[place] = f
	return f
}

// reason leaves out the path that a message has already.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

func (k *kustomization) meantFile(place string) string {
	entries, _ := fs.ReadDir(k.parser.files, path.Dir(place)) // no entries, no hint
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return diag.DidYouMean(path.Base(place), names)
}

// patches reads the fields of a kustomization.
func (k *kustomization) patches(root *manifest.Node) []Patch {
	var done [stages][]Patch
	add := func(stage int, read func(*manifest.Node) []Patch) func(key, value *manifest.Node) {
		return func(_, v *manifest.Node) {
			if !isNull(v) {
				done[stage] = append(done[stage], read(v)...)
			}
		}
	}
	ignored := func(_, _ *manifest.Node) {}
	known := map[string]func(key, value *manifest.Node){
		"apiVersion": ignored, "metadata": ignored, "kind": func(_, v *manifest.Node) { k.kind(v) },
		"patches":               add(stagePatches, k.patchList),
		"patchesStrategicMerge": add(stageMerges, k.strategicMerges),
		"patchesJson6902":       add(stageJSON, k.jsonPatches),
		"namespace":             add(stageNamespace, k.namespaces),
		"labels":                add(stageLabels, k.labelEntries),
		"commonLabels":          func(key, v *manifest.Node) { done[stageLabels] = append(done[stageLabels], k.commonLabels(key, v)...) },
		"commonAnnotations":     func(key, v *manifest.Node) { done[stageAnnotations] = k.commonAnnotations(key, v) },
		"replicas":              add(stageReplicas, k.replicaEntries),
		"images":                add(stageImages, k.imageEntries),
		"imageTags":             add(stageImages, k.imageEntries),
		"replacements":          add(stageReplacements, k.replacements),
	}
	for name, why := range buildFields {
		known[name] = func(key, v *manifest.Node) {
			if !isNull(v) && (isScalar(v) || len(v.Content) > 0) {
				k.report(codeImport, key, fmt.Sprintf("the kustomization has %s, and only what changes objects that are there is taken from one", name), why)
			}
		}
	}
	k.fields("a kustomization", root, known)
	patches := slices.Concat(done[:]...)
	if len(patches) == 0 && len(k.found) == 0 {
		k.report(codeImport, root, "the kustomization changes nothing", "add patches, labels, commonAnnotations, namespace, images, replicas or replacements")
	}
	if patches == nil {
		patches = []Patch{}
	}
	return patches
}

func (k *kustomization) kind(n *manifest.Node) {
	if n.Value != "Kustomization" && n.Value != "Component" {
		k.report(codeShape, n, fmt.Sprintf("kind is %q, expected Kustomization or Component", n.Value), "")
	}
}

const (
	buildsHint = "this kustomization builds objects; the objects that helmx changes are those of the chart: move the rest into a kustomization of its own, or run kustomize build and helmx one after the other"
	namesHint  = "set metadata.name in patches, and what refers to these objects"
	pluginHint = "helmx runs no plugins of kustomize"
)

// buildFields are the fields of a kustomization that are not imported, with what
// to do in place of each.
var buildFields = map[string]string{
	"resources": buildsHint, "bases": buildsHint, "components": "write an entry kustomize: for each component",
	"configMapGenerator": buildsHint, "secretGenerator": buildsHint, "generatorOptions": buildsHint,
	"helmCharts": buildsHint, "helmGlobals": buildsHint, "helmChartInflationGenerator": buildsHint,
	"namePrefix": namesHint, "nameSuffix": namesHint,
	"generators": pluginHint, "transformers": pluginHint, "validators": pluginHint,
	"configurations": "name the fields in labels[].fields, or write patches with set",
	"openapi":        "to merge lists of custom resources by key, write the patch with merge, which knows the keys of CRDs",
	"crds":           "to merge lists of custom resources by key, write the patch with merge, which knows the keys of CRDs",
	"vars":           "kustomize has replacements in place of vars: kustomize edit fix --vars",
	"sortOptions":    "the order of the objects stays that of the chart", "buildMetadata": "helmx adds no annotations of its own",
}

// imported begins a patch that an entry of the kustomization stands for.
func (k *kustomization) imported(n *manifest.Node, what string) Patch {
	return Patch{
		Name: k.name + ": " + what, Span: k.span(n), Literal: true, Kind: "kustomize", targeted: true, from: k,
		Target: Target{Hook: HookAny, Text: "every object"},
	}
}

// items calls a function for each item of a list, with the name of the item.
func (k *kustomization) items(what string, n *manifest.Node, each func(name string, item *manifest.Node)) {
	if !isList(n) {
		k.report(codeShape, n, what+" is "+manifest.KindName(n)+", not a list", "")
		return
	}
	for i, item := range n.Content {
		each(fmt.Sprintf("%s[%d]", what, i), manifest.Resolve(item))
	}
}

// entry reads a map with known fields.
func (k *kustomization) entry(what string, n *manifest.Node, known map[string]func(key, value *manifest.Node)) bool {
	before := len(k.found)
	if !isMap(n) {
		k.report(codeShape, n, what+" is "+manifest.KindName(n)+", not a map", "")
		return false
	}
	k.fields(what, n, known)
	return len(k.found) == before
}

// into reads a string into a variable.
func (k *kustomization) into(s *string) func(key, value *manifest.Node) {
	return func(key, v *manifest.Node) {
		if isNull(v) {
			return
		}
		if _, isString := manifest.Value(v).(string); !isString {
			k.report(codeShape, v, fmt.Sprintf("%s is %s, not a string", key.Value, manifest.KindName(v)), quoteHint(v))
			return
		}
		*s = v.Value
	}
}

func quoteHint(v *manifest.Node) string {
	if !isScalar(v) {
		return ""
	}
	return fmt.Sprintf("write it in quotes: %q", v.Value)
}

func (k *kustomization) flag(b *bool) func(key, value *manifest.Node) {
	return func(key, v *manifest.Node) { *b = k.bool(key.Value, v) }
}
