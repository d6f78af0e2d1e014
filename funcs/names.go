package funcs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxLabel is the longest DNS label (RFC 1123), and with it the longest name of
// a Service, a Namespace or a pod's host name.
const maxLabel = 63

func nameFuncs() []Func {
	return []Func{
		{
			Name: "dnsLabel", Group: Kubernetes, Fn: dnsLabel,
			Doc: "Makes a text fit as a Kubernetes name: lower case, dashes for everything else, at most 63 characters. " +
				"What is too long ends in a hash of the whole text, so that two long names never become one. Fails when nothing is left.",
			Params: []Param{{Name: "text", Doc: "any text"}},
			Examples: []Example{
				{Template: `{{ printf "%s_%s" "Team A" "reviews.v1" | dnsLabel }}`, Want: "team-a-reviews-v1"},
				{Template: `{{ dnsLabel "a-very-long-release-name-with-a-very-long-chart-name-and-a-suffix" }}`, Want: "a-very-long-release-name-with-a-very-long-chart-name-a-f6f758d4"},
				{Template: `{{ dnsLabel "--" }}`, Error: `text: want a text with a letter or a digit, got a string that is none`},
			},
		},
	}
}

func dnsLabel(text any) (string, error) {
	const want = "a text with a letter or a digit"
	s, err := textArgument("text", text, want)
	if err != nil {
		return "", err
	}
	label := strings.Trim(strings.Map(labelRune, s), "-")
	if label == "" {
		return "", formError("text", text, want)
	}
	if len(label) <= maxLabel {
		return label, nil
	}
	sum := sha256.Sum256([]byte(s))
	hash := hex.EncodeToString(sum[:4])
	return strings.TrimRight(label[:maxLabel-len(hash)-1], "-") + "-" + hash, nil
}

func labelRune(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return r
	case 'A' <= r && r <= 'Z':
		return r - 'A' + 'a'
	}
	return '-'
}
