package manifest

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// matchKeys pairs the entries of two mappings: first those that are the same
// node, then those with the same key, then those whose value was moved to
// another key. Pairs are in the order of b.
func (p *planner) matchKeys(a, b *Node) [][2]int {
	byNode, byKey, byValue := map[*Node]int{}, map[string][]int{}, map[*Node]int{}
	for i := 0; i+1 < len(a.Content); i += 2 {
		byNode[a.Content[i]] = i / 2
		byValue[a.Content[i+1]] = i / 2
		key := mappingKey(a.Content[i])
		byKey[key] = append(byKey[key], i/2)
	}
	taken := make([]bool, len(a.Content)/2)
	partner := make([]int, len(b.Content)/2)
	take := func(j, i int) {
		partner[j] = i
		taken[i] = true
	}
	for j := range partner {
		partner[j] = -1
		if i, ok := byNode[p.was[b.Content[2*j]]]; ok && !taken[i] {
			take(j, i)
		}
	}
	for j := range partner {
		free := slices.DeleteFunc(byKey[mappingKey(b.Content[2*j])], func(i int) bool { return taken[i] })
		if partner[j] < 0 && len(free) > 0 {
			take(j, free[0])
		}
	}
	for j := range partner {
		if i, ok := byValue[p.was[b.Content[2*j+1]]]; ok && partner[j] < 0 && !taken[i] {
			take(j, i)
		}
	}
	var pairs [][2]int
	for j, i := range partner {
		if i >= 0 {
			pairs = append(pairs, [2]int{i, j})
		}
	}
	return pairs
}

// matchItems pairs the items of two lists without changing their order: those
// that are the same node, between them those that mean the same, and between
// these the ones that stand across from each other.
func (p *planner) matchItems(a, b *Node) [][2]int {
	position := make(map[*Node]int, len(a.Content))
	for i, n := range a.Content {
		position[n] = i
	}
	var same [][2]int
	for j, n := range b.Content {
		if i, ok := position[p.was[n]]; ok {
			same = append(same, [2]int{i, j})
		}
	}
	var pairs [][2]int
	i, j := 0, 0
	for _, pair := range append(rising(same), [2]int{len(a.Content), len(b.Content)}) {
		pairs = append(pairs, p.matchGap(a.Content, b.Content, i, pair[0], j, pair[1])...)
		if pair[0] < len(a.Content) {
			pairs = append(pairs, pair)
		}
		i, j = pair[0]+1, pair[1]+1
	}
	return pairs
}

// rising returns the longest part of the pairs whose first numbers rise.
func rising(pairs [][2]int) [][2]int {
	best, before := make([]int, len(pairs)), make([]int, len(pairs))
	last := -1
	tails := []int{} // tails[n]: the pair with the lowest end of all runs of n+1
	for k, pair := range pairs {
		n, _ := slices.BinarySearchFunc(tails, pair[0], func(t, i int) int { return pairs[t][0] - i })
		before[k] = -1
		if n > 0 {
			before[k] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, k)
			last = k
		} else {
			tails[n] = k
		}
		best[k] = n
	}
	if len(tails) > 0 {
		last = tails[len(tails)-1]
	}
	var run [][2]int
	for k := last; k >= 0; k = before[k] {
		run = append(run, pairs[k])
	}
	slices.Reverse(run)
	return run
}

// maxCompared bounds the item comparisons for one list; beyond it, items are
// paired by their place.
const maxCompared = 250_000

// matchGap pairs a[i:iEnd] with b[j:jEnd].
func (p *planner) matchGap(a, b []*Node, i, iEnd, j, jEnd int) [][2]int {
	var pairs, tail [][2]int
	for i < iEnd && j < jEnd && Equal(a[i], b[j]) {
		pairs = append(pairs, [2]int{i, j})
		i, j = i+1, j+1
	}
	for i < iEnd && j < jEnd && Equal(a[iEnd-1], b[jEnd-1]) {
		iEnd, jEnd = iEnd-1, jEnd-1
		tail = append(tail, [2]int{iEnd, jEnd})
	}
	slices.Reverse(tail)
	if i < iEnd && j < jEnd && (iEnd-i)*(jEnd-j) <= maxCompared {
		from, to := i, j
		for _, pair := range longestCommon(iEnd-i, jEnd-j, func(x, y int) bool { return Equal(a[from+x], b[to+y]) }) {
			pair = [2]int{pair[0] + from, pair[1] + to}
			pairs = append(pairs, p.across(a, b, i, pair[0], j, pair[1])...)
			pairs = append(pairs, pair)
			i, j = pair[0]+1, pair[1]+1
		}
	}
	pairs = append(pairs, p.across(a, b, i, iEnd, j, jEnd)...)
	return append(pairs, tail...)
}

// longestCommon returns the longest common subsequence of two lists of m and n.
func longestCommon(m, n int, same func(i, j int) bool) [][2]int {
	length := make([][]int, m+1)
	for i := range length {
		length[i] = make([]int, n+1)
	}
	equal := make([]bool, m*n)
	for i := m - 1; i >= 0; i-- {
		for j := n - 1; j >= 0; j-- {
			if same(i, j) {
				equal[i*n+j] = true
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < m && j < n; {
		switch {
		case equal[i*n+j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// across pairs what is left: items with the same name, or, where there are no
// names, of the same kind in the same place. A node of the old list that went
// elsewhere is nobody's partner.
func (p *planner) across(a, b []*Node, i, iEnd, j, jEnd int) [][2]int {
	var pairs [][2]int
	for ; j < jEnd; j++ {
		for k := i; k < iEnd; k++ {
			if p.belong(a[k], b[j], k-i == 0) {
				pairs = append(pairs, [2]int{k, j})
				i = k + 1
				break
			}
		}
	}
	return pairs
}

func (p *planner) belong(a, b *Node, opposite bool) bool {
	if a.Kind != b.Kind || p.was[b] != nil && p.was[b] != a || p.now[a] != nil && p.now[a] != b {
		return false
	}
	x, y := scalarText(child(a, "name")), scalarText(child(b, "name"))
	if a.Kind == yaml.MappingNode && (x != "" || y != "") {
		return x == y
	}
	return opposite
}
