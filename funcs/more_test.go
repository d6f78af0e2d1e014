package funcs

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Merged networks hold an address exactly when one of the given ones does, and
// no two of them could be one.
func TestCIDRMergeHoldsTheSameAddresses(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		var given []any
		var prefixes []netip.Prefix
		for range 1 + random.IntN(12) {
			addr := netip.AddrFrom4([4]byte{10, 0, byte(random.IntN(2)), byte(random.IntN(256))})
			p := netip.PrefixFrom(addr, 22+random.IntN(11))
			given, prefixes = append(given, p.String()), append(prefixes, p.Masked())
		}
		merged, err := cidrMerge(given)
		if err != nil {
			t.Fatal(err)
		}
		var result []netip.Prefix
		for _, m := range merged {
			result = append(result, netip.MustParsePrefix(m.(string)))
		}
		for i := range 4 * 256 {
			addr := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			in := func(p netip.Prefix) bool { return p.Contains(addr) }
			if slices.ContainsFunc(prefixes, in) != slices.ContainsFunc(result, in) {
				t.Fatalf("%v became %v, which differ at %s", given, merged, addr)
			}
		}
		for i := 1; i < len(result); i++ {
			if _, ok := joined(result[i-1], result[i]); ok || result[i-1].Overlaps(result[i]) || result[i-1].Addr().Compare(result[i].Addr()) >= 0 {
				t.Fatalf("%v: %s and %s", merged, result[i-1], result[i])
			}
		}
	}
}

func TestCIDRSubnetsAreThoseOfCIDRSubnet(t *testing.T) {
	for _, cidr := range []string{"10.0.0.0/8", "192.168.0.5/30", "fd00::/64", "10.0.0.1/32"} {
		for bits := range 3 {
			list, err := cidrSubnets(bits, cidr)
			if err != nil {
				if cidr == "10.0.0.1/32" && bits > 0 {
					continue
				}
				t.Fatal(err)
			}
			for i, got := range list {
				if want, err := cidrSubnet(bits, i, cidr); err != nil || got != want {
					t.Errorf("%s %d %d: %v, want %s (%v)", cidr, bits, i, got, want, err)
				}
			}
		}
	}
}

func TestSortByIsStableAndExact(t *testing.T) {
	list := decode(t, `[{k: 2, i: 0}, {i: 1}, {k: 1, i: 2}, {k: 2, i: 3}, {k: null, i: 4}]`)
	sorted, err := sortBy("k", list)
	if err != nil {
		t.Fatal(err)
	}
	order, _ := getPath("[*].i", sorted)
	if want := []any{1.0, 4.0, 2.0, 0.0, 3.0}; !slices.Equal(order.([]any), want) {
		t.Errorf("got %v, want %v", order, want)
	}
	big, err := sortBy("", []any{int64(1<<62 + 1), int64(1 << 62), uint64(1 << 63), -0.5})
	if err != nil || big[0] != -0.5 || big[1] != int64(1<<62) {
		t.Errorf("large numbers: %v, %v", big, err)
	}
}

func TestWrongArgumentsOfMore(t *testing.T) {
	for text, want := range map[string]string{
		`{{ sortBy "a" 1 }}`:                            "list: want a list, got a number",
		`{{ sortBy "a.b" (list (dict "a" 1)) }}`:        "list: item 0: path a.b: a is a number, not a map",
		`{{ groupBy "a" (list (dict "a" (list))) }}`:    "list: item 0: want a scalar as key, got a list",
		`{{ jq "(" 1 }}`:                                "program: want a jq program, got a string that is none: unexpected EOF",
		`{{ jq "now" 1 }}`:                              "program: error(there is no clock here)",
		`{{ jq "empty" 1 }}`:                            "program: want one result, got none",
		`{{ jq ".a" "text" }}`:                          "program: the value is not what the program takes",
		`{{ jq "def f: f; f" 1 }}`:                      "does not end within its bounds",
		`{{ jq "[range(1000000000)]" 1 }}`:              "does not end within its bounds",
		`{{ jq "env" 1 | len }}`:                        "-> 0",
		`{{ jq "1.0" 1 }}{{ jq "9007199254740993" 1 }}`: "-> 19007199254740993",
		`{{ fromYamlAll "a: 1\n---\nb: [\n" }}`:         "text: want YAML, got a string that is none: see its line 3",
		`{{ fromYamlAll "---\n---\n# x\n" | len }}`:     "-> 0",
		`{{ quantityAdd "x" "1" }}`:                     "other: want a Kubernetes quantity",
		`{{ quantityMul 0.1 "1n" }}`:                    "finer than a nano",
		`{{ quantityMul "1Gi" "1" }}`:                   "factor: want a number like 1.5",
		`{{ quantityMul "1e3" "1" }} {{ quantityMul -1 "2Ki" }} {{ quantityMul 0 "2Ki" }}`: "-> 1k -2Ki 0",
		`{{ toSeconds "+1s" }}`:              "duration: want a duration like 1h30m or 15s",
		`{{ toSeconds 5 }}`:                  "duration: want a duration like 1h30m or 15s, got a number",
		`{{ parseImage "a/b:t@sha256:12" }}`: "image: want an image reference",
		`{{ parseImage "" }}`:                "got an empty string",
		`{{ labelSelector (dict "matchExpressions" (list (dict "key" "a" "operator" "In"))) }}`: "selector: matchExpressions[0]: operator: want In or NotIn with values",
		`{{ labelsMatch "" (dict "a" 1) }} {{ labelsMatch (dict "a" "1") (dict "a" 1) }}`:       "-> true true",
		`{{ labelsMatch "a" 1 }}`:                                  "labels: want a map, got a number",
		`{{ spiffeID "A" "b" "c" }}`:                               "trustDomain: want a trust domain like cluster.local",
		`{{ spiffeID "a" "b/c" "d" }}`:                             "namespace: want a namespace, got a string that is none",
		`{{ spiffeID "a" "*" "d" }}`:                               "namespace: want a namespace, got a string that is none",
		`{{ principal "a" "*" "*" }}`:                              "-> a/ns/*/sa/*",
		`{{ portProtocol 80 }}`:                                    "port: want the name of a port, or a port as a map, got a number",
		`{{ portProtocol (dict "protocol" "UDP" "name" "http") }}`: "-> UDP",
		`{{ toYamlOrdered (list 1) (dict) }}`:                      "keys: want a list of keys, got a number",
		`{{ cidrSubnets 3 "10.0.0.0/30" }}`:                        "bits: 10.0.0.0/30 has 2 bits to divide, not 3",
		`{{ sortIPs "10.0.0.1" }}`:                                 "addresses: want a list of IP addresses and networks, got a string",
	} {
		got, err := run(t, text, "")
		if result, ok := strings.CutPrefix(want, "-> "); ok {
			if err != nil || got != result {
				t.Errorf("%s: got %q, %v, want %q", text, got, err, result)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q, error %v, want one with %q", text, got, err, want)
		}
	}
}

func TestJQIsCompiledOnce(t *testing.T) {
	first, err := jqPrograms.get(".once", compileJQ)
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := jqPrograms.get(".once", compileJQ); first != second {
		t.Error("the program was compiled again")
	}
	var c cache[int]
	for i := range 2 * maxCached {
		if n, _ := c.get(strconv.Itoa(i), strconv.Atoi); n != i {
			t.Fatalf("got %d, want %d", n, i)
		}
	}
	if len(c.made) != maxCached {
		t.Errorf("%d texts are remembered", len(c.made))
	}
	if _, err := c.get("x", strconv.Atoi); err == nil {
		t.Error("no error")
	}
}

func TestToYamlOrderedIsTheSameValue(t *testing.T) {
	const text = `{b: "yes", a: ["1", 1, null, {z: "a: b", y: "x\ny"}], "on": "off", "": {}}`
	got, err := toYamlOrdered([]any{"b"}, decode(t, text))
	if err != nil || !strings.HasPrefix(got, "b:") || !sameValue(decode(t, got), decode(t, text), 0) {
		t.Errorf("%v\n%s", err, got)
	}
}
