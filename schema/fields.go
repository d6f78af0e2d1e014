package schema

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// mapFormats are the formats of maps whose entries have rules: each says what
// is wrong with one entry.
var mapFormats = map[string]func(key string, value any) string{
	ownFormats + "labels":      labelEntryProblem,
	ownFormats + "annotations": func(key string, _ any) string { return keyProblem("annotation", strings.ToLower(key)) },
}

var (
	qualifiedName = lazily(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	portName      = lazily(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// labelEntryProblem checks a label; a value that is no string is another
// mistake, reported by its type.
func labelEntryProblem(key string, value any) string {
	if problem := keyProblem("label", key); problem != "" {
		return problem
	}
	s, ok := value.(string)
	if ok && s != "" && (len(s) > 63 || !qualifiedName().MatchString(s)) {
		return fmt.Sprintf("%s is no label value: letters, digits, '-', '_' and '.', at most 63, beginning and ending with a letter or digit", show(s))
	}
	return ""
}

// keyProblem checks the key of a label or an annotation:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
func keyProblem(what, key string) string {
	prefix, name, found := strings.Cut(key, "/")
	if !found {
		prefix, name = "", key
	}
	switch {
	case strings.Contains(name, "/"):
		return fmt.Sprintf("%s is no %s key: only one '/' is allowed, between a DNS name and the name", show(key), what)
	case found && (len(prefix) > 253 || !dnsSubdomain().MatchString(prefix)):
		return fmt.Sprintf("%s is no %s key: what stands before '/' must be a DNS name", show(key), what)
	case len(name) > 63 || !qualifiedName().MatchString(name):
		return fmt.Sprintf("%s is no %s key: letters, digits, '-', '_' and '.', at most 63, beginning and ending with a letter or digit", show(key), what)
	}
	return ""
}

func portNameProblem(s string) string {
	if len(s) > 15 || !portName().MatchString(s) || !strings.ContainsFunc(s, unicode.IsLetter) {
		return "no port name: at most 15 lower case letters, digits and single '-', with at least one letter"
	}
	return ""
}

// hostProblem checks the host of an Ingress: a DNS name, which may begin with
// "*.", without a port.
func hostProblem(s string) string {
	name := strings.TrimPrefix(s, "*.")
	switch {
	case strings.Contains(name, ":"):
		return "no host: it must not have a port"
	case isAddress(name):
		return "no host: it must be a DNS name, not an address"
	case len(name) > 253 || !dnsSubdomain().MatchString(name):
		return "no host: " + subdomainRule
	}
	return ""
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// imageProblem finds white space, which the server accepts and no runtime can
// pull.
func imageProblem(s string) string {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return "no image that can be pulled: it contains white space"
	}
	return ""
}

// nodePortProblem knows the default range; clusters may have another.
func nodePortProblem(v any) string {
	if n, ok := v.(int64); ok && n != 0 && (n < 30000 || n > 32767) {
		return "outside of 30000 to 32767, the range of node ports unless the cluster sets another"
	}
	return intProblem(v, 32)
}

// fileModeProblem finds modes that were meant in octal: 644 is 01204.
func fileModeProblem(v any) string {
	n, ok := v.(int64)
	if !ok || n >= 0 && n <= 0o777 {
		return ""
	}
	problem := "no file mode: it must be between 0 and 0777 (octal), 511 in decimal"
	if _, err := strconv.ParseUint(strconv.FormatInt(n, 10), 8, 9); err == nil {
		problem += fmt.Sprintf("; write 0%d", n)
	}
	return problem
}

// cronFields are the ranges and names of the five fields of a schedule:
// github.com/robfig/cron's standard parser, which the server uses.
var cronFields = []struct {
	name      string
	low, high int
	words     string
}{
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day of month", 1, 31, ""},
	{"month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
	{"day of week", 0, 6, "sun mon tue wed thu fri sat"},
}

func cronProblem(s string) string {
	if strings.HasPrefix(s, "TZ=") || strings.HasPrefix(s, "CRON_TZ=") {
		return "no schedule: the time zone belongs into timeZone"
	}
	if strings.HasPrefix(s, "@") {
		return cronWordProblem(s)
	}
	fields := strings.Fields(s)
	if len(fields) != len(cronFields) {
		return fmt.Sprintf("no schedule: expected 5 fields, found %d", len(fields))
	}
	for i, f := range fields {
		for part := range strings.SplitSeq(f, ",") {
			if problem := cronPartProblem(i, part); problem != "" {
				return fmt.Sprintf("no schedule: %s: %s", cronFields[i].name, problem)
			}
		}
	}
	return ""
}

func cronWordProblem(s string) string {
	switch s {
	case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly":
		return ""
	}
	if strings.HasPrefix(s, "@every ") {
		return ""
	}
	return "no schedule: expected @yearly, @monthly, @weekly, @daily, @hourly or @every"
}

// cronPartProblem checks "*", "5", "1-5", "*/10" or "mon-fri/2" of a field.
func cronPartProblem(field int, part string) string {
	spread, step, stepped := strings.Cut(part, "/")
	if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
		return fmt.Sprintf("%q is no step", step)
	}
	if spread == "*" || spread == "?" {
		return ""
	}
	from, to, isRange := strings.Cut(spread, "-")
	low, problem := cronNumber(field, from)
	if problem != "" || !isRange {
		return problem
	}
	high, problem := cronNumber(field, to)
	if problem == "" && low > high {
		problem = fmt.Sprintf("%q begins behind its end", spread)
	}
	return problem
}

func cronNumber(field int, text string) (int, string) {
	f := cronFields[field]
	for i, word := range strings.Fields(f.words) {
		if strings.EqualFold(word, text) {
			return i + f.low, ""
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < f.low || n > f.high {
		return 0, fmt.Sprintf("%q is not between %d and %d", text, f.low, f.high)
	}
	return n, ""
}
