package pack

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Release is one Kubernetes version that the pack knows.
type Release struct {
	Minor   int    // 37 for 1.37
	Version string // the patch release that was read, "1.37.1"
}

// Kind is one kind of one API version.
type Kind struct {
	Group, Version, Kind string
	Namespaced           bool
	Plural               string
	// Origin says who defines the kind: "Kubernetes", or the project and version
	// of a custom resource, "Istio 1.31.1".
	Origin string
	// Defs maps a release's minor version to the number of the definition. A
	// custom resource has one entry under 0, for every release.
	Defs map[int]int
}

// GVK names the kind: "apps/v1 Deployment".
func (k *Kind) GVK() string { return APIVersion(k.Group, k.Version) + " " + k.Kind }

// Custom reports whether the kind is a custom resource.
func (k *Kind) Custom() bool { _, ok := k.Defs[0]; return ok }

// APIVersion joins group and version as the apiVersion field does.
func APIVersion(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

// Lifecycle says when an API was there. Minor versions of Kubernetes 1.x; 0 is
// unknown. Replacement is "apiVersion Kind", "" when nothing replaces it.
type Lifecycle struct {
	Group, Version, Kind            string
	Introduced, Deprecated, Removed int
	Replacement                     string
}

// Pack is an opened pack. It is safe for concurrent use.
type Pack struct {
	Releases   []Release
	Kinds      []Kind
	Lifecycles []Lifecycle
	// KnownCRDs holds the content hashes (see HashSpec) of well-known
	// CustomResourceDefinitions, each with its name.
	KnownCRDs map[string]string

	blocks []*block
}

// block is a run of definitions that are compressed together.
type block struct {
	first, count int    // definition numbers
	data         string // gzip
	once         sync.Once
	lines        [][]byte
	err          error
}

// blockSize is how much raw text goes into one block: a Deployment needs two or
// three of them, and a larger block compresses hardly better, since gzip looks
// back 32 KiB only.
const blockSize = 64 << 10

// Open reads the index, line by line; definitions are decompressed and decoded
// by [Pack.Definition] when they are asked for. Neither string is copied.
func Open(index, definitions string) (*Pack, error) {
	p := &Pack{KnownCRDs: map[string]string{}}
	next, number := 1, 0
	for line := range strings.Lines(index) {
		number++
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if err := p.line(f, &next, &definitions); err != nil {
			return nil, fmt.Errorf("schema pack: index line %d: %w", number, err)
		}
	}
	return p, nil
}

var errFields = errors.New("wrong number of fields")

// line reads one line of the index; the first field says what it is.
func (p *Pack) line(f []string, next *int, definitions *string) error {
	want := map[string]int{"release": 3, "kind": 8, "life": 8, "crd": 3, "block": 3}[f[0]]
	if len(f) != want {
		return errFields
	}
	switch f[0] {
	case "release":
		minor, err := strconv.Atoi(f[1])
		p.Releases = append(p.Releases, Release{minor, f[2]})
		return err
	case "kind":
		defs, err := parseDefs(f[7])
		p.Kinds = append(p.Kinds, Kind{Group: f[1], Version: f[2], Kind: f[3], Namespaced: f[4] == "namespaced", Plural: f[5], Origin: f[6], Defs: defs})
		return err
	case "life":
		n, err := ints(f[4:7])
		if err != nil {
			return err
		}
		p.Lifecycles = append(p.Lifecycles, Lifecycle{f[1], f[2], f[3], n[0], n[1], n[2], f[7]})
		return nil
	case "crd":
		p.KnownCRDs[f[1]] = f[2]
		return nil
	}
	n, err := ints(f[1:])
	if err != nil {
		return err
	}
	if n[1] > len(*definitions) {
		return errors.New("definitions are cut short")
	}
	p.blocks = append(p.blocks, &block{first: *next, count: n[0], data: (*definitions)[:n[1]]})
	*next, *definitions = *next+n[0], (*definitions)[n[1]:]
	return nil
}

func ints(fields []string) ([]int, error) {
	out := make([]int, len(fields))
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// parseDefs reads "37:12 36:11".
func parseDefs(s string) (map[int]int, error) {
	defs := map[int]int{}
	for pair := range strings.SplitSeq(s, " ") {
		minor, def, _ := strings.Cut(pair, ":")
		n, err := ints([]string{minor, def})
		if err != nil {
			return nil, err
		}
		defs[n[0]] = n[1]
	}
	return defs, nil
}

// Definition decodes the definition with this number, anew at each call.
func (p *Pack) Definition(number int) (*Node, error) {
	i, found := slices.BinarySearchFunc(p.blocks, number, func(b *block, n int) int {
		switch {
		case n < b.first:
			return 1
		case n >= b.first+b.count:
			return -1
		}
		return 0
	})
	if !found {
		return nil, fmt.Errorf("schema pack: there is no definition %d", number)
	}
	b := p.blocks[i]
	b.once.Do(b.inflate)
	if b.err != nil {
		return nil, fmt.Errorf("schema pack: definition %d: %w", number, b.err)
	}
	var n Node
	if err := Decode(b.lines[number-b.first], &n); err != nil {
		return nil, fmt.Errorf("schema pack: definition %d: %w", number, err)
	}
	return &n, nil
}

func (b *block) inflate() {
	r, err := gzip.NewReader(strings.NewReader(b.data))
	if err != nil {
		b.err = err
		return
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		b.err = err
		return
	}
	b.lines = bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n"))
	if len(b.lines) != b.count {
		b.err = fmt.Errorf("%d definitions instead of %d", len(b.lines), b.count)
	}
}
