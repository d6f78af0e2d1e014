package chartutil

import (
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// ImportValues adds to the values of every chart what its dependencies'
// import-values name, below what the chart says itself. Two forms are known: a
// string X imports the child's table exports.X to the root, and a pair of child
// and parent imports one table into another. Charts at the bottom come first,
// so that what was imported can be imported further up.
//
// It changes ch (see Clone).
func ImportValues(ch *chart.Chart, warn WarnFunc) error {
	return importer{warn}.chart(ch, nil)
}

type importer struct{ warn WarnFunc }

func (im importer) chart(ch *chart.Chart, path []string) error {
	for _, sub := range ch.Dependencies() {
		if err := im.chart(sub, append(path[:len(path):len(path)], sub.Name())); err != nil {
			return err
		}
	}
	if ch.Metadata.Dependencies == nil {
		return nil
	}
	vals, err := MergeValues(ch, nil, nil)
	if err != nil {
		return err
	}
	imported := map[string]any{}
	for _, dep := range ch.Metadata.Dependencies {
		im.dependency(dep, vals, imported, path)
	}
	// Imported tables are still part of vals; without the copy a chart could
	// reach the same table by two paths.
	merged := copyTable(vals)
	coalescer{keepNull: true}.tables(merged, imported, nil)
	ch.Values = merged
	return nil
}

// dependency adds what one dependency exports to imported, and leaves in the
// declaration the child and parent form of each import, as Helm does:
// .Chart.Dependencies shows it.
func (im importer) dependency(dep *chart.Dependency, vals Values, imported map[string]any, path []string) {
	var pairs []any
	for _, item := range dep.ImportValues {
		var child, parent string
		switch form := item.(type) {
		case map[string]any:
			child, parent = fmt.Sprint(form["child"]), fmt.Sprint(form["parent"])
		case string:
			child, parent = "exports."+form, "."
		default:
			continue
		}
		pairs = append(pairs, map[string]string{"child": child, "parent": parent})
		table, err := vals.Table(dep.Name + "." + child)
		if err != nil {
			im.report(path, dep.Name, child, err)
			continue
		}
		coalescer{keepNull: true}.tables(imported, nest(parent, table.AsMap()), nil)
	}
	dep.ImportValues = pairs
}

func (im importer) report(path []string, dep, child string, err error) {
	if im.warn != nil {
		im.warn(Warning{
			Path:    append(path[:len(path):len(path)], dep),
			Message: fmt.Sprintf("import-values: subchart %s has no table %s to import (%v)", dep, child, err),
		})
	}
}

// nest puts a table at a dotted path; "." is the root.
func nest(path string, table map[string]any) map[string]any {
	if path == "." {
		return table
	}
	keys := strings.Split(path, ".")
	for i := len(keys) - 1; i >= 0; i-- {
		table = map[string]any{keys[i]: table}
	}
	return table
}
