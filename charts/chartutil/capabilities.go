package chartutil

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/charts/chartutil/version"
)

// HelmVersion is the release of Helm whose rendering helmx reproduces.
const HelmVersion = "v3.22.0"

// The Kubernetes that is assumed without a cluster is the release of the client
// libraries that Helm 3.22.0 is built with (k8s.io/client-go v0.37); Helm's
// release build takes it from there too.
const (
	DefaultKubeVersion = "v1." + defaultKubeMinor + ".0"
	defaultKubeMinor   = "37"
)

// Capabilities is what a template reads as .Capabilities. Fields and methods
// are Helm's.
type Capabilities struct {
	KubeVersion KubeVersion
	APIVersions VersionSet
	HelmVersion version.BuildInfo
}

// DefaultCapabilities returns what Helm assumes when it has no cluster to ask.
// The caller owns the result.
func DefaultCapabilities() *Capabilities {
	return &Capabilities{
		KubeVersion: KubeVersion{Version: DefaultKubeVersion, Major: "1", Minor: defaultKubeMinor},
		APIVersions: slices.Clone(defaultAPIVersions[:]),
		HelmVersion: version.BuildInfo{Version: HelmVersion, GitTreeState: "clean", GoVersion: runtime.Version()},
	}
}

// Copy returns a copy that shares the list of API versions.
func (c *Capabilities) Copy() *Capabilities {
	out := *c
	return &out
}

// KubeVersion is a version of Kubernetes, e.g. {"v1.37.0", "1", "37"}.
type KubeVersion struct {
	Version string
	Major   string
	Minor   string
}

// String returns the whole version, e.g. v1.37.0.
func (kv *KubeVersion) String() string { return kv.Version }

// GitVersion returns the whole version; charts of the Helm 2 era call it.
func (kv *KubeVersion) GitVersion() string { return kv.Version }

// ParseKubeVersion reads what --kube-version takes: two or more numbers
// separated by dots, with or without "v"; what follows the numbers is dropped
// ("1.29.3-gke.100" is v1.29.3). The texts of the errors are those of
// k8s.io/apimachinery/pkg/util/version, which Helm prints.
func ParseKubeVersion(text string) (*KubeVersion, error) {
	numbers := leadingNumbers(text)
	if numbers == "" {
		return nil, fmt.Errorf("could not parse %q as version", text)
	}
	parts := strings.Split(numbers, ".")
	if len(parts) < 2 {
		return nil, fmt.Errorf("illegal version string %q", text)
	}
	if strings.HasPrefix(parts[0], "0") && parts[0] != "0" {
		return nil, fmt.Errorf("illegal zero-prefixed version component %q in %q", parts[0], text)
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 0)
		if err != nil {
			return nil, fmt.Errorf("illegal non-numeric version component %q in %q: %v", part, text, err)
		}
		parts[i] = strconv.FormatUint(n, 10)
	}
	return &KubeVersion{Version: "v" + strings.Join(parts, "."), Major: parts[0], Minor: parts[1]}, nil
}

// leadingNumbers returns the dotted numbers that text begins with, after white
// space and a "v"; "" when there are none or when a line break follows.
func leadingNumbers(text string) string {
	text = strings.TrimPrefix(strings.TrimLeft(text, " \t\n\f\r"), "v")
	end := digits(text)
	for end > 0 && end < len(text) && text[end] == '.' {
		n := digits(text[end+1:])
		if n == 0 {
			break
		}
		end += 1 + n
	}
	if strings.ContainsRune(text[end:], '\n') {
		return ""
	}
	return text[:end]
}

// digits counts the ASCII digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// VersionSet is a list of Kubernetes API versions, e.g. "apps/v1".
type VersionSet []string

// Has reports whether the set holds exactly this API version. Asking for
// "group/version/Kind" needs a set that says so itself (--api-versions).
func (v VersionSet) Has(apiVersion string) bool { return slices.Contains(v, apiVersion) }
