package strategicmerge

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/patch"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// tagged is what the struct tags of k8s.io/api say of a field.
type tagged struct {
	path     []string // field names as JSON has them, without list indexes
	list     bool
	strategy string // patchStrategy, "" for none
	key      string // patchMergeKey
}

// kinds returns every type of k8s.io/api that is an object of its own.
func kinds() map[schema.GroupVersionKind]reflect.Type {
	all := map[schema.GroupVersionKind]reflect.Type{}
	for gvk, typ := range scheme.Scheme.AllKnownTypes() {
		_, meta := typ.FieldByName("ObjectMeta")
		if meta && gvk.Version != "__internal" && strings.HasPrefix(typ.PkgPath(), "k8s.io/api/") {
			all[gvk] = typ
		}
	}
	return all
}

// fields calls visit for every list and map that a type has, however deep.
func fields(typ reflect.Type, path []string, inside []reflect.Type, visit func(tagged)) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || slices.Contains(inside, typ) {
		return
	}
	inside = append(slices.Clip(inside), typ)
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() {
			continue
		}
		if name == "" && (field.Anonymous || strings.Contains(options, "inline")) {
			fields(field.Type, path, inside, visit)
			continue
		}
		at := append(slices.Clip(path), name)
		t := field.Type
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() == reflect.Slice || t.Kind() == reflect.Struct || t.Kind() == reflect.Map {
			visit(tagged{path: at, list: t.Kind() == reflect.Slice, strategy: field.Tag.Get("patchStrategy"), key: field.Tag.Get("patchMergeKey")})
		}
		fields(t, at, inside, visit)
	}
}

// Every list of every kind of Kubernetes is merged by the key that its tag says,
// and by none where it says none.
func TestMergeKeysAreThoseOfTheTypes(t *testing.T) {
	lists := 0
	for gvk, typ := range kinds() {
		apiVersion := gvk.GroupVersion().String()
		fields(typ, nil, nil, func(f tagged) {
			place := apiVersion + " " + gvk.Kind + " " + strings.Join(f.path, ".")
			if replaced := patch.BuiltinReplaced(apiVersion, gvk.Kind, f.path); replaced != (f.strategy == "replace") {
				t.Errorf("%s: strategy %q, and replaced is %v", place, f.strategy, replaced)
			}
			merged := f.list && strings.HasPrefix(f.strategy, "merge")
			keys, set := patch.BuiltinListKeys(apiVersion, gvk.Kind, f.path)
			switch {
			case !merged && (keys != nil || set):
				t.Errorf("%s: keys %q, set %v, and no tag says so", place, keys, set)
			case merged && f.key == "" && !set:
				t.Errorf("%s: it is a set by its tag", place)
			case merged && f.key != "" && !slices.Equal(keys, []string{f.key}):
				t.Errorf("%s: keys %q, and the tag says %q", place, keys, f.key)
			}
			if merged {
				lists++
			}
		})
	}
	if lists < 900 {
		t.Errorf("only %d lists with tags were found", lists)
	}
}

// No entry of the tables is for something that no type has.
func TestNoMergeKeyIsSurplus(t *testing.T) {
	real := map[string]bool{}
	for gvk, typ := range kinds() {
		fields(typ, nil, nil, func(f tagged) {
			if f.strategy == "" || f.strategy == "retainKeys" {
				return
			}
			name := gvk.Group + "/" + gvk.Kind
			path := strings.Join(f.path, ".")
			real[name+" "+path] = true
			real[gvk.GroupVersion().String()+" "+gvk.Kind+" "+path] = true
			if f.path[len(f.path)-1] == "containers" {
				real[name] = true
			}
			real[f.path[len(f.path)-1]] = true
		})
	}
	entries := 0
	for _, table := range []string{"podSpecs", "podLists", "containerLists", "kindLists", "mergedSets", "replacedMaps"} {
		for _, key := range tableKeys(t, table) {
			if entries++; !real[key] {
				t.Errorf("%s has %q, which is no list with a tag", table, key)
			}
		}
	}
	if entries < 80 {
		t.Errorf("only %d entries were read", entries)
	}
}

// tableKeys returns the keys of a table in the source of package patch.
func tableKeys(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../patch/listkeys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != name {
			return true
		}
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			text, err := strconv.Unquote(element.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, text)
		}
		return false
	})
	if keys == nil {
		t.Fatalf("there is no table %s", name)
	}
	return keys
}
