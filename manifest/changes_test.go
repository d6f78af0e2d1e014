package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// A changeCase is an entry of a file in testdata/changes:
//
//	==== a name
//	set spec.replicas: 3
//	==== before
//	spec:
//	  replicas: 2
//	==== after
//	spec:
//	  replicas: 3
//
// Below the name stand the changes, one a line, made by one edit: see
// tryChange. "again" before a change begins another edit; "reencoded" says that a
// node has to be written anew; "only plain" that the case makes no sense inside
// another document or with line breaks of Windows. Escapes in backquotes, as `\t`, in the
// texts stand for the character; what ends in "<eof>" has no line break.
type changeCase struct {
	name          string
	edits         [][]string
	reencoded     bool
	plainOnly     bool
	before, after string
}

const noBreak = "<eof>\n"

func readChanges(t *testing.T, file string) []changeCase {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []changeCase
	var into *string
	for line := range strings.SplitAfterSeq(string(text), "\n") {
		name, heading := strings.CutPrefix(line, "==== ")
		name = strings.TrimSpace(name)
		switch c := len(cases) - 1; {
		case heading && name == "before":
			into = &cases[c].before
		case heading && name == "after":
			into = &cases[c].after
		case heading:
			if into != nil {
				*into = strings.TrimSuffix(*into, "\n") // the blank line between cases
			}
			into = nil
			cases = append(cases, changeCase{name: name, edits: [][]string{nil}})
		case into != nil:
			*into += strings.ReplaceAll(unescape(t, line), noBreak, "")
		case c < 0 || strings.TrimSpace(line) == "":
		default:
			cases[c].direction(strings.TrimSpace(line))
		}
	}
	if into != nil {
		*into = strings.TrimSuffix(*into, "\n")
	}
	return cases
}

func (c *changeCase) direction(line string) {
	switch line {
	case "again":
		c.edits = append(c.edits, nil)
	case "reencoded":
		c.reencoded = true
	case "only plain":
		c.plainOnly = true
	default:
		last := len(c.edits) - 1
		c.edits[last] = append(c.edits[last], line)
	}
}

func unescape(t *testing.T, line string) string {
	t.Helper()
	for _, escape := range []string{`\t`, `\ufeff`, `\u00a0`, `\u200d`, `\r`} {
		text, err := strconv.Unquote(`"` + escape + `"`)
		if err != nil {
			t.Fatal(err)
		}
		line = strings.ReplaceAll(line, "`"+escape+"`", text)
	}
	return line
}

// tryChange makes one change of the tree below root:
//
//	set PATH: VALUE       in the node, as `set:` does; missing maps are made
//	put PATH: VALUE       with a new node, as `merge:` does
//	remove PATH
//	rename PATH: KEY
//	append PATH: ITEM     prepend PATH: ITEM
//	insert PATH[I]: ITEM  in front of item I
//	move PATH[I]: J       an item, within its list
//	shift PATH: PATH      a value to another key
//	become PATH: VALUE    by Become
func tryChange(root *Node, change string) error {
	verb, rest, _ := strings.Cut(change, " ")
	pathText, valueText, _ := strings.Cut(rest, ": ")
	path, err := ParsePath(strings.TrimSuffix(pathText, ":"))
	if err != nil {
		return err
	}
	value, err := Parse([]byte(valueText))
	if err != nil {
		return err
	}
	if value == nil {
		value = NewNode(nil)
	}
	if strings.Contains(value.Value, "\n") {
		value = NewString(value.Value) // a block scalar has no place on this line
	}
	return inside(root, path, func(root *Node, path Path) error {
		return changeAt(verb, root, path, Clone(value))
	})
}

// inside goes into embedded documents as far as the path does.
func inside(root *Node, path Path, fn func(root *Node, path Path) error) error {
	i := slices.IndexFunc(path, func(s Step) bool { return s.Kind == Decode })
	if i < 0 {
		return fn(root, path)
	}
	holder := path[:i].Get(root)
	if holder == nil {
		return fmt.Errorf("nothing at %s", path[:i])
	}
	text, _, err := EditText(holder.Value, path[i].Key, func(root *Node) error {
		return inside(root, path[i+1:], fn)
	})
	holder.Value = text
	return err
}

func changeAt(verb string, root *Node, path Path, value *Node) error {
	if len(path) == 0 {
		Become(root, value)
		return nil
	}
	parent, last := root, path[len(path)-1]
	for _, s := range path[:len(path)-1] {
		next := Path{s}.Get(parent)
		if next == nil {
			next = &Node{Kind: yaml.MappingNode, Tag: "!!map"}
			SetKey(parent, s.Key, next)
		}
		parent = next
	}
	if last.Kind == Key && parent.Kind == yaml.ScalarNode {
		parent.Kind, parent.Tag, parent.Value, parent.Style = yaml.MappingNode, "!!map", "", 0
	}
	node := Path{last}.Get(parent)
	switch verb {
	case "set", "put", "remove", "rename", "shift":
		return changeKey(verb, root, parent, node, last, value)
	case "become":
		Become(node, value)
	case "append":
		node.Content = append(node.Content, value)
	case "prepend":
		node.Content = slices.Insert(node.Content, 0, value)
	case "insert":
		parent.Content = slices.Insert(parent.Content, last.Index, value)
	case "move":
		to, err := strconv.Atoi(value.Value)
		if err != nil {
			return err
		}
		parent.Content = slices.Delete(parent.Content, last.Index, last.Index+1)
		parent.Content = slices.Insert(parent.Content, to, node)
	default:
		return fmt.Errorf("no change is called %q", verb)
	}
	return nil
}

func changeKey(verb string, root, parent, node *Node, last Step, value *Node) error {
	k, _ := Lookup(parent, last.Key)
	switch {
	case verb == "remove" && last.Kind == Key:
		RemoveKey(parent, last.Key)
	case verb == "remove":
		parent.Content = slices.DeleteFunc(parent.Content, func(n *Node) bool { return n == node })
	case verb == "rename":
		k.Value, k.Style, k.Tag = value.Value, value.Style, value.Tag
	case verb == "shift":
		to, err := ParsePath(value.Value)
		if err != nil {
			return err
		}
		for i, s := range to {
			if s.Kind == Decode {
				to = to[i+1:]
				break
			}
		}
		RemoveKey(parent, last.Key)
		SetKey(to[:len(to)-1].Get(root), to[len(to)-1].Key, node)
	case node != nil && verb == "set":
		*node = *value
	case last.Kind == Key:
		SetKey(parent, last.Key, value)
	default:
		parent.Content[slices.Index(parent.Content, node)] = value
	}
	return nil
}

// run makes the case's changes in a text, in the document that a path leads to.
func (c *changeCase) run(t *testing.T, before, prefix string) (after string, reencoded []Path) {
	t.Helper()
	d := New([]byte(before), Origin{Line: 1})
	for _, changes := range c.edits {
		result, err := d.Edit(diag.Span{File: "helmx.yaml"}, func(root *Node) error {
			for _, change := range changes {
				verb, rest, _ := strings.Cut(change, " ")
				if verb == "shift" {
					rest = strings.Replace(rest, ": ", ": "+prefix, 1)
				}
				if err := tryChange(root, verb+" "+prefix+rest); err != nil {
					return fmt.Errorf("%s: %w", change, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		reencoded = append(reencoded, result.Reencoded...)
	}
	return string(d.Raw()), reencoded
}

// TestChanges makes every change of testdata/changes, and makes each again in
// other surroundings: with line breaks of Windows, without one at the end,
// below a separator and comments, deep in a list, and in a string.
func TestChanges(t *testing.T) {
	files, err := filepath.Glob("testdata/changes/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		topic := strings.TrimSuffix(filepath.Base(file), ".txt")
		for _, c := range readChanges(t, file) {
			t.Run(topic+"/"+c.name, func(t *testing.T) { c.check(t) })
		}
	}
}

func (c *changeCase) check(t *testing.T) {
	got, reencoded := c.run(t, c.before, "")
	if got != c.after {
		t.Errorf("got:\n%s\nwant:\n%s", got, c.after)
	}
	if len(reencoded) > 0 != c.reencoded {
		t.Errorf("re-encoded: %v", reencoded)
	}
	if got != c.after || c.plainOnly {
		return
	}
	for _, v := range variants {
		if v.unfit != nil && v.unfit(c) {
			continue
		}
		got, again := c.run(t, v.wrap(c.before), v.prefix)
		if want := v.wrap(c.after); got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s", v.name, got, want)
		}
		if len(again) > len(reencoded) {
			t.Errorf("%s: re-encoded %v", v.name, again)
		}
	}
}

// variants are surroundings in which a change must look the same.
var variants = []struct {
	name, prefix string
	wrap         func(string) string
	unfit        func(*changeCase) bool
}{
	{name: "CRLF", wrap: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
	{name: "header", wrap: func(s string) string {
		return "\n---\n# Source: chart/templates/x.yaml\n\n# Copyright\n" + s + "# the end\n"
	}, unfit: endsOpen},
	{name: "below keys", prefix: "spec.inner.", wrap: func(s string) string {
		return "kind: X\nspec:\n  # inner\n  inner:\n" + indentedBy(s, "    ") + "# next\nnext: 1 # one\n"
	}, unfit: func(c *changeCase) bool { return notNested(c) || endsOpen(c) }},
	{name: "below items", prefix: "spec[0].", wrap: func(s string) string {
		return "spec:\n- name: x\n" + indentedBy(s, "  ") + "- name: y\n"
	}, unfit: func(c *changeCase) bool { return notNested(c) || endsOpen(c) }},
	{name: "in a string", prefix: "data.x|yaml.", wrap: func(s string) string {
		return "kind: ConfigMap\ndata:\n  x: |\n" + indentedBy(s, "    ") + "  y: 1\n"
	}, unfit: func(c *changeCase) bool { return notNested(c) || endsOpen(c) }},
}

func indentedBy(s, by string) string {
	lines := strings.SplitAfter(s, "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) != "" {
			lines[i] = by + line
		}
	}
	return strings.Join(lines, "")
}

// endsOpen reports whether a case is about the end of the text.
func endsOpen(c *changeCase) bool {
	return !strings.HasSuffix(c.before, "\n") || !strings.HasSuffix(c.after, "\n") || strings.Contains(c.before+c.after, "|+")
}

// notNested reports whether the text cannot stand inside another document.
func notNested(c *changeCase) bool {
	for line := range strings.SplitSeq(c.before, "\n") {
		if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "{") || strings.HasPrefix(line, "- ") {
			return true
		}
	}
	return strings.HasPrefix(c.before, " ") || strings.Contains(c.before, `"\u`)
}
