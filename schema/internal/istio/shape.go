package istio

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/helmx-dev/helmx/manifest"
	"google.golang.org/protobuf/reflect/protoreflect"
	meshapi "istio.io/api/mesh/v1alpha1"
)

// Misfit is a field that does not fit the type that istiod reads it into.
type Misfit struct {
	Path  manifest.Path
	Value any
	Want  string   // what is expected, "" for a field that there is not
	Known []string // the fields there are, or the values that are allowed
}

// Settings are the types of settings that documents hold as text.
var (
	MeshType     = (&meshapi.MeshConfig{}).ProtoReflect().Descriptor
	NetworksType = (&meshapi.MeshNetworks{}).ProtoReflect().Descriptor
	ProxyType    = (&meshapi.ProxyConfig{}).ProtoReflect().Descriptor
)

// Misfits compares a value with a type, strictly: istiod itself passes over fields
// that it does not know, and then does not do what they were written for.
func Misfits(value any, of func() protoreflect.MessageDescriptor) []Misfit {
	f := fitting{}
	f.message(value, of(), nil)
	return f.found
}

type fitting struct{ found []Misfit }

func (f *fitting) add(p manifest.Path, value any, want string, known ...string) {
	f.found = append(f.found, Misfit{slices.Clone(p), value, want, known})
}

// message compares a value with a message type. A null stands for nothing.
func (f *fitting) message(value any, md protoreflect.MessageDescriptor, p manifest.Path) {
	if value == nil || f.wellKnown(value, md, p) {
		return
	}
	m, ok := value.(map[string]any)
	if !ok {
		f.add(p, value, "a map")
		return
	}
	fields := md.Fields()
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fd := fields.ByJSONName(name)
		if fd == nil {
			fd = fields.ByTextName(name)
		}
		if fd == nil {
			f.add(p.Child(name), m[name], "", fieldNames(fields)...)
			continue
		}
		f.field(m[name], fd, p.Child(name))
	}
}

func fieldNames(fields protoreflect.FieldDescriptors) []string {
	names := make([]string, fields.Len())
	for i := range names {
		names[i] = fields.Get(i).JSONName()
	}
	slices.Sort(names)
	return names
}

func (f *fitting) field(value any, fd protoreflect.FieldDescriptor, p manifest.Path) {
	switch {
	case value == nil:
	case fd.IsMap():
		m, ok := value.(map[string]any)
		if !ok {
			f.add(p, value, "a map")
			return
		}
		for _, key := range slices.Sorted(maps.Keys(m)) {
			f.single(m[key], fd.MapValue(), p.Child(key))
		}
	case fd.IsList():
		list, ok := value.([]any)
		if !ok {
			f.add(p, value, "a list")
			return
		}
		for i, item := range list {
			f.single(item, fd, p.At(i))
		}
	default:
		f.single(value, fd, p)
	}
}

// single compares with the type of a field, or with that of its items.
func (f *fitting) single(value any, fd protoreflect.FieldDescriptor, p manifest.Path) {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		f.message(value, fd.Message(), p)
	case protoreflect.EnumKind:
		f.enum(value, fd.Enum(), p)
	default:
		f.scalar(value, fd.Kind(), p)
	}
}

func (f *fitting) enum(value any, ed protoreflect.EnumDescriptor, p manifest.Path) {
	name, isString := value.(string)
	if !isString {
		if !isInteger(value) {
			f.add(p, value, "a string")
		}
		return
	}
	values := ed.Values()
	if values.ByName(protoreflect.Name(name)) != nil {
		return
	}
	known := make([]string, values.Len())
	for i := range known {
		known[i] = string(values.Get(i).Name())
	}
	f.add(p, value, "one of", known...)
}

// scalar compares with a simple type. Numbers may stand in quotes.
func (f *fitting) scalar(value any, kind protoreflect.Kind, p manifest.Path) {
	_, isString := value.(string)
	switch kind {
	case protoreflect.BoolKind:
		if _, ok := value.(bool); !ok {
			f.add(p, value, "true or false")
		}
	case protoreflect.StringKind, protoreflect.BytesKind:
		if !isString {
			f.add(p, value, "a string")
		}
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		if !isNumber(value) {
			f.add(p, value, "a number")
		}
	default:
		if !isInteger(value) {
			f.add(p, value, "an integer")
		}
	}
}

func isNumber(value any) bool {
	switch v := value.(type) {
	case int64, uint64, float64, json.Number:
		return true
	case string:
		_, err := strconv.ParseFloat(v, 64)
		return err == nil
	}
	return false
}

func isInteger(value any) bool {
	switch v := value.(type) {
	case float64:
		return v == float64(int64(v))
	case string:
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	}
	return isNumber(value)
}

// wrappers are messages that stand for a simple type in JSON.
var wrappers = map[protoreflect.FullName]protoreflect.Kind{
	"google.protobuf.BoolValue":   protoreflect.BoolKind,
	"google.protobuf.StringValue": protoreflect.StringKind,
	"google.protobuf.BytesValue":  protoreflect.BytesKind,
	"google.protobuf.DoubleValue": protoreflect.DoubleKind,
	"google.protobuf.FloatValue":  protoreflect.FloatKind,
	"google.protobuf.Int32Value":  protoreflect.Int32Kind,
	"google.protobuf.Int64Value":  protoreflect.Int64Kind,
	"google.protobuf.UInt32Value": protoreflect.Uint32Kind,
	"google.protobuf.UInt64Value": protoreflect.Uint64Kind,
	"google.protobuf.Duration":    protoreflect.StringKind,
	"google.protobuf.Timestamp":   protoreflect.StringKind,
}

// wellKnown compares with the messages that have a JSON form of their own; ok is
// false for any other message.
func (f *fitting) wellKnown(value any, md protoreflect.MessageDescriptor, p manifest.Path) (ok bool) {
	if kind, ok := wrappers[md.FullName()]; ok {
		f.scalar(value, kind, p)
		return true
	}
	switch md.FullName() {
	case "google.protobuf.Struct", "google.protobuf.Any":
		if _, isMap := value.(map[string]any); !isMap {
			f.add(p, value, "a map")
		}
		return true
	case "google.protobuf.Value", "google.protobuf.ListValue":
		return true
	}
	return false
}
