package funcs

import (
	"math/big"
	"strings"
	"time"
)

func durationFuncs() []Func {
	duration := Param{Name: "duration", Doc: "as in Kubernetes and Istio: 1h30m, 1.5s, 250ms"}
	return []Func{
		{
			Name: "toSeconds", Group: Kubernetes, Fn: toSeconds,
			Doc:    "A duration as a number of seconds: an integer where it is whole, else a number with a fraction. Fails when the text has no unit or none that is known.",
			Params: []Param{duration},
			Examples: []Example{
				{Template: `{{ "1h30m" | toSeconds }}`, Want: "5400"},
				{Template: `{{ toSeconds "250ms" }}`, Want: "0.25"},
				{Template: `{{ toSeconds "1d" }}`, Error: "duration: want a duration like 1h30m or 15s, got a string that is none"},
			},
		},
		{
			Name: "durationCmp", Group: Kubernetes, Fn: durationCmp,
			Doc:      "Compares two durations: -1 when the piped one is shorter, 0 when they are equal, 1 when it is longer.",
			Params:   []Param{{Name: "other", Doc: "what to compare with"}, duration},
			Examples: []Example{{Template: `{{ "90s" | durationCmp "1m30s" }}`, Want: "0"}, {Template: `{{ if eq (durationCmp "1m" .Values.timeout) 1 }}too long{{ end }}`, Values: "timeout: 5m", Want: "too long"}},
		},
	}
}

func durationArgument(param string, v any) (time.Duration, error) {
	const want = "a duration like 1h30m or 15s"
	text, err := textArgument(param, v, want)
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(text)
	if err != nil || strings.ContainsAny(text, "+") {
		return 0, formError(param, v, want)
	}
	return d, nil
}

func toSeconds(duration any) (any, error) {
	d, err := durationArgument("duration", duration)
	if err != nil {
		return nil, err
	}
	if d%time.Second == 0 {
		return int64(d / time.Second), nil
	}
	f, _ := new(big.Rat).SetFrac64(int64(d), int64(time.Second)).Float64()
	return f, nil
}

func durationCmp(other, duration any) (int, error) {
	b, err := durationArgument("other", other)
	if err != nil {
		return 0, err
	}
	a, err := durationArgument("duration", duration)
	if err != nil {
		return 0, err
	}
	switch {
	case a < b:
		return -1, nil
	case a > b:
		return 1, nil
	}
	return 0, nil
}
