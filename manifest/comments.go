package manifest

import (
	"bytes"
	"strings"
)

// Which comments go with an entry that goes, or move with one that moves:
//
//   - the comment on its line and those inside it;
//   - comments below it that are indented deeper than the entry, if it is a block;
//   - the comment lines right above it, in its column - unless they head a
//     section: a ruled line (# ----), or the beginning of a paragraph of which
//     other entries stay, or the head of the document.
//
// A comment between blank lines, or in another column, belongs to nobody and
// stays.

// commentsAbove returns where the comment lines right above the line of an
// offset begin, that line itself when there are none.
func (l *layout) commentsAbove(at int) int {
	start := l.lineStart(at)
	if !l.opensLine(at) {
		return start
	}
	column := l.columnOf(at)
	for start > l.body {
		above := l.lineStart(start - 1)
		if above < l.body || l.commentColumn(above) != column {
			break
		}
		start = above
	}
	return start
}

// commentColumn returns the column of the comment that a line consists of, or -1.
func (l *layout) commentColumn(lineStart int) int {
	line := l.src[lineStart:l.lineEnd(lineStart)]
	text := bytes.TrimLeft(line, " \t")
	if len(text) == 0 || text[0] != '#' {
		return -1
	}
	return len(line) - len(text)
}

func (l *layout) blankLine(lineStart int) bool {
	return len(bytes.TrimSpace(l.src[lineStart:l.lineEnd(lineStart)])) == 0
}

// headsSection reports whether the comment lines [from, to) stay when the entries
// below them, which end at an offset, go.
func (l *layout) headsSection(from, to, end int) bool {
	if isRuled(string(l.src[from:to])) {
		return true
	}
	paragraph := from > l.body && l.blankLine(l.lineStart(from-1))
	next := l.nextLine(end)
	return paragraph && next < len(l.src) && !l.blankLine(next) && l.src[next] != '#' &&
		l.commentColumn(next) < 0 && leadingSpaces(string(l.src[next:l.lineEnd(next)])) == l.commentColumn(from)
}

func isRuled(comment string) bool {
	for _, rule := range []string{"---", "===", "***", "###", "~~~"} {
		if strings.Contains(comment, rule) {
			return true
		}
	}
	return false
}

// commentsBelow returns the end of the last comment line below the line of an
// offset that is indented deeper than a column, the end of the line itself when
// there is none.
func (l *layout) commentsBelow(at, column int) int {
	end := l.lineEnd(at)
	for next := l.nextLine(end); next < len(l.src); next = l.nextLine(next) {
		if l.blankLine(next) {
			continue
		}
		if l.commentColumn(next) <= column {
			break
		}
		end = l.lineEnd(next)
	}
	return end
}
