package funcs

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

func quantityFuncs() []Func {
	quantity := Param{Name: "quantity", Doc: "as in a container's resources: 500m, 1.5, 2Gi, 1e3; numbers too"}
	other := Param{Name: "other", Doc: "another quantity"}
	return []Func{
		{
			Name: "quantityAdd", Group: Kubernetes, Fn: quantityAdd,
			Doc:    "The sum of two Kubernetes quantities, exact, in the notation of the piped one: the largest suffix that needs no fraction. A negative quantity subtracts.",
			Params: []Param{other, quantity},
			Examples: []Example{
				{Template: `{{ "1Gi" | quantityAdd "512Mi" }}`, Want: "1536Mi"},
				{Template: `{{ "1500m" | quantityAdd 0.5 }}`, Want: "2"},
				{Template: `{{ "1Gi" | quantityAdd "-1" }}`, Want: "1073741823"},
			},
		},
		{
			Name: "quantityMul", Group: Kubernetes, Fn: quantityMul,
			Doc:    "A Kubernetes quantity times a number, exact, in the notation of the quantity. Fails when the result is finer than a nano, which no quantity is.",
			Params: []Param{{Name: "factor", Doc: "a number, or a text with one: 2, 0.75, \"1.5\""}, quantity},
			Examples: []Example{
				{Template: `{{ "1Gi" | quantityMul 0.75 }}`, Want: "768Mi"},
				{Template: `{{ .Values.cpu | quantityMul .Values.replicas }}`, Values: "{cpu: 250m, replicas: 3}", Want: "750m"},
				{Template: `{{ quantityMul "2x" "1Gi" }}`, Error: "factor: want a number like 1.5, got a string that is none"},
			},
		},
		{
			Name: "quantityCmp", Group: Kubernetes, Fn: quantityCmp,
			Doc:    "Compares two Kubernetes quantities by what they are worth: -1 when the piped one is smaller, 0 when they are equal, 1 when it is larger.",
			Params: []Param{other, quantity},
			Examples: []Example{
				{Template: `{{ "1024Mi" | quantityCmp "1Gi" }}`, Want: "0"},
				{Template: `{{ quantityCmp "1Gi" "900Mi" }}`, Want: "-1"},
			},
		},
		{
			Name: "toBytes", Group: Kubernetes, Fn: toBytes,
			Doc:    "A Kubernetes quantity of memory or storage as a number of bytes. Parts of a byte are rounded up, as Kubernetes does.",
			Params: []Param{quantity},
			Examples: []Example{
				{Template: `{{ "128Mi" | toBytes }}`, Want: "134217728"},
				{Template: `{{ .Values.memory | toBytes }}`, Values: "memory: 1.5G", Want: "1500000000"},
				{Template: `{{ toBytes "128MB" }}`, Error: `quantity: want a Kubernetes quantity like 500m or 2Gi, got a string that is none`},
			},
		},
		{
			Name: "toMillicores", Group: Kubernetes, Fn: toMillicores,
			Doc:    "A Kubernetes quantity of CPU as a number of thousandths of a core. Smaller parts are rounded up, as Kubernetes does.",
			Params: []Param{quantity},
			Examples: []Example{
				{Template: `{{ "1.5" | toMillicores }}`, Want: "1500"},
				{Template: `{{ .Values.cpu | toMillicores }}`, Values: "cpu: 2", Want: "2000"},
				{Template: `{{ toMillicores "" }}`, Error: `quantity: want a Kubernetes quantity like 500m or 2Gi, got an empty string`},
			},
		},
	}
}

func toBytes(quantity any) (int64, error) { return scaled("quantity", quantity, 1) }

func toMillicores(quantity any) (int64, error) { return scaled("quantity", quantity, 1000) }

func quantityAdd(other, quantity any) (string, error) {
	b, err := quantityArgument("other", other)
	if err != nil {
		return "", err
	}
	a, err := quantityArgument("quantity", quantity)
	if err != nil {
		return "", err
	}
	return writeQuantity(a.Add(a, b), isBinary(quantity))
}

func quantityMul(factor, quantity any) (string, error) {
	f, ok := new(big.Rat), false
	if text := numberText(factor); text != "" && len(text) <= 100 {
		f, ok = parseQuantity(text)
		ok = ok && strings.Trim(text, "+-.0123456789eE") == ""
	}
	if !ok {
		return "", formError("factor", factor, "a number like 1.5")
	}
	a, err := quantityArgument("quantity", quantity)
	if err != nil {
		return "", err
	}
	return writeQuantity(a.Mul(a, f), isBinary(quantity))
}

// isBinary tells quantities in powers of 1024 from those in powers of 1000.
func isBinary(quantity any) bool { return strings.HasSuffix(numberText(quantity), "i") }

// writeQuantity writes a quantity as Kubernetes does: the largest suffix of its
// notation that leaves an integer. A binary one that is no whole number of
// bytes is written as a decimal one.
func writeQuantity(q *big.Rat, binary bool) (string, error) {
	order := []string{"E", "P", "T", "G", "M", "k", "", "m", "u", "n"}
	if binary && q.IsInt() {
		order = []string{"Ei", "Pi", "Ti", "Gi", "Mi", "Ki", ""}
	}
	for _, suffix := range order {
		factor := power(suffixes[suffix][0], suffixes[suffix][1])
		if n := new(big.Rat).Quo(q, factor); n.IsInt() && (n.Sign() != 0 || suffix == "") {
			return n.Num().String() + suffix, nil
		}
	}
	return "", errors.New("quantity: the result is finer than a nano, and no quantity is")
}

func quantityCmp(other, quantity any) (int, error) {
	b, err := quantityArgument("other", other)
	if err != nil {
		return 0, err
	}
	a, err := quantityArgument("quantity", quantity)
	if err != nil {
		return 0, err
	}
	return a.Cmp(b), nil
}

// scaled returns v times factor, rounded away from zero.
func scaled(param string, v any, factor int64) (int64, error) {
	q, err := quantityArgument(param, v)
	if err != nil {
		return 0, err
	}
	q.Mul(q, new(big.Rat).SetInt64(factor))
	n, rest := new(big.Int).QuoRem(q.Num(), q.Denom(), new(big.Int))
	n.Add(n, big.NewInt(int64(rest.Sign())))
	if !n.IsInt64() {
		return 0, fmt.Errorf("%s: the result is larger than a 64-bit integer", param)
	}
	return n.Int64(), nil
}

// quantityArgument reads a quantity exactly, by the grammar of
// k8s.io/apimachinery/pkg/api/resource, without linking that package.
func quantityArgument(param string, v any) (*big.Rat, error) {
	text := numberText(v)
	if q, ok := parseQuantity(text); ok {
		return q, nil
	}
	if text != "" {
		return nil, formError(param, v, "a Kubernetes quantity like 500m or 2Gi")
	}
	return nil, argumentError(param, v, "a Kubernetes quantity like 500m or 2Gi")
}

// numberText is a number, or what is written like one, as text; "" for others.
func numberText(v any) string {
	switch rv := reflect.ValueOf(v); {
	case rv.Kind() == reflect.String:
		return rv.String()
	case rv.CanInt(), rv.CanUint():
		return fmt.Sprint(v)
	case rv.CanFloat():
		return strconv.FormatFloat(rv.Float(), 'f', -1, 64)
	}
	return ""
}

// suffixes maps to a factor written base^exponent.
var suffixes = map[string][2]int64{
	"n": {10, -9}, "u": {10, -6}, "m": {10, -3}, "": {10, 0}, "k": {10, 3}, "M": {10, 6}, "G": {10, 9}, "T": {10, 12}, "P": {10, 15}, "E": {10, 18},
	"Ki": {2, 10}, "Mi": {2, 20}, "Gi": {2, 30}, "Ti": {2, 40}, "Pi": {2, 50}, "Ei": {2, 60},
}

func parseQuantity(text string) (*big.Rat, bool) {
	unsigned := strings.TrimLeft(text, "+-")
	if len(text)-len(unsigned) > 1 {
		return nil, false
	}
	end := len(text) - len(strings.TrimLeft(unsigned, "0123456789."))
	number, suffix := text[:end], text[end:]
	q, ok := new(big.Rat).SetString(number)
	if !ok || len(number) > 100 {
		return nil, false
	}
	factor, ok := suffixes[suffix]
	if !ok {
		exponent, isExponent := strings.CutPrefix(strings.ToLower(suffix), "e")
		n, err := strconv.ParseInt(exponent, 10, 8) // more digits than any quantity has
		if !isExponent || err != nil {
			return nil, false
		}
		factor = [2]int64{10, n}
	}
	return q.Mul(q, power(factor[0], factor[1])), true
}

func power(base, exponent int64) *big.Rat {
	n := new(big.Int).Exp(big.NewInt(base), big.NewInt(max(exponent, -exponent)), nil)
	if exponent < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), n)
	}
	return new(big.Rat).SetInt(n)
}
