package manifest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// randomStep is a change of the node at a path.
type randomStep struct {
	what   string
	path   Path
	size   int // how many children it needs
	change func(n *Node)
}

// anyValue is a value as a patch file has it, with its place there.
func anyValue(r *rand.Rand, line int) *Node {
	texts := []string{"plain", `"quoted"`, "'single'", "12", "true", `"5"`, "|\n  a\n  b\n", "{a: 1, b: [x]}", "a: 1\nb:\n  c: 2\n  d:\n  - x\n  - e: f\n", "- x\n- y\n", "[]", "{}", "null", `"a: b # c"`, "größe, [x]"}
	n, err := Parse([]byte(texts[r.IntN(len(texts))]))
	if err != nil {
		panic(err)
	}
	n = Copy(n)
	var place func(n *Node)
	place = func(n *Node) {
		n.Line += line
		for _, c := range n.Content {
			place(c)
		}
	}
	place(n)
	return n
}

// steps lists changes that patches may make in a tree.
func steps(r *rand.Rand, root *Node, line int) []randomStep {
	var list []randomStep
	Walk(root, func(p Path, n *Node) bool {
		path := slices.Clone(p)
		add := func(what string, change func(n *Node)) {
			list = append(list, randomStep{what + " " + path.String(), path, len(n.Content), change})
		}
		value := anyValue(r, line)
		name := fmt.Sprintf("new%d", r.IntN(4))
		if len(path) > 0 {
			add("set", func(n *Node) { *n = *Copy(value) })
			add("set", func(n *Node) { *n = *Copy(value) })
		}
		switch n.Kind {
		case yaml.MappingNode:
			add("set key of", func(n *Node) { SetKey(n, name, Copy(value)) })
			add("set key of", func(n *Node) { SetKey(n, name, Copy(value)) })
			if len(n.Content) == 0 {
				break
			}
			at := 2 * r.IntN(len(n.Content)/2)
			add("rename key of", func(n *Node) { n.Content[at].Value, n.Content[at].Tag, n.Content[at].Style = name, "!!str", 0 })
			if len(path) > 0 || len(n.Content) > 2 {
				add("remove key of", func(n *Node) { n.Content = slices.Delete(n.Content, at, at+2) })
			}
		case yaml.SequenceNode:
			at := r.IntN(len(n.Content) + 1)
			add("append to", func(n *Node) { n.Content = append(n.Content, Copy(value)) })
			add("insert into", func(n *Node) { n.Content = slices.Insert(n.Content, at, Copy(value)) })
			if at < len(n.Content) {
				add("remove item of", func(n *Node) { n.Content = slices.Delete(n.Content, at, at+1) })
				add("move item of", func(n *Node) {
					item := n.Content[at]
					n.Content = append(slices.Delete(n.Content, at, at+1), item)
				})
			}
		}
		return n.Kind != yaml.AliasNode
	})
	return list
}

// stagedCounts says how often edits were made together.
type stagedCounts struct{ edits, joined, failed int }

// checkStaged makes some changes in a random document, one at a time and staged,
// which must come to the same: text, tree, and where each line is from.
func checkStaged(t *testing.T, seed uint64, counts *stagedCounts) {
	t.Helper()
	text := randomDocument(seed)
	one, together := New([]byte(text), Origin{}), New([]byte(text), Origin{})
	if root, err := one.Root(); err != nil || root == nil {
		return
	}
	r := rand.New(rand.NewPCG(seed, 5))
	done := ""
	for i := range 2 + r.IntN(5) {
		root, err := one.Root()
		if err != nil {
			t.Fatal(err)
		}
		list := steps(r, root, 10*i+10)
		step := list[r.IntN(len(list))]
		done += step.what + "\n"
		by := diag.Span{File: fmt.Sprintf("patch%d", i), Start: diag.Pos{Line: 1}}
		fn := func(root *Node) error {
			if n := step.path.Get(root); n != nil && len(n.Content) >= step.size { // a duplicate key may hide it
				step.change(n)
			}
			return nil
		}
		var within Path
		if r.IntN(2) == 0 {
			within = step.path
		}
		result, err := one.Edit(by, fn)
		if err != nil {
			return // then a run goes back and makes single edits
		}
		changed, err := together.Stage(by, within, fn)
		if errors.Is(err, ErrTogether) {
			counts.failed++
			return
		}
		if err != nil || changed != (len(result.Changed) > 0) {
			t.Fatalf("seed %d: changed is %v, and %v together: %v\n%s\nafter\n%s", seed, len(result.Changed) > 0, changed, err, text, done)
		}
		if one.ID() != together.ID() {
			t.Fatalf("seed %d: %v is %v together", seed, one.ID(), together.ID())
		}
		if tree, err := together.Tree(); err != nil || !Equal(tree, must(one.Root())) {
			t.Fatalf("seed %d: the trees differ: %v\n%s\nafter\n%s", seed, err, text, done)
		}
		counts.edits++
		if together.Staged() && together.staged.edits > 1 {
			counts.joined++
		}
	}
	if err := together.Settle(); errors.Is(err, ErrTogether) {
		counts.failed++
		return
	}
	if string(one.Raw()) != string(together.Raw()) {
		t.Errorf("seed %d:\n%s\nafter\n%s\nbecame\n%s\nand together\n%s", seed, text, done, one.Raw(), together.Raw())
	}
	if !slices.Equal(one.lines, together.lines) {
		t.Errorf("seed %d:\n%s\nafter\n%s\nbecame\n%s\nfrom %v\nand together from %v", seed, text, done, one.Raw(), one.lines, together.lines)
	}
}

func must(n *Node, err error) *Node {
	if err != nil {
		panic(err)
	}
	return n
}

func TestStagedEditsComeToTheSame(t *testing.T) {
	var counts stagedCounts
	for seed := range uint64(2000) {
		checkStaged(t, seed, &counts)
		if t.Failed() {
			return
		}
	}
	if counts.joined < 800 || counts.failed > 20 {
		t.Errorf("of %d edits, only %d joined others, and %d failed together", counts.edits, counts.joined, counts.failed)
	}
}

func FuzzStagedEdits(f *testing.F) {
	f.Add(uint64(5000))
	f.Fuzz(func(t *testing.T, seed uint64) { checkStaged(t, seed, &stagedCounts{}) })
}
