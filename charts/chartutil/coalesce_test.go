package chartutil

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"
)

// newChart makes a chart of its values, in YAML, and its subcharts.
func newChart(t testing.TB, name, values string, subs ...*chart.Chart) *chart.Chart {
	t.Helper()
	ch := &chart.Chart{Metadata: &chart.Metadata{Name: name, Version: "1.0.0"}, Values: table(t, values)}
	ch.AddDependency(subs...)
	return ch
}

func table(t testing.TB, text string) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The expectations are what Helm 3.22.0 prints for `{{ toYaml .Values }}` of
// the same chart and values.
func TestCoalesceValues(t *testing.T) {
	for _, test := range []struct{ name, values, sub, user, want string }{
		{"user wins", "{a: 1, b: {c: 1, d: 2}}", "{}", "{a: 2, b: {c: 3}}", "{a: 2, b: {c: 3, d: 2}, sub: {global: {}}}"},
		{"lists are replaced", "{a: [1, 2]}", "{}", "{a: [3]}", "{a: [3], sub: {global: {}}}"},
		{"null removes", "{a: 1, b: {c: 1, d: {e: 1}}}", "{}", "{a: null, b: {c: null, d: null}}", "{b: {}, sub: {global: {}}}"},
		{"a null without a default stays", "{a: {b: 1}}", "{}", "{x: null, a: {y: null}}", "{x: null, a: {b: 1, y: null}, sub: {global: {}}}"},
		{"a null default stays", "{a: null, b: {c: null}}", "{}", "{b: {}}", "{a: null, b: {c: null}, sub: {global: {}}}"},
		{"subchart", "{sub: {a: 1}}", "{a: 0, b: 0}", "{sub: {c: 2}}", "{sub: {a: 1, b: 0, c: 2, global: {}}}"},
		{"parent's null removes from the subchart", "{sub: {a: null, b: {c: null}}}", "{a: 0, b: {c: 0, d: 0}}", "{}", "{sub: {b: {d: 0}, global: {}}}"},
		{"user's null removes from the subchart", "{sub: {x: 1}}", "{a: 0, b: {c: 0, d: 0}}", "{sub: {a: null, b: {c: null}}}", "{sub: {x: 1, b: {d: 0}, global: {}}}"},
		{"globals", "{global: {a: 1, t: {x: 1}}}", "{global: {a: 0, b: 0, t: {y: 2}}}", "{}", "{global: {a: 1, t: {x: 1}}, sub: {global: {a: 1, b: 0, t: {x: 1, y: 2}}}}"},
		{"global tables leak from the second level on", "{global: {t: {u: {x: 1}}}}", "{global: {t: {u: {y: 2}}}}", "{}", "{global: {t: {u: {x: 1, y: 2}}}, sub: {global: {t: {u: {x: 1, y: 2}}}}}"},
		{"global is no table", "{global: 1}", "{a: 1}", "{}", "{global: 1, sub: {a: 1}}"},
		{"table over scalar", "{a: 1, b: {c: 1}}", "{}", "{a: {x: 1}, b: {c: {x: 1}}}", "{a: {x: 1}, b: {c: {x: 1}}, sub: {global: {}}}"},
		{"scalar over table", "{a: {x: 1}, b: {c: {x: 1}}}", "{}", "{a: 1, b: {c: 1}}", "{a: 1, b: {c: 1}, sub: {global: {}}}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := newChart(t, "top", test.values, newChart(t, "sub", test.sub))
			user := table(t, test.user)
			got, err := CoalesceValues(ch, user, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(table(t, test.want), map[string]any(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(table(t, test.user), user); diff != "" {
				t.Errorf("the user's values changed:\n%s", diff)
			}
			if diff := cmp.Diff(table(t, test.values), ch.Values); diff != "" {
				t.Errorf("the chart's values changed:\n%s", diff)
			}
		})
	}
}

func TestMergeValuesKeepsNulls(t *testing.T) {
	ch := newChart(t, "top", "{a: 1, b: {c: 1}}")
	got, err := MergeValues(ch, table(t, "{a: null, b: {c: null}}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(table(t, "{a: null, b: {c: null}}"), map[string]any(got)); diff != "" {
		t.Error(diff)
	}
}

func TestCoalesceWarns(t *testing.T) {
	for _, test := range []struct{ name, values, sub, user, want string }{
		{"nothing wrong", "{a: {b: 1}}", "{c: 1}", "{a: {b: 2}, sub: {c: null}}", ""},
		{"table over scalar", "{a: 1}", "{}", "{a: {x: 1}}", "a: a table replaces the chart's default, which is a number"},
		{"nested table over scalar", "{a: {b: s}}", "{}", "{a: {b: {x: 1}}}", "a.b: a table replaces the chart's default, which is a string"},
		{"scalar over nested table", "{}", "{a: {b: {}}}", "{sub: {a: {b: true}}}", "sub.a.b: a boolean replaces the chart's default, which is a table"},
		{"global", "{global: []}", "{}", "{}", "global: global is a list and not a table, so it is not passed on to subcharts"},
		{"subchart's global", "{}", "{}", "{sub: {global: s}}", "sub.global: the globals of the parent are not passed on, since global is a string here and not a table"},
		{"global table", "{global: {a: {}}}", "{}", "{sub: {global: {a: 1}}}", "sub.global.a: the parent's global table is not passed on, since the subchart has a number here"},
		{"global scalar", "{global: {a: 1}}", "{}", "{sub: {global: {a: {}}}}", "sub.global.a: the parent's global is a number and not passed on, since the subchart has a table here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			ch := newChart(t, "top", test.values, newChart(t, "sub", test.sub))
			_, err := CoalesceValues(ch, table(t, test.user), func(w Warning) {
				got = append(got, strings.Join(w.Path, ".")+": "+w.Message)
			})
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, "\n"); s != test.want {
				t.Errorf("got %q, want %q", s, test.want)
			}
		})
	}
}

func TestCoalesceTypeError(t *testing.T) {
	ch := newChart(t, "top", "{}", newChart(t, "sub", "{}", newChart(t, "deep", "{}")))
	_, err := CoalesceValues(ch, table(t, "{sub: {deep: hidden}}"), nil)
	mismatch, ok := err.(*TypeError)
	if !ok || !slices.Equal(mismatch.Path, []string{"sub", "deep"}) {
		t.Fatalf("got %v", err)
	}
	if want := "type mismatch on deep: expected the values of the subchart, a table, found a string"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestCoalesceSharesNothing(t *testing.T) {
	ch := newChart(t, "top", "{a: {b: [{c: 1}]}}")
	user := table(t, "{x: {w: [{z: 1}]}}")
	got, err := CoalesceValues(ch, user, nil)
	if err != nil {
		t.Fatal(err)
	}
	got["a"].(map[string]any)["b"].([]any)[0].(map[string]any)["c"] = "changed"
	got["x"].(map[string]any)["w"].([]any)[0].(map[string]any)["z"] = "changed"
	if diff := cmp.Diff(table(t, "{a: {b: [{c: 1}]}}"), ch.Values); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(table(t, "{x: {w: [{z: 1}]}}"), user); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkCoalesceValues(b *testing.B) {
	inner := "{a: {b: {c: {d: 1, e: [1, 2, 3]}, f: text}, g: {h: {}}}, i: 1, j: {k: null, l: true}}"
	ch := newChart(b, "top", inner, newChart(b, "one", inner), newChart(b, "two", inner, newChart(b, "three", inner)))
	user := table(b, "{a: {b: {f: other}}, one: {i: 2}, two: {three: {j: {l: false}}}, global: {x: {y: 1}}}")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := CoalesceValues(ch, user, nil); err != nil {
			b.Fatal(err)
		}
	}
}
