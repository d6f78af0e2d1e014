package helmyaml

import (
	"slices"
	"unicode"
)

// keysOf returns the keys in the library's order.
func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

// compareKeys orders keys as the library does: letters after everything else,
// and runs of digits by their value.
func compareKeys(a, b string) int {
	switch {
	case a == b:
		return 0
	case keyLess(a, b):
		return -1
	}
	return 1
}

func keyLess(a, b string) bool {
	// Up to the first difference both are equal, so the bytes will do to find it.
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) < len(b)
	}
	if x, y := a[i], b[i]; isLetter(x) && isLetter(y) {
		return x < y
	}
	return runesLess([]rune(a), []rune(b))
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// runesLess is the comparison in full.
func runesLess(a, b []rune) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) < len(b)
	}
	al, bl := unicode.IsLetter(a[i]), unicode.IsLetter(b[i])
	switch {
	case al && bl:
		return a[i] < b[i]
	case al || bl:
		return bl
	}
	var x, y int64
	if a[i] == '0' || b[i] == '0' {
		// Zeros that follow other digits of the same number count.
		for j := i - 1; j >= 0 && unicode.IsDigit(a[j]); j-- {
			if a[j] != '0' {
				x, y = 1, 1
				break
			}
		}
	}
	x, ai := digitRun(a, i, x)
	y, bi := digitRun(b, i, y)
	switch {
	case x != y:
		return x < y
	case ai != bi:
		return ai < bi
	}
	return a[i] < b[i]
}

func digitRun(s []rune, i int, n int64) (int64, int) {
	for ; i < len(s) && unicode.IsDigit(s[i]); i++ {
		n = n*10 + int64(s[i]-'0')
	}
	return n, i
}
