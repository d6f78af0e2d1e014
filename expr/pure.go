package expr

import (
	"errors"
	"fmt"
	"maps"
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
func whyNot(name string) string { return impure[name] }

// pureFunctions returns what an expression can call. Functions of sprig that
// change their argument work on a copy: an expression must not change what the
// next one sees.
func pureFunctions() template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	for name := range impure {
		delete(all, name)
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
			copies[i], _ = copyTree(m).(map[string]any)
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

func copyTree(v any) any {
	switch x := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(x))
		for key, value := range x {
			c[key] = copyTree(value)
		}
		return c
	case []any:
		c := make([]any, len(x))
		for i, value := range x {
			c[i] = copyTree(value)
		}
		return c
	}
	return v
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
