package charts

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"helm.sh/helm/v3/pkg/strvals"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
)

// setFlag is one of Helm's --set flags.
type setFlag struct {
	name  string
	args  []string
	parse func(arg string, into map[string]any) error
	// alone parses one argument for its keys, without reading files.
	alone func(arg string, into map[string]any) error
	// split cuts an argument into its assignments.
	split func(arg string) []piece
}

// piece is one assignment of an argument, in bytes.
type piece struct{ start, end int }

// flags applies the --set family, in Helm's order.
func (v *valuing) flags() error {
	o := &v.options
	noFile := func(arg string, into map[string]any) error {
		return strvals.ParseIntoFile(arg, into, func([]rune) (any, error) { return "", nil })
	}
	for _, f := range []setFlag{
		{"--set-json", o.JSONValues, strvals.ParseJSON, strvals.ParseJSON, splitJSON},
		{"--set", o.Values, strvals.ParseInto, strvals.ParseInto, splitCommas},
		{"--set-string", o.StringValues, strvals.ParseIntoString, strvals.ParseIntoString, splitCommas},
		{"--set-file", o.FileValues, v.parseFileValue, noFile, splitCommas},
		{"--set-literal", o.LiteralValues, strvals.ParseLiteralInto, strvals.ParseLiteralInto, unsplit},
	} {
		for _, arg := range f.args {
			if err := v.set(f, arg); err != nil {
				return err
			}
		}
	}
	return nil
}

// parseFileValue is --set-file: the values are names of files.
func (v *valuing) parseFileValue(arg string, into map[string]any) error {
	return strvals.ParseIntoFile(arg, into, func(name []rune) (any, error) {
		data, _, err := v.read(string(name))
		return string(data), err
	})
}

func (v *valuing) set(f setFlag, arg string) error {
	err := f.parse(arg, v.user.Map)
	if err == nil {
		v.warnNoKey(f, arg)
		alone := map[string]any{}
		if f.alone(arg, alone) == nil {
			v.user.layers = append(v.user.layers, flagLayer(FlagLayer, f.name+" "+hideSecrets(arg, f.split(arg)), alone))
		}
		return nil
	}
	if p := (*problem)(nil); errors.As(err, &p) {
		p.Message = f.name + " " + hideSecrets(arg, f.split(arg)) + ": " + p.Message
		return v.failed(p)
	}
	if strings.Contains(err.Error(), "interface conversion") {
		if p := v.clash(f, arg); p != nil {
			return v.failed(p)
		}
	}
	if transfer := (*transferError)(nil); errors.As(err, &transfer) {
		return err
	}
	return v.failed(badSet(f, arg, err))
}

// warnNoKey reports assignments without a key, which Helm drops in silence.
func (v *valuing) warnNoKey(f setFlag, arg string) {
	for i, p := range f.split(arg) {
		if strings.HasPrefix(arg[p.start:p.end], "=") {
			found := refuse("CH106", "%s: there is no key before the =, so nothing is set", f.name)
			found.Severity, found.Excerpt = diag.Warning, excerptSet(f, arg, i)
			v.found = append(v.found, found.Diagnostic)
		}
	}
}

// badSet explains an argument that cannot be parsed, and points at the
// assignment that is wrong.
func badSet(f setFlag, arg string, err error) *problem {
	pieces := f.split(arg)
	i := slices.IndexFunc(pieces, func(p piece) bool { return f.alone(arg[:p.end], map[string]any{}) != nil })
	if empty := slices.IndexFunc(pieces, func(p piece) bool { return p.start == p.end }); empty >= 0 && empty < i {
		i = empty
	}
	i = max(0, i)
	wrong := ""
	if i < len(pieces) {
		wrong = arg[pieces[i].start:pieces[i].end]
	}
	explain := explainSet
	if f.name == "--set-json" {
		explain = explainJSON
	}
	message, hint := explain(wrong, i > 0, err.Error())
	p := refuse("CH106", "%s: %s", f.name, message).try(hint)
	p.Excerpt = excerptSet(f, arg, i)
	return p
}

// explainSet finds words for what is wrong with one assignment. was is what
// the parser says.
func explainSet(wrong string, afterComma bool, was string) (message, hint string) {
	switch {
	case wrong == "":
		return "an assignment is missing before or after the comma", "remove the comma"
	case !strings.Contains(wrong, "=") && afterComma:
		return `expected key=value, found no "=" after the comma`, `a comma inside a value is written \, or the value goes into --set-literal`
	case !strings.Contains(wrong, "="):
		return `expected key=value, found no "="`, ""
	case strings.Contains(was, "list must terminate"):
		return "the list is not closed", "lists are written key={a,b}"
	case strings.Contains(was, "parsing index"):
		return "expected a list index, a number, between [ and ]", `a key that holds brackets is written with \[`
	case strings.Contains(was, "key map"):
		return "there is no key after the dot", `a dot inside a key is written \.`
	}
	return was, ""
}

func explainJSON(wrong string, _ bool, was string) (message, hint string) {
	switch {
	case strings.HasPrefix(strings.TrimSpace(wrong), "{"):
		return "expected key=JSON, found JSON without a key", "name the key: --set-json 'image={...}'; only Helm 4 takes an object alone"
	case !strings.Contains(wrong, "="):
		return `expected key=JSON, found no "="`, ""
	}
	return "what follows the = is not JSON: " + was, `strings need double quotes inside the shell's: --set-json 'name="x"'`
}

// clash explains an argument that wants a table or a list where something else
// has been set, and says who did.
func (v *valuing) clash(f setFlag, arg string) *problem {
	for i, p := range f.split(arg) {
		alone := map[string]any{}
		if f.alone(arg[p.start:p.end], alone) != nil {
			continue
		}
		key, _, _ := strings.Cut(arg[p.start:p.end], "=")
		path, got := inTheWay(v.user.Map, alone, strings.Contains(key, "["))
		if path == nil {
			continue
		}
		found := refuse("CH107", "%s: %s cannot be set, since %s is %s", f.name, key, strings.Join(path, "."), got)
		found.Excerpt = excerptSet(f, arg, i)
		for _, l := range slices.Backward(v.user.layers) {
			if at, how := l.find(path); how != missing {
				found.Related = []diag.Related{{Span: at, Message: "set by " + l.name}}
				break
			}
		}
		return found
	}
	return nil
}

// inTheWay returns the path at which values hold something that is not the
// table or list that one assignment needs there.
func inTheWay(values, assignment map[string]any, indexed bool) (path []string, got string) {
	for key, want := range assignment {
		have, found := values[key]
		if !found {
			return nil, ""
		}
		table, isTable := have.(map[string]any)
		_, isList := have.([]any)
		switch w := want.(type) {
		case map[string]any:
			if !isTable {
				return []string{key}, chartutil.KindOf(have)
			}
			if path, got = inTheWay(table, w, indexed); path != nil {
				return append([]string{key}, path...), got
			}
		case []any:
			if !isList && indexed {
				return []string{key}, chartutil.KindOf(have)
			}
		}
	}
	return nil, ""
}

// excerptSet shows the flag as it was typed, with one assignment marked.
func excerptSet(f setFlag, arg string, marked int) *diag.Excerpt {
	pieces := f.split(arg)
	e := &diag.Excerpt{Text: f.name + " " + hideSecrets(arg, pieces), Column: len(f.name) + 2, Width: 1}
	if marked < len(pieces) {
		before := hideSecrets(arg[:pieces[marked].start], pieces[:marked])
		e.Column += utf8.RuneCountInString(before)
		e.Width = max(1, utf8.RuneCountInString(e.Text)-e.Column+1)
		if marked+1 < len(pieces) {
			until := hideSecrets(arg[:pieces[marked].end], pieces[:marked+1])
			e.Width = max(1, utf8.RuneCountInString(until)-utf8.RuneCountInString(before))
		}
	}
	return e
}

// hideSecrets replaces the values of keys that look like they hold a secret:
// messages end up in logs. What follows a comma in such a value is hidden too.
func hideSecrets(arg string, pieces []piece) string {
	if !secretKey.MatchString(arg) {
		return arg
	}
	var b strings.Builder
	last, hidden := 0, false
	for _, p := range pieces {
		b.WriteString(arg[last:p.start])
		text := arg[p.start:p.end]
		last = p.end
		key, _, assigned := strings.Cut(text, "=")
		switch {
		case assigned && secretKey.MatchString(key):
			hidden = true
			b.WriteString(key + "=" + masked)
		case !assigned && hidden:
			b.WriteString(masked)
		default:
			hidden = false
			b.WriteString(text)
		}
	}
	return b.String() + arg[last:]
}

// splitCommas cuts at the commas that separate assignments: not those that are
// escaped or inside the braces of a list.
func splitCommas(arg string) []piece {
	var pieces []piece
	start, inList := 0, false
	for i := 0; i < len(arg); i++ {
		switch c := arg[i]; {
		case c == '\\':
			i++
		case c == '{' && i > start && arg[i-1] == '=' && strings.Count(arg[start:i], "=") == 1:
			inList = true
		case c == '}':
			inList = false
		case c == ',' && !inList:
			pieces = append(pieces, piece{start, i})
			start = i + 1
		}
	}
	return append(pieces, piece{start, len(arg)})
}

// splitJSON cuts after each JSON value; what cannot be read is one piece.
func splitJSON(arg string) []piece {
	var pieces []piece
	for start := 0; start < len(arg); {
		_, value, found := strings.Cut(arg[start:], "=")
		decoder := json.NewDecoder(strings.NewReader(value))
		var ignored any
		if !found || decoder.Decode(&ignored) != nil {
			return append(pieces, piece{start, len(arg)})
		}
		end := len(arg) - len(value) + int(decoder.InputOffset())
		pieces = append(pieces, piece{start, end})
		rest := strings.TrimLeft(arg[end:], " \t")
		start = len(arg) - len(strings.TrimPrefix(rest, ","))
	}
	return pieces
}

func unsplit(arg string) []piece { return []piece{{0, len(arg)}} }
