package helmyaml

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sigs "sigs.k8s.io/yaml"
)

// taken is YAML that the fast reader has to read itself.
var taken = []string{
	"a: 1\n",
	"a: b\nc:\n  d: e\n  f:\n    - g\n    - h: i\n      j: k\n",
	"a:\n- b\n- c:\n  - d\n-\n  e\n- - f\n  - g\nh: i",
	"- a\n- b: c\n",
	"# comment\n\na: b # comment\n# another\n  # indented\nc:   # comment\n  d\n",
	"a: plain over\n  two lines\n\n  and a third\nb: c\n",
	"a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\n\nc: |+\n  x\n\n\nd: >\n  fold\n  ed\n\n  text\n   more\n  less\ne: >-\n  x",
	"a: |2\n    indented\n  less\nb: |1-\n  x\n",
	"- |\n a\n- >-\n  b\n  c\n",
	"a: |\nb: |+\n\nc: x\n",
	"a: 'single ''quoted'' text'\nb: \"double \\\"q\\\" \\n \\t \\u00e9 \\\\\"\nc: 'over\n  lines\n\n  here '\nd: \"over\n  lines \\n\n  x\"\n",
	"\"quoted key\": 1\n'other': 2\n\"a:b\": c\n",
	"a: []\nb: {}\nc: [x, 'y', \"z\", 1, true]\nd: {a: b, c: 'd'}\ne: [ ]\n",
	"a: yes\nb: No\nc: on\nd: null\ne: ~\nf:\ng: 1.5\nh: 1e3\ni: 0x1f\nj: 010\nk: 1_000\nl: 2001-01-01\nm: 10.0.0.1\nmm: 100m\nmo: .5\np: -1\nq: -0\nr: 12345678901234567890\ns: 0b11\nts: y\nu: 1:30\nv: +1\nw: 0o17\nx: 1.\n",
	"a: http://x.y/z?q=1#f\nb: a:b\nc: a#b\nd: -x\ne: ?x\nf: :x\ng: a - b\nh: \"\"\ni: ''\n",
	"é: ü\nx: \u2014 dash\nm: \u00a0\n",
	"a: b\n\n\n",
	"  a: b\n  c: d\n",
	"a b: c d\nkey : x\n",
}

// left is YAML, or no YAML, that the fast reader has to leave to the library.
var left = []string{
	"", "# only", "text", "a", "1", "[a, b]", "---\na: b\n", "a: b\n---\nc: d\n", "a: b\n...\n",
	"a: &x b\nc: *x\n", "a: !!str 1\n", "%YAML 1.1\n---\na: b\n", "? a\n: b\n", "<<: {a: b}\n",
	"a: b: c\n", "a: b\n c: d\n", "a:\n  b: c\n d: e\n", "a: 'x\n", "a: \"x\\q\"\n", "a: [b\n", "a: {b\n",
	"\ta: b\n", "a:\tb\n", "a: b\tc\n", "a: b\r\n", "a: \x01\n", "a: \xff\n", "\ufeffa: b\n", "a: \u2028\n",
	"1: a\n", "true: a\n", "~: a\n", "a: .nan\n", "a: .inf\n", "a: b\na: c\n", "a: [b, [c]]\n", "a: 'b' c\n",
	"- a\nb: c\n", "a: b\n- c\n", "a: - b\n", "a: `x\n", "a: @x\n", "a: %x\n", ": a\n", "a: |x\n b\n", "a: x\n  b: c\n",
	"a: \"x\\\n  y\"\n", "a: 'x\n---\n'\n", "a: |\n   \n  x\n", "a: |\n\tx\n",
}

func TestReadTakesAndLeaves(t *testing.T) {
	for _, text := range taken {
		if _, ok := read(text); !ok {
			t.Errorf("left to the library: %q", text)
		}
		agree(t, text)
	}
	for _, text := range left {
		if _, ok := read(text); ok {
			t.Errorf("read, although it is unusual: %q", text)
		}
		agree(t, text)
	}
}

// agree compares with the library in all ways in which templates can ask.
func agree(t *testing.T, text string) {
	t.Helper()
	if v, ok := read(text); ok {
		var want any
		if err := sigs.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("read %q\n although %v", text, err)
		}
		if d := cmp.Diff(want, v); d != "" {
			t.Fatalf("%q\n%s", text, d)
		}
	}
	if h, ok := fastHead(text); ok {
		var want SimpleHead
		if err := sigs.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("head of %q\n although %v", text, err)
		}
		if d := cmp.Diff(want, h); d != "" {
			t.Fatalf("head of %q\n%s", text, d)
		}
	}
}

// FuzzRead puts texts together from pieces that matter to YAML, so that most of
// them nearly are.
func FuzzRead(f *testing.F) {
	for _, text := range taken {
		f.Add(text)
	}
	for _, text := range left {
		f.Add(text)
	}
	f.Add("kind: Job\nmetadata:\n  name: a\n  annotations:\n    helm.sh/hook: test\n    b: 'c'\n")
	f.Fuzz(func(t *testing.T, text string) { agree(t, text) })
}

// TestReadMutations changes usual YAML in small ways.
func TestReadMutations(t *testing.T) {
	pieces := []string{"\n", " ", "  ", "- ", ": ", ":", "#", " # c", "'", "\"", "|", ">", "|-\n", "\n\n", "a", "1", "~", "yes", "[", "]", "{}", "\\", "\n  ", "\n- ", "---\n", "\t", "&", "é", ".", ","}
	for _, text := range taken {
		for i := range len(text) {
			agree(t, text[:i])
			agree(t, text[:i]+text[i+1:])
			for _, p := range pieces {
				agree(t, text[:i]+p+text[i:])
			}
		}
	}
}

func TestReadCRDs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "crd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := read(string(text)); !ok {
		t.Error("a CRD as controller-gen writes it is left to the library")
	}
	agree(t, string(text))
	if _, ok := fastHead("# comment\n" + string(text)); !ok {
		t.Error("the head of a CRD is left to the library")
	}
}

func BenchmarkRead(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("testdata", "crd.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	s := strings.TrimSpace(string(text))
	b.Run("fromYaml", func(b *testing.B) {
		b.SetBytes(int64(len(s)))
		b.ReportAllocs()
		for b.Loop() {
			FromYAML(s)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(len(s)))
		b.ReportAllocs()
		for b.Loop() {
			m := map[string]any{}
			if err := sigs.Unmarshal([]byte(s), &m); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("head", func(b *testing.B) {
		b.SetBytes(int64(len(s)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadHead(s); err != nil {
				b.Fatal(err)
			}
		}
	})
}
