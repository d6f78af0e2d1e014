package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// formatProblem says why a value does not have the format of its schema, as the
// end of "... is"; "" when it does, or when the format says nothing about it.
func formatProblem(n *pack.Node, v any) string {
	format := n.Format
	if n.IntOrString {
		if _, isString := v.(string); !isString && format == "" {
			format = "int32"
		}
	}
	check := formats[format]
	if check == nil {
		return ""
	}
	return check(v)
}

// formats are those of Kubernetes' own types, and of apiextensions-apiserver
// (pkg/apiserver/validation/formats.go) the ones that need no guessing.
var formats = map[string]func(v any) string{
	"int32":     func(v any) string { return intProblem(v, 32) },
	"int64":     func(v any) string { return intProblem(v, 64) },
	"quantity":  quantityProblem,
	"byte":      onString(byteProblem),
	"date-time": onString(dateTimeProblem),
	"date":      onString(dateProblem),
	"ipv4":      onString(func(s string) string { return addressProblem(s, netip.Addr.Is4, "an IPv4 address") }),
	"ipv6":      onString(func(s string) string { return addressProblem(s, netip.Addr.Is6, "an IPv6 address") }),
	"cidr":      onString(cidrProblem),
	"uuid":      onString(uuidProblem),

	ownFormats + "label":     onString(labelProblem),
	ownFormats + "subdomain": onString(subdomainProblem),
	ownFormats + "port-name": onString(portNameProblem),
	ownFormats + "host":      onString(hostProblem),
	ownFormats + "cron":      onString(cronProblem),
	ownFormats + "image":     onString(imageProblem),
	ownFormats + "node-port": nodePortProblem,
	ownFormats + "file-mode": fileModeProblem,
}

// ownFormats begins the names of formats that OpenAPI does not know: the
// generator puts them where the server has a rule of its own.
const ownFormats = "k8s-"

// dubious are formats whose violation the server accepts.
var dubious = map[string]bool{ownFormats + "image": true, ownFormats + "node-port": true}

// lazily compiles an expression when it is first needed: all of them together
// cost half a millisecond of every start.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func onString(check func(string) string) func(any) string {
	return func(v any) string {
		s, ok := v.(string)
		if !ok {
			return ""
		}
		return check(s)
	}
}

func intProblem(v any, bits int) string {
	high := math.Pow(2, float64(bits-1))
	var f float64
	switch v := v.(type) {
	case int64:
		f = float64(v)
		if bits == 64 {
			return ""
		}
	case uint64:
		f = float64(v)
	case float64:
		f = v
	default:
		return ""
	}
	if f >= -high && f < high {
		return ""
	}
	return fmt.Sprintf("out of range: it must fit into %d bits", bits)
}

// quantity is the grammar of resource.Quantity.
var quantity = lazily(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`)

func quantityProblem(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = strings.TrimSpace(v)
	case int64, uint64:
		return ""
	case float64:
		s = strconv.FormatFloat(v, 'g', -1, 64)
	case json.Number:
		s = v.String()
	default:
		return ""
	}
	if quantity().MatchString(s) && sensible(s) {
		return ""
	}
	number := strings.TrimRightFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	problem := "no quantity: a number with one of the suffixes m, k, M, G, T, Ki, Mi, Gi, Ti"
	if unit := strings.TrimPrefix(s, number); number != "" && unit != "" {
		if fixed := strings.ToUpper(unit[:1]) + strings.ToLower(strings.TrimRight(unit[1:], "bB")); quantity().MatchString(number + fixed) {
			problem += fmt.Sprintf(" (%s?)", number+fixed)
		}
	}
	return problem
}

// sensible reports whether a number's exponent is one that can be computed
// with: exact arithmetic on 1e10000000 takes gigabytes.
func sensible(s string) bool {
	i := strings.IndexAny(s, "eE")
	if i < 0 || i == len(s)-1 {
		return len(s) < 400
	}
	exponent, err := strconv.Atoi(strings.TrimPrefix(s[i+1:], "+"))
	return err != nil || exponent > -400 && exponent < 400
}

func byteProblem(s string) string {
	_, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "no base64 (wrong " + strings.TrimPrefix(err.Error(), "illegal base64 data ") + ")"
	}
	return ""
}

func dateTimeProblem(s string) string {
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return "no time such as 2006-01-02T15:04:05Z"
	}
	return ""
}

func dateProblem(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "no date such as 2006-01-02"
	}
	return ""
}

func addressProblem(s string, is func(netip.Addr) bool, what string) string {
	if a, err := netip.ParseAddr(s); err != nil || !is(a) {
		return "not " + what
	}
	return ""
}

func cidrProblem(s string) string {
	if _, err := netip.ParsePrefix(s); err != nil {
		return "no CIDR such as 10.0.0.0/8"
	}
	return ""
}

var uuid = lazily(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`)

func uuidProblem(s string) string {
	if !uuid().MatchString(s) {
		return "no UUID"
	}
	return ""
}
