package reads

import (
	"slices"
	"strconv"
	"strings"
)

// anyKey stands for every key of a map and every item of a list.
const anyKey = "*"

// cell is something that a template can hold: a place in the values, a
// dictionary or list that a template makes, the context of a chart, or a
// constant.
type cell struct {
	id   int
	kind cellKind
	text string // of a constant

	link *cell // the place that this one was merged with; see find

	// A place in the values.
	parent   *cell
	key      string
	depth    int // of the path; that of a parent is always smaller
	children map[string]*cell
	chart    bool // the values of a chart
	touched  bool
	whole    bool
	dumped   bool

	fields map[string]set // what was put under a key
	bases  set            // what was merged in: its fields are this one's, too
	items  set            // what was put under keys that are not known, or into a list

	uses []Use
}

type cellKind uint8

const (
	inValues cellKind = iota
	made
	constant
)

// set is what an expression may evaluate to. What is not there cannot lead to
// values.
type set []*cell

func (s set) has(c *cell) bool { return slices.Contains(s, c) }

// found are the places that speak for those of the set, each once.
func (s set) found() set {
	if !slices.ContainsFunc(s, func(c *cell) bool { return c.link != nil }) {
		return s
	}
	var out set
	for _, c := range s {
		out = union(out, set{c.find()})
	}
	return out
}

// union returns both; it shares no memory that is written to later.
func union(a, b set) set {
	if len(a) == 0 {
		return b
	}
	out := a
	for _, c := range b {
		if !a.has(c) {
			out = append(out[:len(out):len(out)], c)
		}
	}
	return out
}

// ident names the set, whatever its order.
func (s set) ident() string {
	s = s.found()
	ids := make([]int, len(s))
	for i, c := range s {
		ids[i] = c.id
	}
	slices.Sort(ids)
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(strconv.Itoa(id))
		b.WriteByte(' ')
	}
	return b.String()
}

// constants returns the texts of the set, and whether it is nothing else.
func (s set) constants() (texts []string, only bool) {
	only = len(s) > 0
	for _, c := range s {
		if c.kind == constant {
			texts = append(texts, c.text)
		} else {
			only = false
		}
	}
	return texts, only
}

// find returns the place that speaks for this one. Tables of the values that are
// merged with each other become one place, so that whatever is read of one is
// read of the other; Istio's charts merge values, defaults and the table of their
// component into one.
func (c *cell) find() *cell {
	for c.link != nil {
		c = c.link
	}
	return c
}

// unify makes two places of the values one.
func (a *analysis) unify(into, from *cell) {
	into, from = into.find(), from.find()
	if into == from {
		return
	}
	if from.depth < into.depth {
		into, from = from, into
	}
	a.changed = true
	from.link = into
	into.chart = into.chart || from.chart
	into.touched = into.touched || from.touched
	into.whole = into.whole || from.whole
	into.dumped = into.dumped || from.dumped
	into.items = union(into.items, from.items)
	into.bases = union(into.bases, from.bases)
	for _, key := range sortedKeys(from.fields) {
		a.put(set{into}, key, from.fields[key])
	}
	for _, key := range sortedKeys(from.children) {
		into = into.find()
		if into.children[key] == nil {
			into.adopt(key, from.children[key])
			continue
		}
		a.unify(into.children[key], from.children[key])
	}
	into.uses = append(into.uses, from.uses...)
}

func (c *cell) adopt(key string, child *cell) {
	if c.children == nil {
		c.children = map[string]*cell{}
	}
	c.children[key] = child
}

// at returns the place at a path below, which is made when it is not there.
func (c *cell) at(path []string) *cell {
	c = c.find()
	for _, key := range path {
		child := c.children[key]
		if child == nil {
			child = &cell{parent: c, key: key, depth: c.depth + 1}
			c.adopt(key, child)
		}
		c = child.find()
	}
	return c
}

// maxItems bounds how many levels of unknown keys are followed.
const maxItems = 4

// place returns the place of a key in the values, with an identity. Below itself
// no key is looked for: charts that lay a table of their values over the whole
// would lead on for ever.
func (a *analysis) place(c *cell, key string) set {
	c = c.find()
	if child := c.children[key]; child != nil {
		return set{child.find()}
	}
	times := 0
	for above := c; above.parent != nil; above = above.parent.find() {
		if above.key == key {
			times++
		}
	}
	if times > 0 && (key != anyKey || times >= maxItems) {
		return nil
	}
	child := c.at([]string{key})
	child.id = a.nextID()
	return set{child}
}

// repeats reports whether a path goes through a key twice; there no reads are
// known.
func repeats(path []string) bool {
	for i, key := range path {
		if _, err := strconv.Atoi(key); err != nil && slices.Contains(path[:i], key) {
			return true
		}
	}
	return false
}

// field returns what stands under a key.
func (a *analysis) field(of set, key string) set {
	return a.lookUp(of, key, nil)
}

func (a *analysis) lookUp(of set, key string, seen set) set {
	var out set
	for _, c := range of {
		c = c.find()
		if seen.has(c) {
			continue
		}
		seen = append(seen, c)
		if c.kind == inValues {
			out = union(out, a.place(c, key))
			out = union(out, a.globals(c, key))
		}
		out = union(out, c.fields[key])
		if key == anyKey {
			for _, name := range sortedKeys(c.fields) {
				out = union(out, c.fields[name])
			}
		}
		out = union(out, c.items)
		out = union(out, a.lookUp(c.bases, key, seen))
	}
	return out
}

// globals are the tables of that name of the charts above, which a subchart
// sees as its own.
func (a *analysis) globals(c *cell, key string) set {
	if key != "global" || !c.chart {
		return nil
	}
	var out set
	for c = c.parent; c != nil; c = c.parent {
		c = c.find()
		if c.chart {
			out = union(out, a.place(c, key))
		}
	}
	return out
}

// put stores a value under a key of everything in the set.
func (a *analysis) put(into set, key string, value set) {
	for _, c := range into {
		if c = c.find(); c.kind == constant {
			continue
		}
		if c.fields == nil {
			c.fields = map[string]set{}
		}
		c.fields[key] = a.grow(c.fields[key], value)
	}
}

func (a *analysis) addItems(into set, value set) {
	for _, c := range into {
		if c = c.find(); c.kind != constant {
			c.items = a.grow(c.items, value)
		}
	}
}

// merge makes the fields of sources those of everything in the set.
func (a *analysis) merge(into set, sources set) {
	for _, c := range into {
		for _, s := range sources {
			c, s = c.find(), s.find()
			switch {
			case s == c || s.kind == constant || c.kind == constant:
			case s.kind == inValues && c.kind == inValues:
				a.unify(c, s)
			default:
				c.bases = a.grow(c.bases, set{s})
			}
		}
	}
}

// grow is union; that something was new calls for another pass.
func (a *analysis) grow(old, more set) set {
	out := union(old, more)
	if len(out) > len(old) {
		a.changed = true
	}
	return out
}

// escape takes everything that can be reached for read.
func (a *analysis) escape(s set, how How) {
	if len(s) > 0 {
		var seen set
		a.escapeFrom(s, how, false, &seen)
	}
}

func (a *analysis) escapeFrom(s set, how How, dump bool, seen *set) {
	// What may stand for the values of a chart is what they are merged with.
	dump = dump || slices.ContainsFunc(s, func(c *cell) bool { return c.find().chart })
	for _, c := range s {
		if c = c.find(); seen.has(c) {
			continue
		}
		*seen = append(*seen, c)
		switch {
		case c.kind != inValues:
		case dump:
			c.dumped = true
			a.use(c, Dumped, nil)
		default:
			c.whole = true
			a.use(c, how, nil)
			a.use(c, Whole, nil)
		}
		for _, key := range sortedKeys(c.fields) {
			a.escapeFrom(c.fields[key], how, false, seen)
		}
		a.escapeFrom(c.items, how, false, seen)
		a.escapeFrom(c.bases, how, dump, seen)
	}
}

// touch notes that a value is evaluated.
func (a *analysis) touch(s set, how How, literal any) {
	for _, c := range s {
		if c = c.find(); c.kind == inValues {
			c.touched = true
			a.use(c, how, literal)
		}
	}
}
