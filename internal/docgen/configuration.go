package docgen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
)

// Configuration is docs/configuration.md, from the Go types of package config
// and their comments: file is the source that declares them.
func Configuration(file string) (string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		return "", err
	}
	k := keys{types: map[string]*ast.StructType{}}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if s, ok := spec.Type.(*ast.StructType); ok {
				k.types[spec.Name.Name] = s
			}
		}
		return true
	})
	if err := k.add("", "Config"); err != nil {
		return "", err
	}
	return "# helmx.yaml\n\nEvery key of the configuration file. An unknown key is an error.\n\n" + table("key|type|meaning", k.rows), nil
}

// keys collects the rows of the table, depth first.
type keys struct {
	types map[string]*ast.StructType
	rows  [][]string
}

func (k *keys) add(prefix, typeName string) error {
	for _, f := range k.types[typeName].Fields.List {
		if f.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
		path := prefix + tag.Get("yaml")
		if f.Doc == nil {
			return fmt.Errorf("the key %s has no comment", path)
		}
		shown, inner := typeText(f.Type)
		if enum := tag.Get("enum"); enum != "" {
			shown += ": " + strings.ReplaceAll(enum, ",", ", ")
		}
		k.rows = append(k.rows, []string{"`" + path + "`", shown, strings.Join(strings.Fields(f.Doc.Text()), " ")})
		if k.types[inner] != nil {
			if err := k.add(path+suffix(f.Type)+".", inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// typeText says a Go type in YAML's words, and names the struct inside it.
func typeText(e ast.Expr) (shown, inner string) {
	switch t := e.(type) {
	case *ast.Ident:
		if t.Name == "string" || t.Name == "bool" {
			return t.Name, ""
		}
		return "map", t.Name
	case *ast.ArrayType:
		shown, inner = typeText(t.Elt)
		return "list of " + shown, inner
	case *ast.MapType:
		shown, inner = typeText(t.Value)
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
