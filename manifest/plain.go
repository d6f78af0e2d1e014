package manifest

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// plainSafe reports whether a string may be written without quotes anywhere in
// block context and still be a string, for YAML 1.1 and 1.2 readers alike.
func plainSafe(s string) bool {
	if _, isString := resolvePlainOrNil(s).(string); !isString {
		return false
	}
	if bare := (Node{Kind: yaml.ScalarNode, Value: s}); bare.ShortTag() != "!!str" || isSexagesimal(s) || s == "<<" || s == "=" {
		return false
	}
	return plainSyntax(s)
}

func resolvePlainOrNil(s string) any {
	if s == "" {
		return nil
	}
	return resolvePlain(s)
}

// plainSyntax reports whether the text of s is one plain scalar.
func plainSyntax(s string) bool {
	if s == "" || strings.TrimSpace(s) != s || strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		return false
	}
	if strings.IndexByte("!&*{}[]|>@`\"'%#,", s[0]) >= 0 {
		return false
	}
	if strings.IndexByte("-?:", s[0]) >= 0 && (len(s) == 1 || s[1] == ' ') {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return false
	}
	return strings.IndexFunc(s, notPlainRune) < 0
}

func notPlainRune(r rune) bool {
	return r == unicode.ReplacementChar || r == '\ufeff' || r == '\u2028' || r == '\u2029' || r != ' ' && !unicode.IsPrint(r)
}

// notTextRune reports whether YAML allows a rune nowhere but as an escape, or
// takes it for a line break. What is allowed and yet cannot be seen, such as a
// no-break space, is left as it is in text that somebody wrote as a block.
func notTextRune(r rune) bool {
	return notPlainRune(r) && (r < 0xA0 || r == unicode.ReplacementChar || r == '\ufeff' || r == '\u2028' || r == '\u2029' || r == '\ufffe' || r == '\uffff')
}

// isSexagesimal reports whether a YAML 1.1 reader may take s for a number in
// base 60, such as 12:30:45.
func isSexagesimal(s string) bool {
	return strings.Contains(s, ":") && strings.Trim(s, "0123456789:._+-") == ""
}
