package funcs

import (
	"fmt"
	"math/big"
	"net/netip"
	"strings"
)

func networkFuncs() []Func {
	return []Func{
		{
			Name: "cidrContains", Group: Network, Fn: cidrContains,
			Doc: "Whether an address or a whole network lies inside a network. Fails when either is malformed.",
			Params: []Param{
				{Name: "inner", Doc: "an IP address or a network in CIDR notation"},
				{Name: "cidr", Doc: "the network, in CIDR notation"},
			},
			Examples: []Example{
				{Template: `{{ "10.0.0.0/8" | cidrContains "10.1.2.3" }}`, Want: "true"},
				{Template: `{{ cidrContains "10.0.0.0/7" "10.0.0.0/8" }}`, Want: "false"},
				{Template: `{{ cidrContains "10.0.0" "10.0.0.0/8" }}`, Error: `inner: want an IP address or a network like 10.0.0.0/8, got a string that is none`},
			},
		},
		{
			Name: "cidrHost", Group: Network, Fn: cidrHost,
			Doc: "The address with a number in a network; negative numbers count from its end. Fails when the network has no such address.",
			Params: []Param{
				{Name: "index", Doc: "0 is the network's first address, -1 its last"},
				{Name: "cidr", Doc: "the network, in CIDR notation"},
			},
			Examples: []Example{
				{Template: `{{ "10.96.0.0/12" | cidrHost 10 }}`, Want: "10.96.0.10"},
				{Template: `{{ cidrHost -1 "fd00::/64" }}`, Want: "fd00::ffff:ffff:ffff:ffff"},
				{Template: `{{ cidrHost 256 "10.0.0.0/24" }}`, Error: "index: 10.0.0.0/24 has 256 addresses, none has the number 256"},
			},
		},
		{
			Name: "cidrSubnet", Group: Network, Fn: cidrSubnet,
			Doc: "One of the equal parts of a network. Fails when the network cannot be cut that small or has no such part.",
			Params: []Param{
				{Name: "bits", Doc: "how many bits to add to the network's prefix: 8 makes 256 parts"},
				{Name: "index", Doc: "which part: 0 is the first, -1 the last"},
				{Name: "cidr", Doc: "the network, in CIDR notation"},
			},
			Examples: []Example{
				{Template: `{{ .Values.podCIDR | cidrSubnet 8 3 }}`, Values: `podCIDR: 10.0.0.0/16`, Want: "10.0.3.0/24"},
				{Template: `{{ cidrSubnet 16 -1 "fd00::/48" }}`, Want: "fd00:0:0:ffff::/64"},
				{Template: `{{ cidrSubnet 8 0 "10.0.0.0/28" }}`, Error: "bits: 10.0.0.0/28 has 4 bits to divide, not 8"},
			},
		},
		{
			Name: "fqdn", Group: Network, Fn: fqdn,
			Doc: "The fully qualified name of a service, so that it means the same in every namespace. A name with dots is kept, except that NAME.NAMESPACE.svc gets the cluster domain.",
			Params: []Param{
				{Name: "domain", Doc: "the cluster domain; cluster.local when left out", Optional: true},
				{Name: "namespace", Doc: "where a short name is looked up"},
				{Name: "host", Doc: "a service name or host name"},
			},
			Examples: []Example{
				{Template: `{{ "reviews" | fqdn "prod" }}`, Want: "reviews.prod.svc.cluster.local"},
				{Template: `{{ fqdn "mesh.internal" "prod" "reviews" }}`, Want: "reviews.prod.svc.mesh.internal"},
				{Template: `{{ fqdn "prod" "api.example.com" }}`, Want: "api.example.com"},
				{Template: `{{ fqdn "" "reviews" }}`, Error: "namespace: want the namespace of the host, got an empty string"},
			},
		},
	}
}

const wantAddress = "an IP address or a network like 10.0.0.0/8"

func cidrContains(inner, cidr any) (bool, error) {
	outer, err := prefixArgument("cidr", cidr)
	if err != nil {
		return false, err
	}
	text, err := textArgument("inner", inner, wantAddress)
	if err != nil {
		return false, err
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Bits() >= outer.Bits() && outer.Contains(p.Addr()), nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return false, formError("inner", text, wantAddress)
	}
	return outer.Contains(addr), nil
}

func cidrHost(index, cidr any) (string, error) {
	n, err := integerArgument("index", index)
	if err != nil {
		return "", err
	}
	p, err := prefixArgument("cidr", cidr)
	if err != nil {
		return "", err
	}
	addr, ok := nth(p, p.Addr().BitLen(), n)
	if !ok {
		return "", fmt.Errorf("index: %s has %s addresses, none has the number %d", p, parts(p, p.Addr().BitLen()), n)
	}
	return addr.String(), nil
}

func cidrSubnet(bits, index, cidr any) (string, error) {
	more, err := integerArgument("bits", bits)
	if err != nil {
		return "", err
	}
	n, err := integerArgument("index", index)
	if err != nil {
		return "", err
	}
	p, err := prefixArgument("cidr", cidr)
	if err != nil {
		return "", err
	}
	if left := p.Addr().BitLen() - p.Bits(); more < 0 || more > int64(left) {
		return "", fmt.Errorf("bits: %s has %d bits to divide, not %d", p, left, more)
	}
	length := p.Bits() + int(more)
	addr, ok := nth(p, length, n)
	if !ok {
		return "", fmt.Errorf("index: %s has %s parts of /%d, none has the number %d", p, parts(p, length), length, n)
	}
	return netip.PrefixFrom(addr, length).String(), nil
}

// nth returns the first address of the nth part when p is divided into
// networks of the given prefix length.
func nth(p netip.Prefix, length int, n int64) (netip.Addr, bool) {
	at, count := big.NewInt(n), parts(p, length)
	if n < 0 {
		at.Add(at, count)
	}
	if at.Sign() < 0 || at.Cmp(count) >= 0 {
		return netip.Addr{}, false
	}
	at.Lsh(at, uint(p.Addr().BitLen()-length))
	at.Add(at, new(big.Int).SetBytes(p.Addr().AsSlice()))
	return netip.AddrFromSlice(at.FillBytes(make([]byte, p.Addr().BitLen()/8)))
}

func parts(p netip.Prefix, length int) *big.Int {
	return new(big.Int).Lsh(big.NewInt(1), uint(length-p.Bits()))
}

// prefixArgument returns the network with the host bits cleared.
func prefixArgument(param string, v any) (netip.Prefix, error) {
	const want = "a network like 10.0.0.0/8 or fd00::/64"
	text, err := textArgument(param, v, want)
	if err != nil {
		return netip.Prefix{}, err
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, formError(param, v, want)
	}
	return p.Masked(), nil
}

func fqdn(args ...any) (string, error) {
	params := []string{"domain", "namespace", "host"}
	switch len(args) {
	case 2:
		args = append([]any{"cluster.local"}, args...)
	case 3:
	default:
		return "", fmt.Errorf("want fqdn [DOMAIN] NAMESPACE HOST, got %d arguments", len(args))
	}
	var text [3]string
	for i, arg := range args {
		var err error
		if text[i], err = textArgument(params[i], arg, "a name"); err != nil {
			return "", err
		}
	}
	return qualify(strings.Trim(text[0], "."), text[1], strings.TrimSuffix(text[2], "."))
}

func qualify(domain, namespace, host string) (string, error) {
	switch {
	case domain == "":
		return "", argumentError("domain", "", "the cluster domain")
	case host == "":
		return "", argumentError("host", "", "a host name")
	case strings.Count(host, ".") == 2 && strings.HasSuffix(host, ".svc"):
		return host + "." + domain, nil
	case strings.Contains(host, ".") || host == "*":
		return host, nil
	case namespace == "":
		return "", argumentError("namespace", "", "the namespace of the host")
	}
	return host + "." + namespace + ".svc." + domain, nil
}
