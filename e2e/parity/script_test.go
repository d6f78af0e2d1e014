package parity

import (
	"fmt"
	"regexp"
	"strings"
)

// A step is one command line of a case with what must hold for it.
//
// The file "cmd" of a case has one line for each:
//
//	# why this case exists
//	[env NAME=VALUE...] [!] template NAME CHART [flags] [< FILE]
//	[!] stdout REGEXP    Helm's stdout matches, so the case shows what it claims
//	stderr helm          helmx's stderr contains Helm's message
//	stderr REGEXP        helmx's stderr matches
//
// "!" says that the command must fail, or that the text must not match. Words
// are split at blanks; '...' and "..." keep them together, without escapes.
type step struct {
	line   int
	fails  bool
	env    []string
	args   []string
	stdin  string // file, "" for none
	checks []check
}

// A check looks at one stream of one program.
type check struct {
	not    bool
	stream string // "stdout": Helm's; "stderr": helmx's
	helm   bool   // contains Helm's message, rather than matching re
	re     *regexp.Regexp
}

func parseScript(text string) ([]step, error) {
	var steps []step
	for i, line := range strings.Split(text, "\n") {
		words, err := splitWords(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if len(words) == 0 {
			continue
		}
		if c, ok, err := parseCheck(words); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		} else if ok {
			if len(steps) == 0 {
				return nil, fmt.Errorf("line %d: nothing has run yet", i+1)
			}
			last := &steps[len(steps)-1]
			last.checks = append(last.checks, c)
			continue
		}
		s := parseStep(words)
		s.line = i + 1
		steps = append(steps, s)
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("no command")
	}
	return steps, nil
}

func parseCheck(words []string) (check, bool, error) {
	var c check
	if words[0] == "!" {
		c.not, words = true, words[1:]
	}
	if len(words) != 2 || words[0] != "stdout" && words[0] != "stderr" {
		return check{}, false, nil
	}
	c.stream = words[0]
	if words[0] == "stderr" && words[1] == "helm" {
		c.helm = true
		return c, true, nil
	}
	re, err := regexp.Compile("(?m)" + words[1])
	c.re = re
	return c, true, err
}

func parseStep(words []string) step {
	var s step
	if words[0] == "env" {
		words = words[1:]
		for len(words) > 0 && strings.Contains(words[0], "=") {
			s.env, words = append(s.env, words[0]), words[1:]
		}
	}
	if len(words) > 0 && words[0] == "!" {
		s.fails, words = true, words[1:]
	}
	if n := len(words); n > 2 && words[n-2] == "<" {
		s.stdin, words = words[n-1], words[:n-2]
	}
	s.args = words
	return s
}

// splitWords cuts a line into words; a word that starts with # ends the line.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		case r == '#' && !inWord:
			return words, nil
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("unclosed %c", quote)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
