package funcs

import (
	"io"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"text/template"
)

type named map[string]any // as chartutil.Values

func TestMergeDeep(t *testing.T) {
	tests := []struct {
		name, lists      string
		base, over, want any
	}{
		{"named map types", "replace", named{"a": named{"b": 1}}, named{"a": named{"c": 2}}, map[string]any{"a": map[string]any{"b": 1, "c": 2}}},
		{"map over scalar", "replace", map[string]any{"a": 1}, map[string]any{"a": map[string]any{"b": nil, "c": 2}}, map[string]any{"a": map[string]any{"c": 2}}},
		{"scalar over map", "replace", map[string]any{"a": map[string]any{"b": 1}}, map[string]any{"a": 1}, map[string]any{"a": 1}},
		{"append", "append", map[string]any{"a": []any{1}}, map[string]any{"a": []any{1, 2}}, map[string]any{"a": []any{1, 1, 2}}},
		{"append of typed lists", "append", map[string]any{"a": []string{"x"}}, map[string]any{"a": []any{"y"}}, map[string]any{"a": []any{"x", "y"}}},
		{
			"by key, numbers of two types", "by port",
			map[string]any{"a": []any{map[string]any{"port": float64(1000000), "x": 1}, "scalar"}},
			map[string]any{"a": []any{map[string]any{"port": 1000000, "y": 2}, map[string]any{"port": "1000000"}, "scalar", map[string]any{"other": 1}}},
			map[string]any{"a": []any{
				map[string]any{"port": 1000000, "x": 1, "y": 2}, "scalar",
				map[string]any{"port": "1000000"}, "scalar", map[string]any{"other": 1},
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mergeDeep(tt.lists, tt.over, tt.base)
			if err != nil || !reflect.DeepEqual(any(got), tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestMergeByKeyOfOddKeys(t *testing.T) {
	element := map[string]any{"k": map[string]any{"a": 1}}
	got, err := mergeDeep("by k", map[string]any{"l": []any{element}}, map[string]any{"l": []any{element}})
	if want := map[string]any{"l": []any{element}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestMergeDeepLeavesItsArguments(t *testing.T) {
	base := map[string]any{"a": map[string]any{"b": 1}, "l": []any{map[string]any{"name": "x", "v": 1}}}
	over := map[string]any{"a": map[string]any{"b": nil}, "l": []any{map[string]any{"name": "x", "v": 2}}}
	for _, lists := range []string{"replace", "append", "by name"} {
		if _, err := mergeDeep(lists, over, base); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]any{"a": map[string]any{"b": 1}, "l": []any{map[string]any{"name": "x", "v": 1}}}
	if !reflect.DeepEqual(base, want) {
		t.Errorf("base is now %v", base)
	}
}

func TestWrongTypes(t *testing.T) {
	for text, want := range map[string]string{
		`{{ mergeDeep "replace" 1 (dict) }}`:        "over: want a map, got a number",
		`{{ mergeDeep 1 (dict) (dict) }}`:           `lists: want "replace", "append" or "by KEY", got a number`,
		`{{ pruneEmpty "x" }}`:                      `value: want a map or a list, got a string`,
		`{{ cidrHost "1" "10.0.0.0/8" }}`:           `index: want an integer, got a string`,
		`{{ cidrHost 1.5 "10.0.0.0/8" }}`:           "index: want an integer, got a number with a fraction",
		`{{ cidrHost 1 (list 1) }}`:                 "cidr: want a network like 10.0.0.0/8 or fd00::/64, got a list",
		`{{ cidrHost 1 .Values.missing }}`:          "got nothing (null)",
		`{{ cidrSubnet -1 0 "10.0.0.0/8" }}`:        "bits: 10.0.0.0/8 has 24 bits to divide, not -1",
		`{{ cidrSubnet 2 4 "10.0.0.0/8" }}`:         "index: 10.0.0.0/8 has 4 parts of /10, none has the number 4",
		`{{ fqdn "a" }}`:                            "want fqdn [DOMAIN] NAMESPACE HOST, got 1 arguments",
		`{{ fqdn "a" "" }}`:                         "host: want a host name",
		`{{ dnsLabel 1 }}`:                          "text: want a text with a letter or a digit, got a number",
		`{{ toBytes (dict "password" "hunter2") }}`: "got a map",
		`{{ quantityCmp "1" "x" }}`:                 `quantity: want a Kubernetes quantity like 500m or 2Gi, got a string that is none`,
	} {
		if _, err := run(t, text, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

// TestMessagesShowNoValue gives every function a secret in every place of an
// argument: what it says must not hold it.
func TestMessagesShowNoValue(t *testing.T) {
	for _, secret := range []any{"hunterZ: [9", []any{"hunterZ"}, map[string]any{"hunterZ": "hunterZ"}, 4711.25} {
		for _, f := range All() {
			for i := range f.Params {
				args := []any{"/", "x[", "1", "y"}[:len(f.Params)]
				if len(f.Params) > 0 && f.Params[0].Name == "path" {
					args[0] = "a.b|yaml.c"
				}
				args[i] = secret
				if f.Params[i].Name == "path" || f.Params[i].Name == "choices" {
					continue // says where, or what could be there, not what is
				}
				if message := failure(t, f, args); strings.Contains(message, "hunterZ") || strings.Contains(message, "4711") {
					t.Errorf("%s: argument %d: %s", f.Name, i, message)
				}
			}
		}
	}
	tree := map[string]any{"a": "x: hunterZ: *hunterZ"}
	if _, err := getPath("a|yaml.x", tree); err == nil || strings.Contains(err.Error(), "hunterZ") {
		t.Errorf("a text that is no YAML: %v", err)
	}
}

// failure calls a function and returns what it says when it fails, or "".
func failure(t *testing.T, f Func, args []any) string {
	t.Helper()
	names := make([]string, len(args))
	for i := range args {
		names[i] = "(index . " + strconv.Itoa(i) + ")"
	}
	parsed, err := template.New("").Funcs(Map()).Parse("{{ " + f.Name + " " + strings.Join(names, " ") + " }}")
	if err != nil {
		t.Fatal(err)
	}
	if err := parsed.Execute(io.Discard, args); err != nil {
		return err.Error()
	}
	return ""
}

func TestQuantities(t *testing.T) {
	tests := []struct {
		in         any
		bytes      int64
		millicores int64
	}{
		{"0", 0, 0}, {"1", 1, 1000}, {"100m", 1, 100}, {"1n", 1, 1}, {"-100m", -1, -100}, {"+1.5", 2, 1500}, {".5", 1, 500}, {"1.", 1, 1000},
		{"1k", 1000, 1_000_000}, {"1Ki", 1024, 1_024_000}, {"1e3", 1000, 1_000_000}, {"1E3", 1000, 1_000_000}, {"12e-1", 2, 1200},
		{"0.5Gi", 1 << 29, 1000 << 29}, {2, 2, 2000}, {0.25, 1, 250}, {float64(1 << 40), 1 << 40, 1000 << 40}, {uint8(3), 3, 3000},
	}
	for _, tt := range tests {
		b, err := toBytes(tt.in)
		if err != nil || b != tt.bytes {
			t.Errorf("toBytes(%v) = %d, %v, want %d", tt.in, b, err, tt.bytes)
		}
		m, err := toMillicores(tt.in)
		if err != nil || m != tt.millicores {
			t.Errorf("toMillicores(%v) = %d, %v, want %d", tt.in, m, err, tt.millicores)
		}
	}
	for _, bad := range []any{"", ".", "-", "m", "1 Gi", "1gi", "1KB", "0x10", "1_000", "--1", "+-1", "1e", "1e999", "1/2", "1..2", nil, true, []any{}, math.NaN(), math.Inf(1)} {
		if n, err := toBytes(bad); err == nil {
			t.Errorf("toBytes(%v) = %d, want an error", bad, n)
		}
	}
	if _, err := toMillicores("10E"); err == nil || !strings.Contains(err.Error(), "64-bit") {
		t.Errorf("overflow: %v", err)
	}
}

// Every part is where net/netip says it is.
func TestCIDRArithmetic(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var raw [16]byte
		for i := range raw {
			raw[i] = byte(random.Uint32())
		}
		addr := netip.AddrFrom16(raw)
		if random.IntN(2) == 0 {
			addr = netip.AddrFrom4([4]byte(raw[:4]))
		}
		p := netip.PrefixFrom(addr, random.IntN(addr.BitLen()+1)).Masked()
		more := random.IntN(min(addr.BitLen()-p.Bits(), 20) + 1)
		index := random.IntN(1 << more)

		text, err := cidrSubnet(more, index, p.String())
		if err != nil {
			t.Fatalf("cidrSubnet %d %d %s: %v", more, index, p, err)
		}
		part := netip.MustParsePrefix(text)
		if part.Masked() != part || part.Bits() != p.Bits()+more || !p.Contains(part.Addr()) {
			t.Fatalf("cidrSubnet %d %d %s = %s", more, index, p, text)
		}
		if inside, err := cidrContains(text, p.String()); err != nil || !inside {
			t.Fatalf("cidrContains %s %s = %v, %v", text, p, inside, err)
		}
		if last, _ := cidrSubnet(more, index-1<<more, p.String()); last != text {
			t.Fatalf("counted from the end: %s, want %s", last, text)
		}
		if first, _ := cidrHost(0, text); first != part.Addr().String() {
			t.Fatalf("cidrHost 0 %s = %s", text, first)
		}
	}
}

func TestCIDRFamilies(t *testing.T) {
	for _, tt := range []struct {
		inner, cidr string
		want        bool
	}{
		{"::ffff:10.0.0.1", "10.0.0.0/8", false}, // an IPv6 address to net/netip, as to Kubernetes
		{"10.0.0.1", "::/0", false},
		{"fd00::1", "fd00::/8", true},
		{"10.1.2.3/16", "10.0.0.1/8", true}, // host bits do not matter
		{"10.0.0.0/8", "10.0.0.0/8", true},
	} {
		if got, err := cidrContains(tt.inner, tt.cidr); err != nil || got != tt.want {
			t.Errorf("cidrContains %s %s = %v, %v", tt.inner, tt.cidr, got, err)
		}
	}
}

func TestFQDN(t *testing.T) {
	for host, want := range map[string]string{
		"a": "a.ns.svc.cluster.local", "a.b.svc": "a.b.svc.cluster.local", "a.b": "a.b", "*": "*", "*.a.com": "*.a.com",
		"a.b.svc.cluster.local.": "a.b.svc.cluster.local",
	} {
		if got, err := fqdn("ns", host); err != nil || got != want {
			t.Errorf("fqdn ns %s = %s, %v, want %s", host, got, err, want)
		}
	}
}

func TestDNSLabelFits(t *testing.T) {
	a, _ := dnsLabel(strings.Repeat("x", 80) + "a")
	b, _ := dnsLabel(strings.Repeat("x", 80) + "b")
	if len(a) != 63 || a == b {
		t.Errorf("%s (%d characters), %s", a, len(a), b)
	}
	cut, _ := dnsLabel(strings.Repeat("a", 53) + "-" + strings.Repeat("b", 40))
	if strings.Contains(cut, "--") {
		t.Errorf("%s: two dashes in a row at the cut", cut)
	}
	if exact, _ := dnsLabel(strings.Repeat("a", 63)); exact != strings.Repeat("a", 63) {
		t.Errorf("63 characters were changed to %s", exact)
	}
}
