package reads

import (
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// Input is what a chart's templates are made of.
type Input struct {
	Trees map[string]*parse.Tree // by template name: files, and what they define
	Files []File                 // the templates that are executed
	// Charts are the paths at which the values of the chart and of its subcharts
	// stand in those of the top chart; the top one's is empty.
	Charts [][]string
	// Texts are what tpl was given or may be given, parsed.
	Texts []*parse.Tree
	// Conditions are values that decide about dependencies.
	Conditions [][]string
	// Uses asks for each single use, too.
	Uses bool
}

// File is a template that is executed, in the context of a chart.
type File struct {
	Name  string   // of its tree
	Chart []string // one of Input.Charts
}

// How says in which way a value is used.
type How uint8

// What templates do with a value.
const (
	Touched   How = iota // evaluated: it is a condition, or is passed on
	Whole                // used with everything in it: printed, or given to a function that may look anywhere
	Dumped               // the values of a chart as a whole were turned into text
	Ranged               // looped over
	Tested               // decides about something by being true or false
	Compared             // compared with Literal
	Required             // required
	AsText               // used as a string
	AsNumber             // used as a number
	AsYAML               // turned into YAML or JSON
	Defaulted            // Literal, a scalar, stands in when it is empty
)

// Use is one use of a value by a template.
type Use struct {
	How     How
	Literal any // of Compared and Defaulted: a string, float64 or bool
	Tree    *parse.Tree
	Pos     parse.Pos
}

// Reads is what templates read. It is not changed any more and safe for
// concurrent use.
type Reads struct {
	root *cell
}

// Of analyses templates.
func Of(in Input) *Reads {
	a := newAnalysis(in)
	a.run()
	r := &Reads{root: a.values}
	for _, path := range in.Conditions {
		r.root.at(path).touched = true
	}
	return r
}

// Read reports whether anything reads the value at a path, a part of it, or a
// table around it as a whole. List indexes are decimal numbers. When that cannot
// be told, it says yes.
func (r *Reads) Read(path []string) bool { return repeats(path) || r.root.read(path) }

func (c *cell) read(path []string) bool {
	c = c.find()
	if c.whole {
		return true
	}
	if len(path) == 0 {
		return c.anyRead(nil)
	}
	for _, key := range []string{path[0], anyKey} {
		if child := c.children[key]; child != nil && child.read(path[1:]) {
			return true
		}
	}
	return false
}

// anyRead reports whether the place or something in it is read; above are the
// places around it, of which it may be one again.
func (c *cell) anyRead(above set) bool {
	if c = c.find(); above.has(c) {
		return false
	}
	if c.touched || c.whole {
		return true
	}
	above = append(above[:len(above):len(above)], c)
	for _, child := range c.children {
		if child.anyRead(above) {
			return true
		}
	}
	return false
}

// Dumped reports whether the values of a chart around the path are turned into
// text as a whole, as charts do to keep a record of them. Those are not counted
// as reads of each value.
func (r *Reads) Dumped(path []string) bool {
	c := r.root.find()
	for _, key := range path {
		child := c.children[key]
		if c.dumped || child == nil {
			return c.dumped
		}
		c = child.find()
	}
	return c.dumped
}

// Keys returns the keys that templates read below a path, sorted.
func (r *Reads) Keys(path []string) []string {
	found := map[string]bool{}
	for _, c := range r.places(path) {
		for key, child := range c.children {
			if key != anyKey && child.anyRead(set{c}) {
				found[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// UsesOf returns the uses of a value itself, when Input asked for them; those of
// tables around it are not among them.
func (r *Reads) UsesOf(path []string) []Use {
	var uses []Use
	for _, c := range r.places(path) {
		uses = append(uses, c.uses...)
	}
	return uses
}

// places are those that a path leads to, by its keys or by any key.
func (r *Reads) places(path []string) set {
	places := set{r.root.find()}
	for _, key := range path {
		var next set
		for _, c := range places {
			for _, k := range []string{key, anyKey} {
				if child := c.children[k]; child != nil {
					next = union(next, set{child.find()})
				}
			}
		}
		places = next
	}
	return places
}

// TextsIn parses what looks like a template among the strings of values: tpl may
// be given it. What cannot be parsed is left out.
func TextsIn(values any) []*parse.Tree {
	var trees []*parse.Tree
	switch v := values.(type) {
	case string:
		if tree := parseText(v); tree != nil {
			trees = append(trees, tree)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			trees = append(trees, TextsIn(v[key])...)
		}
	case []any:
		for _, item := range v {
			trees = append(trees, TextsIn(item)...)
		}
	}
	return trees
}

func parseText(text string) *parse.Tree {
	if !strings.Contains(text, "{{") {
		return nil
	}
	tree := parse.New(textName)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return nil
	}
	return trees[textName]
}

// textName is what Helm calls a text given to tpl.
const textName = "gotpl"
