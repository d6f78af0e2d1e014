package funcs

import (
	"fmt"
	"net/netip"
	"slices"
)

// maxSubnets bounds what one call of cidrSubnets lists.
const maxSubnets = 65536

func cidrFuncs() []Func {
	return []Func{
		{
			Name: "cidrSubnets", Group: Network, Fn: cidrSubnets,
			Doc: "All equal parts of a network, as a list. Fails when the network cannot be cut that small, or into more than 65536 parts: cidrSubnet gives one of them.",
			Params: []Param{
				{Name: "bits", Doc: "how many bits to add to the network's prefix: 2 makes 4 parts"},
				{Name: "cidr", Doc: "the network, in CIDR notation"},
			},
			Examples: []Example{
				{Template: `{{ "10.0.0.0/22" | cidrSubnets 2 | join " " }}`, Want: "10.0.0.0/24 10.0.1.0/24 10.0.2.0/24 10.0.3.0/24"},
				{Template: `{{ "fd00::/48" | cidrSubnets 40 }}`, Error: "bits: want 0 to 16 bits, which is 65536 parts, got 40"},
			},
		},
		{
			Name: "cidrMerge", Group: Network, Fn: cidrMerge,
			Doc:    "The fewest networks that hold exactly the addresses of the given ones, sorted: neighbours are joined, and what lies in another is left out. IPv4 and IPv6 stay apart, IPv4 first.",
			Params: []Param{{Name: "networks", Doc: "a list of networks and IP addresses"}},
			Examples: []Example{
				{Template: `{{ list "10.0.1.0/24" "10.0.0.0/24" "10.0.0.7" "192.168.0.0/16" | cidrMerge | join " " }}`, Want: "10.0.0.0/23 192.168.0.0/16"},
				{Template: `{{ cidrMerge (list "10.0.0.0/8" "x") }}`, Error: "networks[1]: want an IP address or a network like 10.0.0.0/8, got a string that is none"},
			},
		},
		{
			Name: "sortIPs", Group: Network, Fn: sortIPs,
			Doc:    "IP addresses and networks in the order of their numbers, IPv4 first; text would put 10.0.0.10 before 10.0.0.9. Fails when one is malformed.",
			Params: []Param{{Name: "addresses", Doc: "a list of IP addresses and networks"}},
			Examples: []Example{
				{Template: `{{ list "10.0.0.10" "fd00::1" "10.0.0.9" | sortIPs | join " " }}`, Want: "10.0.0.9 10.0.0.10 fd00::1"},
			},
		},
	}
}

func cidrSubnets(bits, cidr any) ([]any, error) {
	more, err := integerArgument("bits", bits)
	if err != nil {
		return nil, err
	}
	p, err := prefixArgument("cidr", cidr)
	if err != nil {
		return nil, err
	}
	left := p.Addr().BitLen() - p.Bits()
	if more >= 0 && more <= int64(left) && more > 16 || more < 0 {
		return nil, fmt.Errorf("bits: want 0 to 16 bits, which is %d parts, got %d", maxSubnets, more)
	}
	if more > int64(left) {
		return nil, fmt.Errorf("bits: %s has %d bits to divide, not %d", p, left, more)
	}
	list := make([]any, 1<<more)
	for i := range list {
		addr, _ := nth(p, p.Bits()+int(more), int64(i))
		list[i] = netip.PrefixFrom(addr, p.Bits()+int(more)).String()
	}
	return list, nil
}

// addressed is an address or a network, with the text it is written as.
type addressed struct {
	prefix netip.Prefix
	text   string
}

func addressesArgument(param string, v any) ([]addressed, error) {
	list, ok := asList(v)
	if !ok {
		return nil, argumentError(param, v, "a list of IP addresses and networks")
	}
	all := make([]addressed, len(list))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", param, i)
		text, err := textArgument(at, item, wantAddress)
		if err != nil {
			return nil, err
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, formError(at, item, wantAddress)
			}
			p = netip.PrefixFrom(addr.WithZone(""), addr.BitLen())
		}
		all[i] = addressed{p, text}
	}
	slices.SortStableFunc(all, func(a, b addressed) int {
		if c := a.prefix.Addr().Compare(b.prefix.Addr()); c != 0 {
			return c
		}
		return a.prefix.Bits() - b.prefix.Bits()
	})
	return all, nil
}

func sortIPs(addresses any) ([]any, error) {
	all, err := addressesArgument("addresses", addresses)
	sorted := make([]any, len(all))
	for i, a := range all {
		sorted[i] = a.text
	}
	return sorted, err
}

func cidrMerge(networks any) ([]any, error) {
	all, err := addressesArgument("networks", networks)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].prefix = all[i].prefix.Masked()
	}
	slices.SortFunc(all, func(a, b addressed) int {
		if c := a.prefix.Addr().Compare(b.prefix.Addr()); c != 0 {
			return c
		}
		return a.prefix.Bits() - b.prefix.Bits()
	})
	var merged []netip.Prefix // sorted and apart: each new network can only touch the last ones
	for _, a := range all {
		if n := len(merged); n > 0 && merged[n-1].Contains(a.prefix.Addr()) {
			continue // sorted: what holds its first address holds all of it
		}
		merged = append(merged, a.prefix)
		for n := len(merged); n > 1; n = len(merged) {
			whole, ok := joined(merged[n-2], merged[n-1])
			if !ok {
				break
			}
			merged = append(merged[:n-2], whole)
		}
	}
	list := make([]any, len(merged))
	for i, p := range merged {
		list[i] = p.String()
	}
	return list, nil
}

// joined returns the network whose two halves a and b are.
func joined(a, b netip.Prefix) (netip.Prefix, bool) {
	if a.Bits() != b.Bits() || a.Bits() == 0 || a.Addr().BitLen() != b.Addr().BitLen() {
		return netip.Prefix{}, false
	}
	whole := netip.PrefixFrom(a.Addr(), a.Bits()-1).Masked()
	return whole, whole.Addr() == a.Addr() && whole.Contains(b.Addr())
}
