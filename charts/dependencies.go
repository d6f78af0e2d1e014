package charts

import (
	"errors"
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
)

// checkDependencies demands that every dependency of Chart.yaml is in charts/,
// as Helm does before it renders; versions do not matter to it. What charts/
// lacks and the binary holds - Istio's charts at exactly the declared version -
// is attached from there.
func (r *reading) checkDependencies(c *Chart, from source) error {
	var missing []*chart.Dependency
	for _, d := range c.Metadata.Dependencies {
		if hasDependency(c.Chart, d.Name) {
			continue
		}
		if b, ok := BuiltinDependency(d.Name, d.Version, d.Repository); ok {
			c.AddDependency(b)
			c.place.sub = append(c.place.sub, builtinPlace(b))
			continue
		}
		missing = append(missing, d)
	}
	if len(missing) == 0 {
		return nil
	}
	return missingDependencies(c, from, missing)
}

func hasDependency(c *chart.Chart, name string) bool {
	for _, d := range c.Dependencies() {
		if d.Name() == name {
			return true
		}
	}
	return false
}

// missingDependencies points at the first one in Chart.yaml or
// requirements.yaml, and relates the others.
func missingDependencies(c *Chart, from source, missing []*chart.Dependency) error {
	names := make([]string, len(missing))
	for i, d := range missing {
		names[i] = d.Name
	}
	declared := "Chart.yaml"
	if rawData(c.Chart, "requirements.yaml") != nil {
		declared = "requirements.yaml"
	}
	p := refuse("CH005", "found in Chart.yaml, but missing in charts/ directory: %s", strings.Join(names, ", ")).in(from.file(declared))
	if from.dir != "" {
		p.try(fmt.Sprintf("run `helmx dependency build %s`, or add --dependency-update", from.dir))
	} else {
		p.try("the archive was packaged without its dependencies: package it again after `helm dependency build`")
	}
	for _, name := range names {
		line, column := declaration(rawData(c.Chart, declared), name)
		span := diag.Span{File: p.Span.File, Start: diag.Pos{Line: line, Column: column}}
		if !p.Span.Start.Known() {
			p.Span = span
			p.mark(rawData(c.Chart, declared))
			continue
		}
		p.Related = append(p.Related, diag.Related{Span: span, Message: name + " is declared here"})
	}
	return p
}

func declaration(data []byte, name string) (line, column int) {
	eachDependency(data, func(item *yaml.Node) {
		for i := 0; i+1 < len(item.Content); i += 2 {
			if value := item.Content[i+1]; item.Content[i].Value == "name" && value.Value == name && line == 0 {
				line, column = value.Line, value.Column
			}
		}
	})
	return line, column
}

func isMissing(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.Code == "CH005"
}
