package helmyaml

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sigs "sigs.k8s.io/yaml"
)

func agreeWrite(t *testing.T, v any) {
	t.Helper()
	got, ok := write(v)
	if !ok {
		return
	}
	want, err := sigs.Marshal(v)
	if err != nil || string(want) != got {
		t.Fatalf("%#v\ngot:\n%s\nwant (%v):\n%s", v, got, err, want)
	}
}

func TestWrite(t *testing.T) {
	long := strings.Repeat("some words and ", 12)
	strs := []string{"", "a", " a", "a ", "a: b", "a:", ":", ": a", "-", "- a", "-a", "---", "--- a", "...", "#", "a #b", "a#b", "yes", "y", "Yes", "null", "~", "1", "1.5", "1e3", "0x1f", "010", "1_000", "2001-01-01", "12:30", "10.0.0.1", "+", "-1", ".5", ".", ".nan", "<<", "=", "a\nb", "a\n", "\n", "\n\n", "a\n\n", " a\nb", "a \nb", "a\n b", "a\n ", "\na", "a'b", "'a", "\"a", "a\"b", "a\\b", "{a", "[a]", "%a", "@a", "`a", "!a", "&a", "*a", "|", ">", "?", "? a", "?a", "é", "日本", long, long + "x", " " + long, "'" + long + "x", long + ": " + long + "x", "# " + long + "'quoted' x", strings.Repeat("x", 100) + " y z", strings.Repeat("é ", 60) + "x", "a  b " + long + "  two  " + long + "x", long + "\n " + long + " \nx", "\"" + long + "x", "yes " + long + "x", "a\\ \n" + strings.ReplaceAll(long, " ", "  ") + "\"x", "\t", "a\tb", "\x00", "\x7f", "\u0085", "\ufeff", "😀", "\xff", "true", "on", "off"}
	for _, s := range strs {
		agreeWrite(t, s)
		agreeWrite(t, map[string]any{"k": s, "l": []any{s, []any{s, map[string]any{"m": s}}}})
		agreeWrite(t, map[string]any{s: 1.0, "b": map[string]any{s: map[string]any{s: nil}}})
	}
	for _, f := range []float64{0, -1, 1e6, 1.5, 1e15, 1e16, 9e18, 1e19, 1.8e19, 1e20, 1e21, 1e22, 1e-6, 1e-7, 123456789.5, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 53, -9.3e18, 100000.25} {
		agreeWrite(t, map[string]any{"k": f})
	}
	agreeWrite(t, map[string]any{"a": map[string]any{}, "b": []any{}, "c": map[string]any(nil), "d": []any(nil), "e": map[string]string{"x": "1"}, "f": []string{"y", "n"}, "g": true, "h": int64(5), "i": []any{map[string]any{}, []any{}, []any{[]any{}}, map[string]any{"a": []any{1, 2}}}})
	type named map[string]any
	agreeWrite(t, named{"a": named{"b": 1}})
	if _, ok := write(named{"a": named{"b": 1}}); !ok {
		t.Error("a named map is left to the library")
	}
	cyclic := map[string]any{}
	cyclic["x"] = cyclic
	if got := ToYAML(cyclic); got != "" {
		t.Errorf("a cycle gives %q", got)
	}
}

func TestWriteRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "B", "z", "0", "1", "9", "x1", "x10", " ", "  ", "\n", ":", ": ", "#", " #", "-", "'", "\"", "\\", ".", "_", "/", "é", "yes", "word ", "longer words ", ",", "{", "}"}
	text := func() string {
		var b strings.Builder
		for range r.IntN(30) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return b.String()
	}
	var tree func(depth int) any
	tree = func(depth int) any {
		switch n := r.IntN(8); {
		case n < 2 && depth > 0:
			m := map[string]any{}
			for range r.IntN(6) {
				m[text()] = tree(depth - 1)
			}
			return m
		case n < 4 && depth > 0:
			var list []any
			for range r.IntN(4) {
				list = append(list, tree(depth-1))
			}
			return list
		case n == 4:
			return math.Round(r.NormFloat64()*1e6) / 100
		}
		return text()
	}
	written := 0
	for range 20000 {
		v := tree(4)
		if _, ok := write(v); ok {
			written++
		}
		agreeWrite(t, v)
	}
	if written < 10000 {
		t.Errorf("only %d of 20000 trees were written", written)
	}
}

func BenchmarkWrite(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("testdata", "crd.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	m := FromYAML(string(text))
	b.Run("toYaml", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			ToYAML(m)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := sigs.Marshal(m); err != nil {
				b.Fatal(err)
			}
		}
	})
}
