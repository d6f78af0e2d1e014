package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// foldedLine is a line of a folded or plain scalar and how it joins the next.
type foldedLine struct {
	text string
	join string // " ", or a line break for each blank line; "" for the last
}

// foldedLines reads the lines of a scalar, without their indentation. It reports
// false for what folds in another way: lines that begin or end with blanks.
func foldedLines(lines []string, value string) ([]foldedLine, bool) {
	var folded []foldedLine
	var all strings.Builder
	blanks := 0
	for _, line := range lines {
		if line == "" {
			blanks++
			continue
		}
		if n := len(folded); n > 0 {
			folded[n-1].join = " "
			if blanks > 0 {
				folded[n-1].join = strings.Repeat("\n", blanks)
			}
			all.WriteString(folded[n-1].join)
		} else if blanks > 0 {
			return nil, false
		}
		blanks = 0
		if strings.TrimSpace(line) != line {
			return nil, false
		}
		folded = append(folded, foldedLine{text: line})
		all.WriteString(line)
	}
	return folded, len(folded) > 1 && all.String() == value
}

// refold lays out a new value in lines, of which those in front of the change and
// behind it are the old ones. It reports false where that gains nothing.
func refold(old []foldedLine, value string) ([]foldedLine, bool) {
	first, rest := 0, value
	for first < len(old)-1 && strings.HasPrefix(rest, old[first].text+old[first].join) {
		rest = rest[len(old[first].text+old[first].join):]
		first++
	}
	last := len(old)
	for last > first+1 {
		tail := old[last-2].join + old[last-1].text + old[last-1].join
		if !strings.HasSuffix(rest, tail) {
			break
		}
		rest = strings.TrimSuffix(rest, tail)
		last--
	}
	middle, ok := unfold(rest)
	if !ok || first == 0 && last == len(old) {
		return nil, false
	}
	middle[len(middle)-1].join = old[last-1].join
	return append(append(append([]foldedLine{}, old[:first]...), middle...), old[last:]...), true
}

// unfold writes each paragraph of a text as one line.
func unfold(text string) ([]foldedLine, bool) {
	var lines []foldedLine
	for text != "" {
		line, more, broken := strings.Cut(text, "\n")
		join := ""
		if broken {
			join = "\n"
			for strings.HasPrefix(more, "\n") {
				join, more = join+"\n", more[1:]
			}
		}
		if line == "" || strings.TrimSpace(line) != line || broken && more == "" {
			return nil, false
		}
		lines = append(lines, foldedLine{line, join})
		text = more
	}
	return lines, len(lines) > 0
}

// texts returns the lines as they are written, blank ones included.
func texts(folded []foldedLine) []string {
	var lines []string
	for _, l := range folded {
		lines = append(lines, l.text)
		for range strings.Count(l.join, "\n") {
			lines = append(lines, "")
		}
	}
	return lines
}

// foldedBlock lays out a new value for a folded block scalar.
func (p *planner) foldedBlock(a, b *Node, t blockText) ([]string, bool) {
	if a.Style&yaml.FoldedStyle == 0 {
		return nil, false
	}
	from := p.nextLine(t.header)
	var lines []string
	for line := range strings.Lines(string(p.src[min(from, t.end):t.end])) {
		line = strings.TrimRight(line, "\r\n")
		lines = append(lines, line[min(t.indent, len(line)):])
	}
	old, ok := foldedLines(lines, strings.TrimRight(a.Value, "\n"))
	if !ok {
		return nil, false
	}
	text, end := strings.TrimRight(b.Value, "\n"), b.Value[len(strings.TrimRight(b.Value, "\n")):]
	folded, ok := refold(old, text)
	return append(texts(folded), strings.Split(end, "\n")[:max(len(end)-1, 0)]...), ok
}

// foldedPlain changes a plain scalar over several lines in the lines that have to
// change, and reports whether it could.
func (p *planner) foldedPlain(a, b *Node) bool {
	box := p.boxes[a]
	source := string(p.src[box.content:box.end])
	if a.Style&quotedStyle != 0 || !strings.Contains(source, "\n") || !plainSafe(b.Value) {
		return false
	}
	var lines []string
	margin := ""
	for line := range strings.Lines(source) {
		line = strings.TrimRight(line, " \t\r\n")
		text := strings.TrimLeft(line, " \t")
		if len(lines) == 1 {
			margin = line[:len(line)-len(text)]
		}
		lines = append(lines, text)
	}
	old, ok := foldedLines(lines, a.Value)
	if !ok {
		return false
	}
	folded, ok := refold(old, b.Value)
	if !ok {
		return false
	}
	e := p.emitter(false)
	e.by(b)
	for i, line := range texts(folded) {
		if i > 0 {
			e.line(0)
			e.by(b)
		}
		if i > 0 && line != "" {
			e.write(margin)
		}
		e.write(line)
	}
	p.replaceLines(box.content, box.end, e)
	return true
}
