package lint

import (
	_ "embed"
	"strings"
)

//go:embed catalogue.tsv
var catalogueFile string

//go:embed istioctl.tsv
var istioctlFile string

// NotYet is a thing that could be a rule and is none.
type NotYet struct{ Code, Title, Reason string }

// catalogue returns the codes of all that is known, sorted; those that are no
// rule have a reason.
func catalogue() []NotYet {
	var list []NotYet
	for _, fields := range tableOf(catalogueFile, 3) {
		list = append(list, NotYet{fields[0], fields[1], fields[2]})
	}
	return list
}

// NotYets lists what could be a rule and is none, with the reason.
func NotYets() []NotYet {
	var list []NotYet
	for _, n := range catalogue() {
		if n.Reason != "" {
			list = append(list, n)
		}
	}
	return list
}

// Analysis is a message of istioctl analyze.
type Analysis struct {
	Code, Level, Name string
	Elsewhere         string   // who decides it, or why files do not tell; "" when rules do
	Rules             []string // the codes of those that decide it
}

// Analyses lists the messages of istioctl analyze, with the rules that decide
// the same from files.
func Analyses() []Analysis {
	byCode := make(map[string][]string)
	for _, r := range allRules() {
		for _, code := range r.Also {
			byCode[code] = append(byCode[code], r.ID)
		}
	}
	var list []Analysis
	for _, fields := range tableOf(istioctlFile, 4) {
		list = append(list, Analysis{fields[0], fields[1], fields[2], fields[3], byCode[fields[0]]})
	}
	return list
}

// tableOf reads lines of fields with tabs between; missing fields are empty.
func tableOf(text string, columns int) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			fields := strings.Split(line, "\t")
			for len(fields) < columns {
				fields = append(fields, "")
			}
			rows = append(rows, fields)
		}
	}
	return rows
}
