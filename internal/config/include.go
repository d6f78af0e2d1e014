package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/patch"
)

// Included is a file that helmx.yaml includes. Its comments are in the JSON
// Schema, as those of Config are.
type Included struct {
	// Always helmx.dev/v1alpha1; may be left out.
	APIVersion string `yaml:"apiVersion"`
	// Always Config; may be left out.
	Kind string `yaml:"kind"`
	// Files with more patches, which run before those of this file; paths are relative to it.
	Include []Include `yaml:"include"`
	// Changes to the rendered manifests, in order; see docs/patches.md.
	Patches *yaml.Node `yaml:"patches"`
}

// short makes an entry of a path alone.
func (i *Include) short(text string) { i.Path = text }

// placeIncludes notes where the entries of include are written, and reports
// those without a path.
func placeIncludes(d *decoder, root *yaml.Node, includes []Include) {
	for i := range includes {
		n := find(root, "include").Content[i]
		includes[i].at = d.span(n)
		if includes[i].Path == "" && !d.findings.HasErrors() {
			d.add(n, "CF003", "include[%d] has no path", i).Hint = "write a glob such as patches/*.yaml, or {path: ../shared/*.yaml, outside: true}"
		}
	}
}

// patchFile is a file that holds patches.
type patchFile struct {
	name    string
	patches *yaml.Node
}

// patchFiles are the included files, in the order in which their patches run,
// and the file itself at the end.
func (c *Config) patchFiles() ([]patchFile, diag.List) {
	r := &includer{first: map[string]diag.Span{}}
	r.file(c.file, realPath(c.file), c.Include, c.Patches)
	return r.files, r.findings
}

// includer reads included files, depth first.
type includer struct {
	files    []patchFile
	findings diag.List
	open     []openFile           // the files that are being read, from the outermost
	first    map[string]diag.Span // where a file was included, by its real path
}

type openFile struct{ name, real string }

func (r *includer) add(at diag.Span, code, message, hint string) {
	r.findings = append(r.findings, diag.Diagnostic{Code: code, Severity: diag.Error, Span: at, Message: message, Hint: hint})
}

// file takes the patches of a file, after those of the files it includes.
func (r *includer) file(name, real string, includes []Include, patches *yaml.Node) {
	r.open = append(r.open, openFile{name, real})
	for _, i := range includes {
		r.include(filepath.Dir(name), i)
	}
	r.open = r.open[:len(r.open)-1]
	r.files = append(r.files, patchFile{name, patches})
}

// include reads the files of one entry of a file in folder.
func (r *includer) include(folder string, i Include) {
	if !i.Outside && !filepath.IsLocal(filepath.FromSlash(i.Path)) {
		r.outside(i, "it")
		return
	}
	matches, err := matching(folder, i.Path)
	switch {
	case err != nil:
		r.add(i.at, "CF005", fmt.Sprintf("include %s: %v", i.Path, err), "")
	case len(matches) == 0:
		r.add(i.at, "CF006", fmt.Sprintf("include %s matches no file", i.Path), "the path is relative to "+orHere(folder))
	}
	for _, name := range matches {
		r.match(folder, name, i)
	}
}

func orHere(folder string) string {
	if folder == "." {
		return "the folder of this file"
	}
	return folder
}

func (r *includer) outside(i Include, name string) {
	r.add(i.at, "CF007", fmt.Sprintf("include %s: %s lies outside the folder of this file", i.Path, name),
		fmt.Sprintf("to allow it, write {path: %s, outside: true}", i.Path))
}

// match reads one file that an entry matches.
func (r *includer) match(folder, name string, i Include) {
	real := realPath(name)
	if rel, err := filepath.Rel(realPath(folder), real); !i.Outside && (err != nil || !filepath.IsLocal(rel)) {
		r.outside(i, fmt.Sprintf("%s is a link to %s, which", name, real))
		return
	}
	if at := slices.IndexFunc(r.open, func(f openFile) bool { return f.real == real }); at >= 0 {
		var circle []string
		for _, f := range append(slices.Clone(r.open[at:]), openFile{name: name}) {
			circle = append(circle, f.name)
		}
		r.add(i.at, "CF008", "files that include each other: "+strings.Join(circle, " -> "), "")
		return
	}
	if first, twice := r.first[real]; twice {
		r.add(i.at, "CF008", fmt.Sprintf("%s is included twice", name), "")
		r.findings[len(r.findings)-1].Related = []diag.Related{{Span: first, Message: "the first include of it"}}
		return
	}
	r.first[real] = i.at
	data, err := os.ReadFile(name)
	if err != nil {
		r.add(i.at, "CF005", fmt.Sprintf("include: %v", err), unreadableHint(name))
		return
	}
	r.parse(name, real, data)
}

// unreadableHint helps with a file that was named and is not there.
func unreadableHint(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Sprintf("for the files in a folder write %s/*.yaml", filepath.Base(name))
	}
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(name)) // no entries, no hint
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return diag.DidYouMean(filepath.Base(name), names)
}

func (r *includer) parse(name, real string, data []byte) {
	d := decoder{file: name, unknown: onlyInMain}
	var f Included
	if root, ok := d.parse(data); ok {
		d.decode(root, &f)
		if f.APIVersion != "" {
			d.constant(root, "apiVersion", APIVersion, f.APIVersion)
		}
		if f.Kind != "" {
			d.constant(root, "kind", Kind, f.Kind)
		}
		placeIncludes(&d, root, f.Include)
	}
	r.findings = append(r.findings, d.findings...)
	if !d.findings.HasErrors() {
		r.file(name, real, f.Include, f.Patches)
	}
}

// onlyInMain is the hint for a key that an included file cannot have.
func onlyInMain(key string) string {
	for f := range reflect.TypeFor[Config]().Fields() {
		if f.Tag.Get("yaml") == key {
			return "an included file holds patches alone; say it in helmx.yaml"
		}
	}
	return ""
}

// realPath follows symbolic links as far as the path exists.
func realPath(name string) string {
	name, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	if parent := filepath.Dir(name); parent != name {
		return filepath.Join(realPath(parent), filepath.Base(name))
	}
	return name
}

// matching returns the files that a glob matches in a folder, sorted. A path
// without a glob is returned whether it exists or not. As in a shell, a pattern
// does not match names that begin with a dot.
func matching(folder, glob string) ([]string, error) {
	found := []string{folder}
	if filepath.IsAbs(glob) {
		found = []string{filepath.VolumeName(glob) + string(filepath.Separator)}
	}
	parts := strings.Split(strings.Trim(filepath.ToSlash(glob), "/"), "/")
	for _, part := range parts {
		var next []string
		for _, dir := range found {
			inside, err := step(dir, part)
			if err != nil {
				return nil, err
			}
			next = append(next, inside...)
		}
		found = next
	}
	if strings.ContainsAny(glob, "*?[") {
		found = slices.DeleteFunc(found, func(name string) bool {
			info, err := os.Stat(name)
			return err != nil || !info.Mode().IsRegular()
		})
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// step follows one part of a glob.
func step(dir, part string) ([]string, error) {
	if part == "**" {
		return foldersBelow(dir)
	}
	if !strings.ContainsAny(part, "*?[") {
		return []string{filepath.Join(dir, part)}, nil
	}
	pattern, err := patch.ParsePattern(part)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	var found []string
	for _, e := range entries {
		if pattern.Match(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	return found, err
}

// foldersBelow returns a folder and all those in it.
func foldersBelow(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == dir:
			return nil
		case err != nil || !e.IsDir():
			return err
		case path != dir && strings.HasPrefix(e.Name(), "."):
			return filepath.SkipDir
		}
		found = append(found, path)
		return nil
	})
	return found, err
}
