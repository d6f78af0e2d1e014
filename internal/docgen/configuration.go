package docgen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
)

// configTypes are the struct types of package config by name, with comments and
// tags, from its sources in a folder.
type configTypes struct {
	structs map[string]*ast.StructType
	short   map[string]bool // those that a single string may stand for
}

func parseConfig(folder string) (configTypes, error) {
	t := configTypes{structs: map[string]*ast.StructType{}, short: map[string]bool{}}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err == nil && len(files) == 0 {
		err = &fs.PathError{Op: "reading", Path: folder, Err: fs.ErrNotExist}
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return t, err
		}
		ast.Inspect(parsed, t.visit)
	}
	return t, err
}

func (t configTypes) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.TypeSpec:
		if s, ok := n.Type.(*ast.StructType); ok {
			t.structs[n.Name.Name] = s
		}
	case *ast.FuncDecl:
		if n.Name.Name == "short" && n.Recv != nil {
			t.short[n.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name] = true
		}
		return false
	}
	return true
}

// configKey is a field of such a type.
type configKey struct {
	name, doc, enum string
	required        bool // text that must not be empty
	pair            bool // a list of two, or of none
	goType          ast.Expr
}

// keys lists the keys that a type stands for.
func (t configTypes) keys(typeName string) ([]configKey, error) {
	var keys []configKey
	for _, f := range t.structs[typeName].Fields.List {
		if f.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
		if f.Doc == nil {
			return nil, fmt.Errorf("the key %s of %s has no comment", tag.Get("yaml"), typeName)
		}
		keys = append(keys, configKey{
			name: tag.Get("yaml"), enum: tag.Get("enum"), required: tag.Get("must") == "filled", pair: tag.Get("must") == "pair", goType: f.Type, doc: strings.Join(strings.Fields(f.Doc.Text()), " "),
		})
	}
	return keys, nil
}

// Configuration is docs/configuration.md, from the Go types of package config
// and their comments.
func Configuration(folder string) (string, error) {
	types, err := parseConfig(folder)
	if err != nil {
		return "", err
	}
	rows, err := types.rows("", "Config")
	return configurationIntro + table("key|type|meaning", rows), err
}

const configurationIntro = `# helmx.yaml

Every key of the configuration file. An unknown key is an error. [helmx.schema.json](helmx.schema.json) is the same as a JSON
Schema, with which editors complete and check the file; ` + "`helmx schema config`" + ` prints it. Editors that know
[yaml-language-server](https://github.com/redhat-developer/yaml-language-server) take the first line as the place of it:

` + "```yaml" + `
# yaml-language-server: $schema=` + SchemaURL + `
apiVersion: helmx.dev/v1alpha1
kind: Config
` + "```" + `

In place of ` + "`main`" + ` put the tag of the release that you use.

`

// rows are the rows of the table, depth first.
func (t configTypes) rows(prefix, typeName string) ([][]string, error) {
	keys, err := t.keys(typeName)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, k := range keys {
		path := prefix + k.name
		shown, inner := t.text(k.goType)
		if k.enum != "" {
			shown += ": " + strings.ReplaceAll(k.enum, ",", ", ")
		}
		rows = append(rows, []string{"`" + path + "`", shown, k.doc})
		if t.structs[inner] == nil {
			continue
		}
		more, err := t.rows(path+suffix(k.goType)+".", inner)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// text says a Go type in YAML's words, and names the struct inside it.
func (t configTypes) text(e ast.Expr) (shown, inner string) {
	switch e := e.(type) {
	case *ast.Ident:
		switch {
		case e.Name == "string" || e.Name == "bool":
			return e.Name, ""
		case t.short[e.Name]:
			return "string or map", e.Name
		}
		return "map", e.Name
	case *ast.ArrayType:
		shown, inner = t.text(e.Elt)
		return "list of " + shown, inner
	case *ast.MapType:
		shown, inner = t.text(e.Value)
		return "map of " + shown, inner
	case *ast.SelectorExpr:
		return "date", ""
	}
	return "YAML", ""
}

func suffix(e ast.Expr) string {
	switch e.(type) {
	case *ast.ArrayType:
		return "[]"
	case *ast.MapType:
		return ".*"
	}
	return ""
}
