package engine

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"text/template"
	"unsafe"

	"github.com/Masterminds/sprig/v3"

	"helm.sh/helm/v3/pkg/chart"
)

// errConflict ends the execution of a file that would change what another file
// may be reading. It never reaches a user: the file is executed again.
var errConflict = errors.New("change of a shared map")

// mutators are the functions that change an argument. All others return
// something new.
var mutators = []string{"set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "sortAlpha"}

type (
	table     = map[string]any
	setFunc   = func(table, string, any) table
	unsetFunc = func(table, string) table
	mergeFunc = func(table, ...table) any
	mustMerge = func(table, ...table) (any, error)
	sortFunc  = func(any) []string
)

// guard returns the functions that change an argument, with sprig's effect,
// except that they refuse a shared map while files are executed together.
func (w *worker) guard() template.FuncMap {
	m := sprig.GenericFuncMap()
	set, unset, sortAlpha := m["set"].(setFunc), m["unset"].(unsetFunc), m["sortAlpha"].(sortFunc)
	guarded := template.FuncMap{
		"set": func(d table, key string, value any) table {
			w.own(d)
			return set(d, key, value)
		},
		"unset": func(d table, key string) table {
			w.own(d)
			return unset(d, key)
		},
		"sortAlpha": func(list any) []string {
			if s, ok := list.([]string); ok && w.shared != nil && w.shared.hasStrings(s) {
				w.refuse()
			}
			mustEnd(list)
			return sortAlpha(list)
		},
	}
	for _, name := range []string{"merge", "mergeOverwrite"} {
		merge := m[name].(mergeFunc)
		guarded[name] = func(dst table, sources ...table) any {
			w.ownAll(dst, sources)
			mustMergeEnd(dst, sources)
			return merge(dst, sources...)
		}
	}
	for _, name := range []string{"mustMerge", "mustMergeOverwrite"} {
		merge := m[name].(mustMerge)
		guarded[name] = func(dst table, sources ...table) (any, error) {
			w.ownAll(dst, sources)
			mustMergeEnd(dst, sources)
			return merge(dst, sources...)
		}
	}
	return guarded
}

// own refuses a map that other files can see.
func (w *worker) own(d table) {
	if w.shared != nil && d != nil && (w.shared.has(d) || mapAddress(d) == mapAddress(w.context)) {
		w.refuse()
	}
}

// ownAll refuses a merge that would change a shared map. Merging changes the
// maps inside of dst too, and these may be those of a source merged before.
func (w *worker) ownAll(dst table, sources []table) {
	if w.shared == nil {
		return
	}
	w.own(dst)
	inside := []table{dst}
	if len(sources) > 1 {
		inside = append(inside, sources[:len(sources)-1]...)
	}
	for _, m := range inside {
		for _, v := range m {
			if w.shared.reaches(v, 0) {
				w.refuse()
			}
		}
	}
}

// mustMergeEnd refuses tables that contain themselves.
func mustMergeEnd(dst table, sources []table) {
	mustEnd(dst)
	for _, src := range sources {
		mustEnd(src)
	}
}

func (w *worker) refuse() {
	w.conflict = true
	panic(errConflict) // text/template makes an error of it
}

// sharedMaps are all maps and string lists that more than one file can reach.
// They are collected when the first file wants to change something; until the
// files that run together have ended, nothing is added.
type sharedMaps struct {
	sources []*source
	once    sync.Once
	maps    map[uintptr]bool
	strings [][]string
}

func (s *sharedMaps) has(m table) bool {
	s.once.Do(s.collect)
	return s.maps[mapAddress(m)]
}

// hasStrings reports whether the list is, or is part of, a shared one.
func (s *sharedMaps) hasStrings(list []string) bool {
	s.once.Do(s.collect)
	return slices.ContainsFunc(s.strings, func(shared []string) bool {
		if len(shared) == 0 || len(list) == 0 {
			return false
		}
		at, from := uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(&shared[0]))
		return at >= from && at <= uintptr(unsafe.Pointer(&shared[len(shared)-1]))
	})
}

// reaches reports whether there is a shared map in v.
func (s *sharedMaps) reaches(v any, depth int) bool {
	const tooDeep = 100 // a cycle, or close to it
	s.once.Do(s.collect)
	if m, ok := asTable(v); ok {
		if s.maps[mapAddress(m)] || depth > tooDeep {
			return true
		}
		for _, v := range m {
			if s.reaches(v, depth+1) {
				return true
			}
		}
	}
	if list, ok := v.([]any); ok {
		for _, v := range list {
			if depth > tooDeep || s.reaches(v, depth+1) {
				return true
			}
		}
	}
	return false
}

func (s *sharedMaps) collect() {
	s.maps = map[uintptr]bool{}
	seen := map[*chart.Chart]bool{}
	for _, src := range s.sources {
		s.add(src.context)
		if !seen[src.chart] {
			seen[src.chart] = true
			s.addMetadata(src.chart.Metadata)
		}
	}
}

func (s *sharedMaps) add(v any) {
	if m, ok := asTable(v); ok && m != nil {
		if at := mapAddress(m); !s.maps[at] {
			s.maps[at] = true
			for _, v := range m {
				s.add(v)
			}
		}
	}
	if list, ok := v.([]any); ok {
		for _, v := range list {
			s.add(v)
		}
	}
	if list, ok := v.([]string); ok {
		s.strings = append(s.strings, list)
	}
}

func (s *sharedMaps) addMetadata(m *chart.Metadata) {
	s.add(m.Keywords)
	s.add(m.Sources)
	for _, d := range m.Dependencies {
		s.add(d.Tags)
		s.add(d.ImportValues)
	}
}

// asTable returns v as a map that set takes.
func asTable(v any) (table, bool) {
	switch v := v.(type) {
	case nil, string, bool, float64, int64, []any:
		return nil, false
	case table:
		return v, true
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Map || !rv.Type().ConvertibleTo(reflect.TypeFor[table]()) {
		return nil, false
	}
	return rv.Convert(reflect.TypeFor[table]()).Interface().(table), true
}

func mapAddress(m table) uintptr { return reflect.ValueOf(m).Pointer() }
