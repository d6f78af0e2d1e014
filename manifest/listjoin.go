package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// Join makes docs the items of the list: items that are unchanged keep their
// bytes, changed ones are replaced in place, items that are missing from docs are
// taken out, and other documents become items behind those that stand before
// them. A list that nothing changed is not touched.
//
// The new text is parsed and must hold exactly these objects. Where it cannot be
// made in place, the items are written anew.
func (l *List) Join(docs []*Document) error {
	if l.unchanged(docs) {
		return nil
	}
	wanted, err := roots(docs)
	if err != nil {
		return err
	}
	if w, ok := l.splice(docs); ok && l.holds(w.text, wanted) {
		l.Whole.replace(w.text, w.lines)
		l.keepRemovals(docs)
		return nil
	}
	if err := l.rewrite(wanted); err != nil {
		return fmt.Errorf("putting the items back into the %s: %w", l.Whole.ID().Kind, err)
	}
	l.keepRemovals(docs)
	return nil
}

func (l *List) unchanged(docs []*Document) bool {
	return slices.Equal(docs, l.Items) && !slices.ContainsFunc(docs, (*Document).Changed)
}

func roots(docs []*Document) ([]*Node, error) {
	var nodes []*Node
	for _, d := range docs {
		root, err := d.Root()
		if err != nil {
			return nil, err
		}
		if root != nil {
			nodes = append(nodes, root)
		}
	}
	return nodes, nil
}

// splice makes the new text out of the old one.
func (l *List) splice(docs []*Document) (*lineWriter, bool) {
	raw := l.Whole.raw
	w := &lineWriter{old: l.Whole.lines}
	at, next := 0, 0
	for _, d := range docs {
		s, mine := l.slots[d]
		if !mine {
			if next == 0 || !l.insert(w, d, &at, l.slots[l.Items[next-1]]) {
				return nil, false
			}
			continue
		}
		for ; next < len(l.Items) && l.Items[next] != d; next++ {
			if !l.cut(w, &at, l.slots[l.Items[next]]) {
				return nil, false
			}
		}
		if next == len(l.Items) || !s.known {
			return nil, false // the order is another
		}
		next++
		if d.changed {
			w.keep(raw, at, s.from)
			w.item(raw, d, s, l)
			at = s.to
		}
	}
	for ; next < len(l.Items); next++ {
		if !l.cut(w, &at, l.slots[l.Items[next]]) {
			return nil, false
		}
	}
	w.keep(raw, at, len(raw))
	return w, true
}

// cut leaves an item out, with its dash and the comments right above it.
func (l *List) cut(w *lineWriter, at *int, s slot) bool {
	raw := l.Whole.raw
	if !s.known || s.flow {
		return false
	}
	dash := bytes.LastIndexByte(raw[:s.from], '\n') + 1
	if strings.Trim(string(raw[dash:s.from]), " ") != "-" {
		return false
	}
	from := dash
	for from > *at {
		above := bytes.LastIndexByte(raw[:from-1], '\n') + 1
		if line := bytes.TrimSpace(raw[above:from]); len(line) == 0 || line[0] != '#' || above < *at {
			break
		}
		from = above
	}
	if from < dash && l.headsItems(from, dash, s.from, s.to) {
		from = dash
	}
	w.keep(raw, *at, from)
	*at = s.to
	return true
}

// headsItems reports whether the comments [from, dash) above an item, which begins
// at start and ends at an offset, stay when it goes, by the rules that
// layout.headsSection has for entries.
func (l *List) headsItems(from, dash, start, end int) bool {
	raw := l.Whole.raw
	if isRuled(string(raw[from:dash])) {
		return true
	}
	above := bytes.LastIndexByte(raw[:max(from-1, 0)], '\n') + 1
	paragraph := from > 0 && len(bytes.TrimSpace(raw[above:from])) == 0
	return paragraph && bytes.HasPrefix(raw[end:], bytes.TrimRight(raw[dash:start], " "))
}

// insert writes a document as an item behind the one in slot s.
func (l *List) insert(w *lineWriter, d *Document, at *int, s slot) bool {
	raw := l.Whole.raw
	if !s.known {
		return false
	}
	if s.flow {
		return l.insertFlow(w, d, at, s)
	}
	lineStart := bytes.LastIndexByte(raw[:s.from], '\n') + 1
	lead := string(raw[lineStart:s.from])
	if strings.Trim(lead, " ") != "-" {
		return false
	}
	if *at < s.to {
		w.keep(raw, *at, s.to)
		*at = s.to
	}
	w.endLine(raw)
	start := bodyStart(d.raw)
	for start < len(d.raw) && (isBlank(d.raw[start]) || breakLength(d.raw[start:]) > 0) {
		start++
	}
	skipped := bytes.Count(d.raw[:start], newline)
	for i, line := range slices.Collect(bytes.Lines(d.raw[start:])) {
		switch {
		case i == 0:
			line = append([]byte(lead), line...)
		case len(bytes.TrimRight(line, "\r\n")) > 0:
			line = append(bytes.Repeat([]byte(" "), s.column), line...)
		}
		w.add(line, origin(d.lines, skipped+i))
	}
	w.endLine(raw)
	return true
}

func (l *List) insertFlow(w *lineWriter, d *Document, at *int, s slot) bool {
	root, err := d.Root()
	if err != nil || root == nil {
		return false
	}
	text, err := json.Marshal(Value(root))
	if err != nil {
		return false
	}
	w.keep(l.Whole.raw, *at, s.to)
	*at = s.to
	w.add(append([]byte(", "), text...), lineFrom{})
	return true
}

// holds reports whether a text is the list with the wanted items, and all its
// other fields as they were.
func (l *List) holds(text []byte, wanted []*Node) bool {
	got, err := parseDocument(text)
	if err != nil || got == nil {
		return false
	}
	want := *l.Whole.root
	want.Content = slices.Clone(want.Content)
	SetKey(&want, "items", &Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: wanted})
	return Equal(got, &want)
}

// rewrite makes the items anew.
func (l *List) rewrite(wanted []*Node) error {
	_, err := l.Whole.Edit(diag.Span{}, func(root *Node) error {
		if Resolve(root).Kind != yaml.MappingNode {
			return errors.New("it is no object")
		}
		items := &Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, n := range wanted {
			items.Content = append(items.Content, Clone(n))
		}
		SetKey(root, "items", items)
		return nil
	})
	return err
}

// keepRemovals lets findings that miss a field of an item find who removed it, and
// keeps what was copied from Secrets out of them.
func (l *List) keepRemovals(docs []*Document) {
	for i, d := range docs {
		l.Whole.copies = l.Whole.copies || d.copies
		for path, by := range d.removed {
			if l.Whole.removed == nil {
				l.Whole.removed = map[string]diag.Span{}
			}
			separator := "."
			if strings.HasPrefix(path, "[") {
				separator = ""
			}
			l.Whole.removed[fmt.Sprintf("items[%d]%s%s", i, separator, path)] = by
		}
	}
}

// replace gives the document new bytes.
func (d *Document) replace(text []byte, lines []lineFrom) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.raw, d.lines, d.changed = text, lines, true
	d.id, d.root, d.err, d.parsed = nil, nil, nil, false
}

// lineWriter writes text and notes where each line came from.
type lineWriter struct {
	old   []lineFrom // of the list, nil when its lines are as they were read
	text  []byte
	lines []lineFrom
}

// add appends text that came from one place: up to one line.
func (w *lineWriter) add(text []byte, from lineFrom) {
	if len(text) == 0 {
		return
	}
	if len(w.text) == 0 || w.text[len(w.text)-1] == '\n' {
		w.lines = append(w.lines, from)
	} else if from.line == 0 && from.by != (diag.Span{}) {
		w.lines[len(w.lines)-1] = from
	}
	w.text = append(w.text, text...)
}

// keep appends a part of the list as it is.
func (w *lineWriter) keep(raw []byte, from, to int) {
	line := bytes.Count(raw[:from], newline)
	for text := range bytes.Lines(raw[from:to]) {
		w.add(text, origin(w.old, line))
		line++
	}
}

// item appends a changed item. Its lines that did not change are copied from the
// list: a comment may be indented less than the item it stands in.
func (w *lineWriter) item(raw []byte, d *Document, s slot, l *List) {
	text := d.raw
	if s.flow {
		text = bytes.TrimRight(text, "\r\n")
	}
	first := bytes.Count(raw[:s.from], newline)
	listLines := slices.Collect(bytes.Lines(raw[s.from:s.to]))
	for i, line := range slices.Collect(bytes.Lines(text)) {
		from := origin(d.lines, i)
		if from.line == 0 || s.made {
			w.add(indented(line, i, s), from)
			continue
		}
		n := from.line - 1
		if n < len(listLines) && !s.flow && i > 0 && n > 0 {
			if old, ok := dedent(listLines[n], s.column); ok && bytes.Equal(old, line) {
				w.add(listLines[n], origin(w.old, first+n))
				continue
			}
		}
		w.add(indented(line, i, s), origin(w.old, first+n))
	}
	if !s.flow && s.to > 0 && raw[s.to-1] == '\n' {
		w.endLine(raw)
	}
}

func indented(line []byte, i int, s slot) []byte {
	if i == 0 || s.flow || len(bytes.TrimRight(line, "\r\n")) == 0 {
		return line
	}
	return append(bytes.Repeat([]byte(" "), s.column), line...)
}

// endLine ends the last line as the list ends its lines.
func (w *lineWriter) endLine(raw []byte) {
	if len(w.text) == 0 || w.text[len(w.text)-1] == '\n' {
		return
	}
	w.text = append(w.text, lineBreak(raw)...)
}
