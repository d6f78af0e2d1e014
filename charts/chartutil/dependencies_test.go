package chartutil

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"
)

// declare gives a chart the dependencies of a Chart.yaml.
func declare(t testing.TB, ch *chart.Chart, dependencies string) *chart.Chart {
	t.Helper()
	if dependencies == "" {
		return ch // as of a Chart.yaml that does not have the key
	}
	ch.Metadata.Dependencies = []*chart.Dependency{}
	if err := yaml.Unmarshal([]byte(dependencies), &ch.Metadata.Dependencies); err != nil {
		t.Fatal(err)
	}
	return ch
}

// shape lists the charts of a tree by their path in values.
func shape(ch *chart.Chart) []string {
	paths := []string{}
	for _, sub := range ch.Dependencies() {
		paths = append(paths, sub.Name())
		for _, below := range shape(sub) {
			paths = append(paths, sub.Name()+"."+below)
		}
	}
	return paths
}

func TestEnableDependencies(t *testing.T) {
	const one = "[{name: one, version: '*'"
	for _, test := range []struct{ name, declared, user, want, warns string }{
		{"undeclared charts stay", "[]", "{}", "one one.deep two", ""},
		{"without declarations nothing is looked into", "", "{tags: {below: false}}", "one one.deep two", ""},
		{"undeclared charts come first", "[{name: one, version: 1.x}]", "{}", "two one one.deep", ""},
		{"version does not match", "[{name: one, version: 2.x}]", "{}", "one one.deep two", ""},
		{"no version matches nothing", "[{name: one}]", "{one: {enabled: false}}", "one one.deep two", ""},
		{"alias", "[{name: one, version: 1.x, alias: uno}]", "{}", "two uno uno.deep", ""},
		{"twice", "[{name: two, version: 1.x}, {name: two, version: 1.x, alias: dos}]", "{}", "one one.deep two dos", ""},
		{"condition off", one + ", condition: one.enabled}]", "{one: {enabled: false}}", "two", ""},
		{"condition on", one + ", condition: one.enabled}]", "{one: {enabled: true}}", "two one one.deep", ""},
		{"condition without value", one + ", condition: one.enabled}]", "{}", "two one one.deep", ""},
		{"first boolean counts", one + ", condition: 'a,one.enabled,b'}]", "{one: {enabled: false}, b: true}", "two", ""},
		{"conditions are not trimmed", one + ", condition: 'a, b'}]", "{b: false}", "two one one.deep", ""},
		{"condition is no boolean", one + ", condition: 'a,b'}]", "{a: 'no', b: false}", "two",
			"a: condition a of dependency one: expected true or false, found a string; it is ignored"},
		{"condition of an alias", one + ", alias: uno, condition: uno.enabled}]", "{uno: {enabled: false}}", "two", ""},
		{"tag off", one + ", tags: [x, w]}]", "{tags: {x: false}}", "two", ""},
		{"one tag on", one + ", tags: [x, w]}]", "{tags: {x: false, w: true}}", "two one one.deep", ""},
		{"condition beats tag", one + ", tags: [x], condition: one.enabled}]", "{tags: {x: false}, one: {enabled: true}}", "two one one.deep", ""},
		{"tag is no boolean", one + ", tags: [x]}]", "{tags: {x: 0}}", "two one one.deep", "tags.x: tag of dependency one: expected true or false, found a number"},
		{"tags reach down", one + "}]", "{tags: {below: false}}", "two one", ""},
		{"conditions count from their chart", one + "}]", "{one: {deep: {use: false}}}", "two one", ""},
		{"all off", "[{name: one, version: 1.x, condition: use}, {name: two, version: 1.x, condition: use}]", "{use: false}", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			one := newChart(t, "one", "{}", newChart(t, "deep", "{}"))
			declare(t, one, "[{name: deep, version: 1.x, tags: [below], condition: deep.use}]")
			ch := declare(t, newChart(t, "top", "{}", one, newChart(t, "two", "{}")), test.declared)
			before := shape(ch)
			processed := Clone(ch)
			var warns []string
			err := EnableDependencies(processed, table(t, test.user), func(w Warning) { warns = append(warns, strings.Join(w.Path, ".")+": "+w.Message) })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Fields(test.want), shape(processed)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if got := strings.Join(warns, "\n"); got != test.warns {
				t.Errorf("warnings: got %q, want %q", got, test.warns)
			}
			if diff := cmp.Diff(before, shape(ch)); diff != "" {
				t.Errorf("the original changed:\n%s", diff)
			}
			if name := ch.Metadata.Dependencies; len(name) > 0 && name[0].Alias != "" && name[0].Name == name[0].Alias {
				t.Error("the original's declaration was renamed")
			}
		})
	}
}

// An alias that is used twice shares the declarations below it, so that the
// second one no longer finds what the first has renamed. Helm does the same.
func TestAliasInsideAlias(t *testing.T) {
	one := declare(t, newChart(t, "one", "{}", newChart(t, "deep", "{}")), "[{name: deep, version: 1.x, alias: low}]")
	ch := declare(t, newChart(t, "top", "{}", one), "[{name: one, version: 1.x, alias: a}, {name: one, version: 1.x, alias: b}]")
	if err := EnableDependencies(ch, nil, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "a.low", "b", "b.deep"}, shape(ch)); diff != "" {
		t.Error(diff)
	}
}

func TestImportValues(t *testing.T) {
	const sub = "{exports: {data: {a: 1, t: {x: 1, y: null}}}, own: {b: 2}, none: null}"
	for _, test := range []struct{ name, imports, values, want, warns string }{
		{"exports", "[data]", "{}", "{a: 1, t: {x: 1, y: null}}", ""},
		{"the parent wins", "[data]", "{a: 0, t: {x: 0}}", "{a: 0, t: {x: 0, y: null}}", ""},
		{"the parent's null wins", "[data]", "{a: null}", "{a: null, t: {x: 1, y: null}}", ""},
		{"child and parent", "[{child: own, parent: into.here}]", "{}", "{into: {here: {b: 2}}}", ""},
		{"to the root", "[{child: own, parent: .}]", "{}", "{b: 2}", ""},
		{"both forms", "[data, {child: own, parent: t}]", "{}", "{a: 1, t: {x: 1, y: null, b: 2}}", ""},
		{"missing", "[nothing, {child: none, parent: x}]", "{}", "{}",
			`sub: import-values: subchart sub has no table exports.nothing to import ("nothing" is not a table)` + "\n" +
				`sub: import-values: subchart sub has no table none to import ("none" is not a table)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := newChart(t, "top", test.values, newChart(t, "sub", sub))
			declare(t, ch, "[{name: sub, version: '*', import-values: "+test.imports+"}]")
			var warns []string
			if err := processDependencies(ch, nil, func(w Warning) { warns = append(warns, strings.Join(w.Path, ".")+": "+w.Message) }); err != nil {
				t.Fatal(err)
			}
			got := ch.Values
			delete(got, "sub")
			if diff := cmp.Diff(table(t, test.want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if s := strings.Join(warns, "\n"); s != test.warns {
				t.Errorf("warnings: got %q, want %q", s, test.warns)
			}
		})
	}
}

// Templates can print the declarations, and Helm leaves the imports in them in
// one form.
func TestImportValuesNormalised(t *testing.T) {
	ch := newChart(t, "top", "{}", newChart(t, "sub", "{exports: {data: {}}}"))
	declare(t, ch, "[{name: sub, version: '*', import-values: [data, {child: a, parent: b}]}]")
	if err := processDependencies(ch, nil, nil); err != nil {
		t.Fatal(err)
	}
	want := []any{map[string]string{"child": "exports.data", "parent": "."}, map[string]string{"child": "a", "parent": "b"}}
	if diff := cmp.Diff(want, ch.Metadata.Dependencies[0].ImportValues); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkProcessDependencies(b *testing.B) {
	values := "{a: {b: {c: 1}}, exports: {data: {x: 1}}}"
	ch := newChart(b, "top", values, newChart(b, "one", values), newChart(b, "two", values))
	declare(b, ch, "[{name: one, version: '*', import-values: [data]}, {name: two, version: '*', condition: two.enabled}]")
	b.ReportAllocs()
	for b.Loop() {
		if err := processDependencies(Clone(ch), nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// processDependencies does both halves, as charts.Resolve does.
func processDependencies(ch *chart.Chart, vals map[string]any, warn WarnFunc) error {
	if err := EnableDependencies(ch, vals, warn); err != nil {
		return err
	}
	return ImportValues(ch, warn)
}
