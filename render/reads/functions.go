package reads

import (
	"text/template/parse"
)

// call evaluates a function. One that is not listed may look at everything that
// it is given and returns nothing that leads to values.
func (a *analysis) call(name string, n parse.Node, args []set) set {
	if f, ok := functions[name]; ok {
		return f(a, n, args)
	}
	how, known := takes[name]
	if !known {
		how = Whole
	}
	for _, arg := range args {
		a.escape(arg, how)
	}
	return nil
}

// takes says what functions that return no part of their arguments do with them.
var takes = map[string]How{
	"toYaml": AsYAML, "toJson": AsYAML, "toPrettyJson": AsYAML, "toRawJson": AsYAML, "toYamlPretty": AsYAML, "toToml": AsYAML,
	"mustToJson": AsYAML, "mustToPrettyJson": AsYAML, "mustToRawJson": AsYAML, "toString": AsText,
	"quote": AsText, "squote": AsText, "trim": AsText, "trimSuffix": AsText, "trimPrefix": AsText, "trimAll": AsText, "trunc": AsText,
	"lower": AsText, "upper": AsText, "title": AsText, "replace": AsText, "contains": AsText, "hasPrefix": AsText, "hasSuffix": AsText,
	"b64enc": AsText, "sha256sum": AsText, "splitList": AsText, "split": AsText, "indent": AsText, "nindent": AsText, "regexMatch": AsText,
	"int": AsNumber, "int64": AsNumber, "float64": AsNumber, "add": AsNumber, "add1": AsNumber, "sub": AsNumber, "mul": AsNumber, "div": AsNumber,
	"mod": AsNumber, "max": AsNumber, "min": AsNumber, "until": AsNumber, "gt": AsNumber, "ge": AsNumber, "lt": AsNumber, "le": AsNumber,
}

// function evaluates a call at a node.
type function func(a *analysis, n parse.Node, args []set) set

var functions map[string]function

func init() { // refers to itself through include
	functions = map[string]function{
		"include": (*analysis).include, "tpl": (*analysis).tpl, "call": (*analysis).include,
		"dict": (*analysis).dict, "list": (*analysis).makeList, "tuple": (*analysis).makeList,
		"set": (*analysis).set, "unset": passFirst, "get": (*analysis).index, "index": (*analysis).index,
		"dig": (*analysis).dig, "pluck": (*analysis).pluck, "pick": (*analysis).pick, "omit": passFirst,
		"hasKey": (*analysis).hasKey, "keys": (*analysis).keys, "values": items,
		"required": (*analysis).required, "default": (*analysis).defaults, "ternary": (*analysis).ternary,
		"eq": (*analysis).compare, "ne": (*analysis).compare, "has": (*analysis).has,
		"append": (*analysis).extend, "mustAppend": (*analysis).extend, "prepend": (*analysis).extend, "mustPrepend": (*analysis).extend, "push": (*analysis).extend,
		"printed": pass, "fail": (*analysis).fail,
	}
	for _, name := range []string{"coalesce", "or", "and", "deepCopy", "mustDeepCopy"} {
		functions[name] = pass
	}
	for _, name := range []string{"merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "mergeDeep"} {
		functions[name] = (*analysis).mergeAll
	}
	for _, name := range []string{"first", "mustFirst", "last", "mustLast"} {
		functions[name] = items
	}
	for _, name := range []string{
		"concat", "rest", "mustRest", "initial", "mustInitial", "reverse", "mustReverse", "uniq", "mustUniq", "compact", "mustCompact",
		"without", "mustWithout", "slice", "mustSlice", "sortAlpha", "chunk", "flatten",
	} {
		functions[name] = pass
	}
	for _, name := range []string{"not", "empty", "kindIs", "kindOf", "typeIs", "typeOf", "typeIsLike", "len", "all", "any"} {
		functions[name] = tested
	}
}

// pass returns any of its arguments, or parts of them.
func pass(_ *analysis, _ parse.Node, args []set) set {
	var out set
	for _, arg := range args {
		out = union(out, arg)
	}
	return out
}

func passFirst(_ *analysis, _ parse.Node, args []set) set {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// items returns the items of its arguments.
func items(a *analysis, n parse.Node, args []set) set {
	out := a.field(pass(a, n, args), anyKey)
	a.touch(out, Touched, nil)
	return out
}

func tested(a *analysis, n parse.Node, args []set) set {
	a.touch(pass(a, n, args), Tested, nil)
	return nil
}

func (a *analysis) fail(_ parse.Node, args []set) set {
	for _, arg := range args {
		a.escape(arg, AsText)
	}
	return nil
}

// include goes through the named template. A name that is not known may be any.
func (a *analysis) include(_ parse.Node, args []set) set {
	if len(args) == 0 {
		return nil
	}
	dot := pass(a, nil, args[1:])
	names, only := args[0].constants()
	a.escape(args[0], AsText)
	for _, name := range names {
		a.template(a.in.Trees[name], dot)
	}
	if !only {
		for _, name := range a.defined() {
			a.template(a.in.Trees[name], dot)
		}
	}
	return nil
}

// defined are the names of all templates.
func (a *analysis) defined() []string {
	if a.names == nil {
		a.names = sortedKeys(a.in.Trees)
	}
	return a.names
}

// tpl goes through the text when it is a constant, and else through every text
// that is known.
func (a *analysis) tpl(_ parse.Node, args []set) set {
	if len(args) < 2 {
		return nil
	}
	texts, only := args[0].constants()
	a.escape(args[0], AsText)
	for _, text := range texts {
		tree, known := a.parsed[text]
		if !known {
			tree = parseText(text)
			a.parsed[text] = tree
		}
		a.template(tree, args[1])
	}
	if !only {
		for _, tree := range a.in.Texts {
			a.template(tree, args[1])
		}
	}
	return nil
}

func (a *analysis) dict(n parse.Node, args []set) set {
	d := a.site(n)
	for i := 0; i < len(args); i += 2 {
		var value set
		if i+1 < len(args) {
			value = args[i+1]
		}
		a.putUnder(d, args[i], value)
	}
	return d
}

// putUnder stores a value under a key that may not be known.
func (a *analysis) putUnder(into, key, value set) {
	names, only := key.constants()
	for _, name := range names {
		a.put(into, name, value)
	}
	if !only {
		a.escape(key, AsText)
		a.addItems(into, value)
	}
}

func (a *analysis) makeList(n parse.Node, args []set) set {
	l := a.site(n)
	for _, arg := range args {
		a.addItems(l, arg)
	}
	return l
}

// extend adds an item to a list.
func (a *analysis) extend(n parse.Node, args []set) set {
	l := a.site(n)
	if len(args) == 2 {
		a.merge(l, args[0])
		a.addItems(l, a.field(args[0], anyKey))
		a.addItems(l, args[1])
	}
	return l
}

func (a *analysis) set(_ parse.Node, args []set) set {
	if len(args) != 3 {
		return nil
	}
	if len(args[0]) == 0 { // nobody knows who reads that
		a.escape(args[2], Whole)
	}
	a.putUnder(args[0], args[1], args[2])
	return args[0]
}

func (a *analysis) mergeAll(_ parse.Node, args []set) set {
	if len(args) == 0 {
		return nil
	}
	for _, source := range args[1:] {
		if len(args[0]) == 0 { // nobody knows who reads that
			a.escape(source, Whole)
		}
		a.merge(args[0], source)
	}
	return args[0]
}

// index follows keys, as get does with one.
func (a *analysis) index(_ parse.Node, args []set) set {
	if len(args) == 0 {
		return nil
	}
	value := args[0]
	for _, key := range args[1:] {
		value = a.under(value, key)
	}
	a.touch(value, Touched, nil)
	return value
}

// under returns what stands under a key that may not be known.
func (a *analysis) under(value, key set) set {
	names, only := key.constants()
	var out set
	for _, name := range names {
		out = union(out, a.field(value, name))
	}
	if !only {
		a.escape(key, AsText)
		out = union(out, a.field(value, anyKey))
	}
	return out
}

// dig is dig KEY... DEFAULT DICT.
func (a *analysis) dig(_ parse.Node, args []set) set {
	if len(args) < 3 {
		return nil
	}
	value := args[len(args)-1]
	for _, key := range args[:len(args)-2] {
		value = a.under(value, key)
	}
	a.touch(value, Touched, nil)
	return union(value, args[len(args)-2])
}

// pluck is pluck KEY DICT...
func (a *analysis) pluck(n parse.Node, args []set) set {
	l := a.site(n)
	if len(args) > 1 {
		found := a.under(pass(a, n, args[1:]), args[0])
		a.touch(found, Touched, nil)
		a.addItems(l, found)
	}
	return l
}

// pick is pick DICT KEY...
func (a *analysis) pick(n parse.Node, args []set) set {
	d := a.site(n)
	if len(args) == 0 {
		return d
	}
	for _, key := range args[1:] {
		a.putUnder(d, key, a.under(args[0], key))
	}
	return d
}

// hasKey is hasKey DICT KEY.
func (a *analysis) hasKey(_ parse.Node, args []set) set {
	if len(args) == 2 {
		a.touch(a.under(args[0], args[1]), Tested, nil)
	}
	return nil
}

func (a *analysis) keys(n parse.Node, args []set) set {
	of := pass(a, n, args)
	a.touch(a.field(of, anyKey), Touched, nil)
	l := a.site(n)
	a.addItems(l, a.keyNames(of))
	return l
}

// required is required MESSAGE VALUE.
func (a *analysis) required(_ parse.Node, args []set) set {
	if len(args) != 2 {
		return nil
	}
	a.touch(args[1], Required, nil)
	return args[1]
}

// defaults is default STAND-IN VALUE.
func (a *analysis) defaults(n parse.Node, args []set) set {
	if len(args) == 2 {
		for _, literal := range literals(n, args[0]) {
			a.touch(args[1], Defaulted, literal)
		}
	}
	return pass(a, n, args)
}

// ternary is ternary TRUE FALSE CONDITION.
func (a *analysis) ternary(n parse.Node, args []set) set {
	if len(args) != 3 {
		return pass(a, n, args)
	}
	a.touch(args[2], Tested, nil)
	return union(args[0], args[1])
}

// compare is eq or ne.
func (a *analysis) compare(n parse.Node, args []set) set {
	var with []any
	for _, arg := range args {
		with = append(with, literals(n, arg)...)
	}
	for _, arg := range args {
		for _, literal := range with {
			a.touch(arg, Compared, literal)
		}
		a.escape(arg, Whole)
	}
	return nil
}

// has is has ITEM LIST.
func (a *analysis) has(n parse.Node, args []set) set {
	if len(args) != 2 {
		return nil
	}
	for _, item := range a.field(args[1], anyKey) {
		if item.kind == constant {
			a.touch(args[0], Compared, item.text)
		}
	}
	a.escape(args[0], Whole)
	a.escape(args[1], Whole)
	return nil
}

// literals are the constants among the values of an argument; numbers and
// booleans, which lead nowhere, are taken from the call.
func literals(n parse.Node, arg set) []any {
	var out []any
	for _, c := range arg {
		if c.kind == constant {
			out = append(out, c.text)
		}
	}
	if c, ok := n.(*parse.CommandNode); ok && len(out) == 0 && len(arg) == 0 {
		for _, operand := range c.Args[1:] {
			switch operand := operand.(type) {
			case *parse.NumberNode:
				if operand.IsFloat {
					out = append(out, operand.Float64)
				}
			case *parse.BoolNode:
				out = append(out, operand.True)
			}
		}
	}
	return out
}
