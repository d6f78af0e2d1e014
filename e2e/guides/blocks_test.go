package guides

import (
	"regexp"
	"strings"
)

// block is a fenced block of a guide.
type block struct {
	language string
	text     string
	line     int    // of its first line in the guide
	path     string // of the file that it is, from a first line such as "# helmx.yaml"
}

var (
	fenced    = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```\n")
	anyFence  = regexp.MustCompile("(?m)^[ \t>]*(```|~~~)")
	firstLine = regexp.MustCompile(`^# ([\w./-]+\.\w+)\n`)
)

// blocks returns the blocks of a guide in order.
func blocks(guide string) []block {
	var list []block
	for _, m := range fenced.FindAllStringSubmatchIndex(guide, -1) {
		b := block{language: guide[m[2]:m[3]], text: guide[m[4]:m[5]], line: strings.Count(guide[:m[4]], "\n") + 1}
		if name := firstLine.FindStringSubmatch(b.text); name != nil {
			b.path = name[1]
		}
		list = append(list, b)
	}
	return list
}

// commands are the command lines of a console block.
func (b block) commands() []string {
	var list []string
	for line := range strings.Lines(b.text) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			list = append(list, strings.TrimSpace(command))
		}
	}
	return list
}

// isFile says whether the block is a file that commands or tools read.
func (b block) isFile() bool { return b.path != "" && (b.language == "yaml" || b.language == "hcl") }
