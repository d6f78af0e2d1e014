package render

import (
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// Name renders a --name-template: a Go template with sprig's functions, without
// data. Unlike charts it may read the environment; the user typed it.
func Name(text string) (string, error) {
	t, err := template.New("name-template").Funcs(sprig.TxtFuncMap()).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, nil); err != nil {
		return "", err
	}
	return b.String(), nil
}
