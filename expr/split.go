package expr

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"unicode/utf8"
)

// piece is a part of a scalar: literal text, or an expression without its
// delimiters.
type piece struct {
	text       string
	expression bool
	offset     int // where it begins in the scalar's value, in bytes
}

// split cuts a scalar's value into pieces. Delimiters inside the quotes of an
// expression are part of it.
func split(value, open, end string) ([]piece, error) {
	var pieces []piece
	at := 0
	for {
		start := strings.Index(value[at:], open)
		if start < 0 {
			break
		}
		start += at
		if start > at {
			pieces = append(pieces, piece{text: value[at:start], offset: at})
		}
		body := start + len(open)
		length, err := expressionLength(value[body:], end)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, piece{text: value[body : body+length], expression: true, offset: start})
		at = body + length + len(end)
	}
	if at < len(value) {
		pieces = append(pieces, piece{text: value[at:], offset: at})
	}
	return pieces, nil
}

// expressionLength finds the closing delimiter outside of Go's three kinds of
// quotes.
func expressionLength(text, end string) (int, error) {
	for i := 0; i < len(text); {
		if strings.HasPrefix(text[i:], end) {
			return i, nil
		}
		if q := text[i]; q == '"' || q == '`' || q == '\'' {
			length := quoteLength(text[i:])
			if length < 0 {
				return 0, fmt.Errorf("a quote (%c) in the expression is not closed", q)
			}
			i += length
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	return 0, errors.New("the expression is not closed: expected " + end)
}

// quoteLength returns the length of a quoted text with its quotes, or -1.
func quoteLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == text[0]:
			return i + 1
		case text[i] == '\\' && text[0] != '`':
			i++
		}
	}
	return -1
}

// parseExpression makes a template that hands the value of the expression to the
// function "result". Whatever is no single pipeline is refused.
func parseExpression(expression string, functions template.FuncMap) (*template.Template, error) {
	if strings.TrimSpace(expression) == "" {
		return nil, errors.New("the expression is empty")
	}
	t, err := template.New("").Funcs(functions).Parse("{{result (" + expression + "\n)}}")
	if err != nil {
		return nil, err
	}
	if len(t.Root.Nodes) != 1 || len(t.Templates()) > 1 {
		return nil, errors.New("an expression is one value: actions like if, range and define are not possible")
	}
	return t, nil
}
