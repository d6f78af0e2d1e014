package lint

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX605", Title: "toYaml with an indentation that does not fit",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template"},
		Sources:  []Source{{"Helm: YAML techniques", "https://helm.sh/docs/howto/charts_tips_and_tricks/"}},
		Why:      "What toYaml writes has several lines. Behind blanks, indent shifts the first line twice and the others once; without indent only the first line is shifted; and with less indentation than the key above it, the text is no value of that key. With the values at hand it may be one line or nothing, and so go unnoticed.",
		Remedy:   "Write nindent with two more than the indentation of the key, behind {{-.",
		Bad: `-- values.yaml --
resources: {}
-- templates/x.yaml --
spec:
  resources:
    {{ toYaml .Values.resources | indent 4 }}
`,
		Good: `-- values.yaml --
resources: {}
-- templates/x.yaml --
spec:
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
`,
		Chart: yamlIndent,
	})
}

func yamlIndent(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			for _, a := range f.actions {
				if message, hint := judgeIndent(f, a); message != "" {
					p.ReportAt(t, f, a.node.Pos, message, hint)
				}
			}
		}
	}
}

// judgeIndent says what is wrong with the indentation of an action that prints YAML.
func judgeIndent(f *Template, a action) (message, hint string) {
	i := slices.IndexFunc(a.node.Pipe.Cmds, func(c *parse.CommandNode) bool { return functionOf(c) == "toYaml" })
	if i < 0 {
		return "", ""
	}
	blanks := blanksBefore(a.before)
	key, hasKey := keyIndent(a.before)
	rest := a.node.Pipe.Cmds[i+1:]
	if len(rest) == 0 {
		if blanks > 0 && hasKey && standsAlone(a.after) {
			return "toYaml without indent behind blanks: only its first line is indented", fmt.Sprintf("write {{- toYaml ... | nindent %d }}", key+2)
		}
		return "", ""
	}
	last := rest[len(rest)-1]
	name := functionOf(last)
	if name != "indent" && name != "nindent" || len(last.Args) != 2 {
		return "", ""
	}
	number, ok := last.Args[1].(*parse.NumberNode)
	if !ok || !number.IsInt {
		return "", ""
	}
	n := int(number.Int64)
	switch {
	case name == "indent" && blanks > 0 && n > 0:
		return fmt.Sprintf("indent %d behind %d blanks: the first line is indented by %d, the others by %d", n, blanks, blanks+n, n),
			fmt.Sprintf("write {{- toYaml ... | nindent %d }}", max(n, key+2))
	case hasKey && n < key:
		return fmt.Sprintf("%s %d under a key that is indented by %d: the lines are no value of it", name, n, key), fmt.Sprintf("write %s %d", name, key+2)
	}
	return "", ""
}

// blanksBefore is the number of blanks between the start of the line and its end,
// when there is nothing else; else 0.
func blanksBefore(text string) int {
	i := strings.LastIndexByte(text, '\n')
	line := text[i+1:]
	if i < 0 || strings.Trim(line, " ") != "" {
		return 0
	}
	return len(line)
}

// keyIndent is the indentation of the key that a text ends with: "  resources:".
func keyIndent(text string) (int, bool) {
	text = strings.TrimRight(text, " \t\r\n")
	if !strings.HasSuffix(text, ":") {
		return 0, false
	}
	i := strings.LastIndexByte(text, '\n')
	line := text[i+1:]
	if i < 0 || strings.ContainsAny(line, "#|>") {
		return 0, false
	}
	indent := len(line) - len(strings.TrimLeft(line, " "))
	for strings.HasPrefix(line[indent:], "- ") { // the key of an item stands behind its dash
		indent += 2
	}
	return indent, true
}

func standsAlone(after string) bool {
	return after == "" || strings.HasPrefix(strings.TrimLeft(after, " \r"), "\n")
}
