package funcs

import (
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

func quantityFuncs() []Func {
	quantity := Param{Name: "quantity", Doc: "as in a container's resources: 500m, 1.5, 2Gi, 1e3; numbers too"}
	return []Func{
		{
			Name: "quantityCmp", Group: Kubernetes, Fn: quantityCmp,
			Doc:    "Compares two Kubernetes quantities by what they are worth: -1 when the piped one is smaller, 0 when they are equal, 1 when it is larger.",
			Params: []Param{{Name: "other", Doc: "what to compare with"}, quantity},
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
	text := ""
	switch rv := reflect.ValueOf(v); {
	case rv.Kind() == reflect.String:
		text = rv.String()
	case rv.CanInt(), rv.CanUint():
		text = fmt.Sprint(v)
	case rv.CanFloat():
		text = strconv.FormatFloat(rv.Float(), 'f', -1, 64)
	}
	if q, ok := parseQuantity(text); ok {
		return q, nil
	}
	if text != "" {
		return nil, formError(param, v, "a Kubernetes quantity like 500m or 2Gi")
	}
	return nil, argumentError(param, v, "a Kubernetes quantity like 500m or 2Gi")
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
