package helmyaml

import (
	"math"
	"strings"

	"go.yaml.in/yaml/v2"
)

// resolve returns what a plain scalar stands for, as JSON knows it.
func resolve(s string) (any, bool) {
	switch c := s[0]; {
	case c >= '0' && c <= '9' && len(s) <= 15 && (c != '0' || len(s) == 1) && digits(s):
		n := 0.0
		for i := range len(s) {
			n = n*10 + float64(s[i]-'0')
		}
		return n, true
	case surelyString(s):
		return s, true
	}
	switch s {
	case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return true, true
	case "false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return false, true
	case "~", "null", "Null", "NULL":
		return nil, true
	}
	var v any
	if err := yaml.Unmarshal([]byte(s), &v); err != nil {
		return nil, false
	}
	switch v := v.(type) {
	case string:
		return v, v == s
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return nil, false
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// surelyString reports whether a plain scalar is certainly no boolean, null,
// number or date. It may say false of a string.
func surelyString(s string) bool {
	switch c := s[0]; {
	case c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9':
		// The characters of all numbers and dates: 0x1F, 1_000, 1e-3,
		// 2001-12-14t21:59:43.10Z, +.inf, .NaN
		for i := range len(s) {
			if strings.IndexByte("0123456789+-._:abcdefABCDEFxXoOtTzZ infINFnaNA", s[i]) < 0 {
				return true
			}
		}
		return false
	case strings.IndexByte("yYnNtTfFoO~", c) < 0:
		return true
	}
	switch s {
	case "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON",
		"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF",
		"~", "null", "Null", "NULL":
		return false
	}
	return true
}
