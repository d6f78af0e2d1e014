package diag

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest returns the candidate that word was probably meant to be, or "" when
// none is near enough to be worth suggesting.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", allowedDistance(word)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < bestDistance && c != word {
			best, bestDistance = c, d
		}
	}
	return best
}

// NearestN returns up to n candidates, the nearest first, however far they are.
// Equally near ones stay in alphabetical order.
func NearestN(word string, candidates []string, n int) []string {
	sorted := slices.Compact(slices.Sorted(slices.Values(candidates)))
	lower := strings.ToLower(word)
	slices.SortStableFunc(sorted, func(a, b string) int {
		return cmp.Compare(distance(lower, strings.ToLower(a)), distance(lower, strings.ToLower(b)))
	})
	return sorted[:min(n, len(sorted))]
}

// DidYouMean returns `did you mean "x"?`, or "" when no candidate is near.
func DidYouMean(word string, candidates []string) string {
	if best := Nearest(word, candidates); best != "" {
		return `did you mean "` + best + `"?`
	}
	return ""
}

// allowedDistance is how many edits still make a plausible typo: a third of
// the word, at least one, so that short words do not match everything.
func allowedDistance(word string) int { return max(1, (len([]rune(word))+1)/3) }

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours each count one.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, prev, cur := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(t)]
}
