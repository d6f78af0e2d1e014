package validation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// property is what the server's OpenAPI says of a field.
type property struct {
	Ref        string                                  `json:"$ref"`
	AllOf      []*property                             `json:"allOf"`
	Type       string                                  `json:"type"`
	Format     string                                  `json:"format"`
	Enum       []any                                   `json:"enum"`
	Properties map[string]property                     `json:"properties"`
	Items      *property                               `json:"items"`
	Additional *property                               `json:"additionalProperties"`
	GVK        []struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
}

// shape is what a field can hold, as far as mistakes differ.
type shape string

const (
	isString    shape = "string"
	isInteger   shape = "integer"
	isNumber    shape = "number"
	isBoolean   shape = "boolean"
	isObject    shape = "object"
	isMap       shape = "map"
	isList      shape = "list"
	isQuantity  shape = "quantity"
	isIntString shape = "int or string"
	isTime      shape = "time"
	isBytes     shape = "bytes"
	isAnything  shape = "anything"
)

// description is the OpenAPI of one group and version.
type description struct {
	Components struct{ Schemas map[string]*property }
}

// describe reads what the server says of a kind.
type descriptions struct {
	mu   sync.Mutex
	byGV map[string]*description
}

func (d *descriptions) kind(ctx context.Context, s *server, apiVersion, kind string) (*description, *property, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	one := d.byGV[apiVersion]
	if one == nil {
		text, err := s.OpenAPI(ctx, apiVersion)
		if err != nil {
			return nil, nil, err
		}
		one = &description{}
		if err := json.Unmarshal(text, one); err != nil {
			return nil, nil, err
		}
		d.byGV[apiVersion] = one
	}
	group, version, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group, version = "", apiVersion
	}
	for _, p := range one.Components.Schemas {
		if len(p.GVK) == 1 && p.GVK[0] == struct{ Group, Version, Kind string }{group, version, kind} {
			return one, p, nil
		}
	}
	return nil, nil, fmt.Errorf("the server does not describe %s %s", apiVersion, kind)
}

// resolve follows references. The name of the last is kept, since quantities and
// times are known by it.
func (d *description) resolve(p *property) (*property, string) {
	name := ""
	for p != nil {
		switch {
		case p.Ref != "":
			name = p.Ref[strings.LastIndex(p.Ref, "/")+1:]
			p = d.Components.Schemas[name]
		case len(p.AllOf) == 1 && p.Type == "":
			p = p.AllOf[0]
		default:
			return p, name
		}
	}
	return &property{}, name
}

func (d *description) shape(p *property) shape {
	p, name := d.resolve(p)
	switch {
	case strings.HasSuffix(name, ".Quantity"):
		return isQuantity
	case strings.HasSuffix(name, ".IntOrString"), p.Format == "int-or-string":
		return isIntString
	case p.Format == "date-time":
		return isTime
	case p.Format == "byte":
		return isBytes
	case p.Type == "array":
		return isList
	case p.Type == "object" && len(p.Properties) > 0:
		return isObject
	case p.Type == "object" && p.Additional != nil:
		return isMap
	case p.Type == "string", p.Type == "integer", p.Type == "number", p.Type == "boolean":
		return shape(p.Type)
	}
	return isAnything
}
