package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// enums holds the allowed values of fields: definition -> the way to the schema
// ("properties/restartPolicy", "properties/accessModes/items") -> values.
type enums map[string]map[string][]any

// readEnums reads the Go source from which Kubernetes makes its OpenAPI
// documents: the server strips enums from the documents, and only the source
// still has them.
func readEnums(file string) (enums, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	names, bodies := definitionNames(f), map[string]*ast.FuncDecl{}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			bodies[fn.Name.Name] = fn
		}
	}
	out := enums{}
	for fn, name := range names {
		body := bodies[fn]
		if body == nil {
			return nil, fmt.Errorf("%s: there is no function %s", path.Base(file), fn)
		}
		found := map[string][]any{}
		walkSchema(body, "", found)
		if len(found) > 0 {
			out[name] = found
		}
	}
	return out, nil
}

// definitionNames maps the function that makes a definition to the name of the
// definition. The map of the source has keys like
// corev1.Pod{}.OpenAPIModelName(), before 1.35 "k8s.io/api/core/v1.Pod".
func definitionNames(f *ast.File) map[string]string {
	imports := map[string]string{}
	for _, i := range f.Imports {
		importPath, _ := strconv.Unquote(i.Path.Value)
		name := path.Base(importPath)
		if i.Name != nil {
			name = i.Name.Name
		}
		imports[name] = importPath
	}
	out := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		call, ok := kv.Value.(*ast.CallExpr)
		if !ok {
			return true
		}
		fn, ok := call.Fun.(*ast.Ident)
		if goName := goTypeName(kv.Key, imports); ok && goName != "" && strings.HasPrefix(fn.Name, "schema_") {
			out[fn.Name] = definitionName(goName)
		}
		return true
	})
	return out
}

// goTypeName returns "k8s.io/api/core/v1.Pod" for either form of a key.
func goTypeName(key ast.Expr, imports map[string]string) string {
	if s := stringLiteral(key); s != "" {
		return s
	}
	call, ok := key.(*ast.CallExpr)
	if !ok {
		return ""
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	value, ok := method.X.(*ast.CompositeLit)
	if !ok {
		return ""
	}
	typ, ok := value.Type.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	return imports[typ.X.(*ast.Ident).Name] + "." + typ.Sel.Name
}

// definitionName turns the host around: io.k8s.api.core.v1.Pod.
func definitionName(goName string) string {
	host, rest, _ := strings.Cut(goName, "/")
	parts := strings.Split(host, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".") + "." + strings.ReplaceAll(rest, "/", ".")
}

// walkSchema collects the enums of the schema literals below n, which is at
// where in its definition.
func walkSchema(n ast.Node, where string, found map[string][]any) {
	ast.Inspect(n, func(child ast.Node) bool {
		kv, ok := child.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, ok := kv.Key.(*ast.Ident)
		if !ok {
			return true
		}
		switch key.Name {
		case "Properties":
			walkProperties(kv.Value, where, found)
		case "Items":
			walkSchema(kv.Value, where+"/items", found)
		case "AdditionalProperties":
			walkSchema(kv.Value, where+"/additionalProperties", found)
		case "Enum":
			found[strings.TrimPrefix(where, "/")] = literals(kv.Value)
		default:
			return true
		}
		return false
	})
}

func walkProperties(n ast.Expr, where string, found map[string][]any) {
	lit, ok := n.(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			walkSchema(kv.Value, where+"/properties/"+stringLiteral(kv.Key), found)
		}
	}
}

func literals(n ast.Expr) []any {
	var out []any
	if lit, ok := n.(*ast.CompositeLit); ok {
		for _, e := range lit.Elts {
			out = append(out, stringLiteral(e))
		}
	}
	return out
}

func stringLiteral(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	return ""
}

// addEnums puts the enums into the definitions. A definition that no kind of
// the API server uses (kubelet configuration, say) is not there, and passed over.
func (r *release) addEnums(all enums) error {
	added := 0
	for name, fields := range all {
		for where, values := range fields {
			schema := r.definitions[name]
			for _, word := range strings.Split(where, "/") {
				schema, _ = schema[word].(map[string]any)
			}
			if schema != nil {
				schema["enum"] = values
				added++
			}
		}
	}
	// 1.37 has 150 on definitions that are served, 1.28 about half as many.
	if added < 60 {
		return fmt.Errorf("only %d enums fit the definitions: has the source changed its form?", added)
	}
	return nil
}
