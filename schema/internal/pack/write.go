package pack

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Write makes the two files of a pack. definitions are the JSON texts of nodes,
// number 1 first. The same input gives the same bytes.
func Write(p *Pack, definitions [][]byte) (index, data []byte, err error) {
	var x, d bytes.Buffer
	for _, r := range p.Releases {
		fmt.Fprintf(&x, "release\t%d\t%s\n", r.Minor, r.Version)
	}
	for i := range p.Kinds {
		k := &p.Kinds[i]
		scope := "cluster"
		if k.Namespaced {
			scope = "namespaced"
		}
		fmt.Fprintf(&x, "kind\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Group, k.Version, k.Kind, scope, k.Plural, k.Origin, formatDefs(k.Defs))
	}
	for _, l := range p.Lifecycles {
		fmt.Fprintf(&x, "life\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", l.Group, l.Version, l.Kind, l.Introduced, l.Deprecated, l.Removed, l.Replacement)
	}
	for _, hash := range slices.Sorted(maps.Keys(p.KnownCRDs)) {
		fmt.Fprintf(&x, "crd\t%s\t%s\n", hash, p.KnownCRDs[hash])
	}
	for len(definitions) > 0 {
		n := blockLen(definitions)
		compressed, err := compress(definitions[:n])
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(&x, "block\t%d\t%d\n", n, len(compressed))
		d.Write(compressed)
		definitions = definitions[n:]
	}
	return x.Bytes(), d.Bytes(), nil
}

// blockLen is how many of the first definitions fill one block.
func blockLen(definitions [][]byte) int {
	size := 0
	for i, text := range definitions {
		if size += len(text) + 1; size > blockSize {
			return max(i, 1)
		}
	}
	return len(definitions)
}

func compress(lines [][]byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func formatDefs(defs map[int]int) string {
	var parts []string
	for _, minor := range slices.Sorted(maps.Keys(defs)) {
		parts = append(parts, fmt.Sprintf("%d:%d", minor, defs[minor]))
	}
	return strings.Join(parts, " ")
}

// HashSpec hashes the text of a CustomResourceDefinition from its top-level
// "spec:" line to its end, and returns where that line begins. The head is left
// out because charts put their own labels there. It returns "" for a text in
// which spec is not the last top-level key.
func HashSpec(text []byte) (hash string, start int) {
	start = bytes.Index(text, []byte("\nspec:\n")) + 1
	if start == 0 {
		return "", 0
	}
	body := bytes.TrimRight(text[start:], "\n")
	for line := range bytes.Lines(body[len("spec:\n"):]) {
		if c := line[0]; c != ' ' && c != '-' && c != '\n' && c != '\r' && c != '#' {
			return "", 0
		}
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:12]), start
}
