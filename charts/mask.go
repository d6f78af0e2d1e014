package charts

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/diag"
)

// masked stands where a value was that may be a secret: messages end up in logs.
const masked = "..."

var secretKey = regexp.MustCompile(diag.SecretWords)

var (
	// secretStart is everything up to the value of a key that looks secret, in a
	// text that may not be YAML: the rest of the key's word and its colon.
	secretStart = regexp.MustCompile(secretKey.String() + `[\w./-]*["']?[ \t]*:?[ \t]*`)
	// keyStart is everything up to the value of the first key of a line.
	keyStart = regexp.MustCompile(`^[ \t]*(?:- +)*(?:[\w./-]+|"[^"]*"|'[^']*')[ \t]*:(?:[ \t]+|$)`)
	// nameStart is an item that names an environment variable or the like, whose
	// value is a key beside it.
	nameStart = regexp.MustCompile(`^[ \t]*(?:- +)*["']?(?:name|key)["']?[ \t]*:`)
)

// maskSecret returns a line of a YAML file that may be broken, with the value
// of every key replaced that looks like it holds a secret or lies below such a
// key. It hides too much rather than too little. kept is the number of runes in
// front of the first replacement, or of the whole line.
func maskSecret(lines []string, index int) (text string, kept int) {
	text = strings.TrimRight(lines[index], "\r")
	end := len(text)
	if at := secretStart.FindStringIndex(text); at != nil {
		end = at[1]
	} else if belowSecret(lines, index) {
		end = len(keyStart.FindString(text))
		if end == 0 {
			end = indentation(text)
		}
	}
	kept = utf8.RuneCountInString(text[:end])
	if end < len(text) {
		text = text[:end] + masked
	}
	return text, kept
}

// belowSecret reports whether a line may belong to the value of a secret key on
// a line before it: one that is indented less, one whose quote or bracket is
// still open, the name of the same list item, or, for a line without a key, the
// last key there was.
func belowSecret(lines []string, index int) bool {
	indent, item := indentation(lines[index]), isItem(lines[index])
	bare := !item && !keyStart.MatchString(lines[index])
	for i := index - 1; i >= 0; i-- {
		line := lines[i]
		if rest := strings.TrimSpace(line); rest == "" || rest[0] == '#' {
			continue
		}
		at, hasKey := indentation(line), keyStart.MatchString(line)
		listed := item && at == indent && !isItem(line) // a list may be indented like its key
		if secretKey.MatchString(line) && (at < indent || listed || leavesOpen(line) || bare && hasKey || at == indent && nameStart.MatchString(line)) {
			return true
		}
		if at < indent {
			indent, item = at, isItem(line)
		}
		item, bare = item && !listed, bare && !hasKey
	}
	return false
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

func isItem(line string) bool {
	rest := strings.TrimLeft(line, " \t")
	return rest == "-" || strings.HasPrefix(rest, "- ")
}

// leavesOpen reports whether a quote or bracket in a line is not closed in it.
func leavesOpen(line string) bool {
	return strings.Count(line, `"`)%2 == 1 || strings.Count(line, "'")%2 == 1 ||
		strings.Count(line, "[") > strings.Count(line, "]") || strings.Count(line, "{") > strings.Count(line, "}")
}
