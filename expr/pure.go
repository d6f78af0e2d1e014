package expr

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/funcs"
)

// impure says why a function of sprig or Helm is not there. The rest of sprig's
// list of functions that do not repeat comes on top.
var impure = map[string]string{
	"ago": noClock, "durationRound": noClock, "toDate": noClock, "mustToDate": noClock, "dateModify": noClock,
	"date_modify": noClock, "mustDateModify": noClock, "must_date_modify": noClock,
	"date": noClock, "dateInZone": noClock, "date_in_zone": noClock, "htmlDate": noClock, "htmlDateInZone": noClock, "now": noClock,
	"bcrypt": noChance, "htpasswd": noChance, "encryptAES": noChance, "shuffle": noChance, "randInt": noChance,
	"randAlphaNum": noChance, "randAlpha": noChance, "randAscii": noChance, "randNumeric": noChance, "randBytes": noChance, "uuidv4": noChance,
	"genPrivateKey": noChance, "genCA": noChance, "genCAWithKey": noChance, "genSelfSignedCert": noChance,
	"genSelfSignedCertWithKey": noChance, "genSignedCert": noChance, "genSignedCertWithKey": noChance,
	"env": noWorld, "expandenv": noWorld, "getHostByName": noWorld, "lookup": noWorld,
	"osBase": noWorld, "osClean": noWorld, "osDir": noWorld, "osExt": noWorld, "osIsAbs": noWorld,
	"include": noTemplate, "tpl": noTemplate, "template": noTemplate,
}

const (
	noClock    = "expressions have no clock and no time zone: the same input must give the same bytes"
	noChance   = "expressions have no randomness: the same input must give the same bytes"
	noWorld    = "expressions see .Values, .Release and .Object alone: no environment, network, cluster or files"
	noTemplate = "expressions run after the templates: named templates are out of reach"
)

// whyNot explains why a function that users know is missing, or returns "".
func (e *evaluator) whyNot(name string) string {
	switch why := impure[name]; {
	case why == noClock:
		return why + "; expressions.allow: [time] of helmx.yaml gives them both"
	case name == "env":
		return why + `; expressions.allow: ["env:NAME"] of helmx.yaml opens the environment, variable by variable`
	default:
		return why
	}
}

// pureFunctions returns what an expression can call. Functions of sprig that
// change their argument work on a copy: an expression must not change what the
// next one sees. What allow names is there too.
func pureFunctions(allow []string) template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	for name, why := range impure {
		if why != noClock || !slices.Contains(allow, "time") {
			delete(all, name)
		}
	}
	if slices.Contains(allow, "time") {
		allowTime(all)
	}
	if variables := named(allow, "env:"); len(variables) > 0 {
		all["env"] = func(name string) (string, error) { return variable(name, variables) }
	}
	maps.Copy(all, template.FuncMap{
		"set":       setCopy,
		"unset":     unsetCopy,
		"keys":      sortedKeys,
		"values":    sortedValues,
		"repeat":    repeat,
		"indent":    indent,
		"nindent":   nindent,
		"until":     until,
		"untilStep": untilStep,
		"seq":       seq,
		"toYaml":    toYAML,
		"fromYaml":  fromYAML,
		"required":  required,
	})
	for _, name := range []string{"merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"} {
		all[name] = onCopies(all[name])
	}
	maps.Copy(all, funcs.Map())
	return all
}

// allowTime brings back the functions that need a clock.
func allowTime(all template.FuncMap) {
	generic := sprig.TxtFuncMap()
	for name, why := range impure {
		if f, ok := generic[name]; ok && why == noClock {
			all[name] = f
		}
	}
}

// named returns the names behind a prefix of expressions.allow.
func named(allow []string, prefix string) []string {
	var names []string
	for _, entry := range allow {
		if name, ok := strings.CutPrefix(entry, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

// variable is the function env where helmx.yaml allows some variables by name.
// One that is not set is an error: the result would depend on who runs helmx.
func variable(name string, allowed []string) (string, error) {
	if !slices.Contains(allowed, name) {
		return "", &problem{code: codeClosed, message: "reads the variable " + name + " of the environment, which helmx.yaml does not allow", hint: fmt.Sprintf("expressions: {allow: [%q]}", "env:"+name)}
	}
	value, ok := os.LookupEnv(name)
	if !ok {
		return "", &problem{code: "EX002", message: "reads the variable " + name + ", which is not set in the environment", hint: "set it, or write {{ try \"default\" (env \"" + name + "\") }}"}
	}
	return value, nil
}

func toYAML(v any) (string, error) {
	data, err := yaml.Marshal(v)
	return strings.TrimSuffix(string(data), "\n"), err
}

func fromYAML(text string) (any, error) {
	var v any
	err := yaml.Unmarshal([]byte(text), &v)
	return v, err
}

func required(message string, v any) (any, error) {
	if v == nil || v == "" {
		return nil, errors.New(message)
	}
	return v, nil
}

func setCopy(m map[string]any, key string, value any) map[string]any {
	c := maps.Clone(m)
	if c == nil {
		c = map[string]any{}
	}
	c[key] = value
	return c
}

func unsetCopy(m map[string]any, key string) map[string]any {
	c := maps.Clone(m)
	delete(c, key)
	return c
}

// onCopies wraps one of sprig's merge functions, which write into their first
// argument and share parts of the others.
func onCopies(merge any) func(maps ...map[string]any) (any, error) {
	return func(args ...map[string]any) (any, error) {
		copies := make([]map[string]any, len(args))
		for i, m := range args {
			copies[i], _ = funcs.CopyTree(m).(map[string]any)
		}
		if len(copies) == 0 {
			return nil, errors.New("want at least one map")
		}
		switch merge := merge.(type) {
		case func(map[string]any, ...map[string]any) any:
			return merge(copies[0], copies[1:]...), nil
		case func(map[string]any, ...map[string]any) (any, error):
			return merge(copies[0], copies[1:]...)
		}
		return nil, fmt.Errorf("unexpected type %T", merge)
	}
}

// sortedKeys and sortedValues stand for sprig's, whose order changes from call
// to call.
func sortedKeys(dicts ...map[string]any) []string {
	var keys []string
	for _, d := range dicts {
		keys = append(keys, slices.Sorted(maps.Keys(d))...)
	}
	return keys
}

func sortedValues(dict map[string]any) []any {
	var values []any
	for _, key := range sortedKeys(dict) {
		values = append(values, dict[key])
	}
	return values
}
