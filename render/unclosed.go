package render

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/render/engine"
)

var (
	unclosedAction = regexp.MustCompile(`unclosed action started at .*:(\d+)`)
	// actionStart is the beginning of an action with its first word, or a whole
	// comment, which may hold anything.
	actionStart = regexp.MustCompile(`(?s)\{\{-?\s*(?:/\*.*?\*/|([a-z]+))`)
)

// opening returns the place where what is never closed begins. The parser
// reports the place where it noticed: the end of the file, or the line after an
// action. at is that place; ok is false when nothing better is known.
func (f finder) opening(e *engine.Error, at engine.Frame) (frame engine.Frame, ok bool) {
	line := 0
	if m := unclosedAction.FindStringSubmatch(e.Text); m != nil {
		line, _ = strconv.Atoi(m[1])
	} else if text, known := f.source(at.File); known && strings.Contains(e.Text, "unexpected EOF") {
		line = unclosedBlock(text)
	}
	if line == 0 {
		return at, false
	}
	at.Line, at.Column = line, 0
	return at, true
}

// unclosedBlock returns the line of the innermost block that no end closes, or
// 0.
func unclosedBlock(text string) int {
	var open []int // offsets
	for _, m := range actionStart.FindAllStringSubmatchIndex(text, -1) {
		if m[2] < 0 {
			continue
		}
		switch word := text[m[2]:m[3]]; {
		case slices.Contains([]string{"if", "range", "with", "define", "block"}, word):
			open = append(open, m[0])
		case word == "end" && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return 0
	}
	return 1 + strings.Count(text[:open[len(open)-1]], "\n")
}
