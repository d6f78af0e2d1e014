package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/schema/internal/pack"
)

func minorVersion(minor int) string { return "1." + strconv.Itoa(minor) }

// target is the version that documents are validated for.
type target struct {
	minor   int // asked for: decides what is removed and deprecated
	release pack.Release
}

// parseTarget finds the release for a version, "" the newest. The finding says
// that it is not the one that was asked for.
func parseTarget(version string, releases []pack.Release) (target, *diag.Diagnostic) {
	newest := releases[0]
	if version == "" {
		return target{newest.Minor, newest}, nil
	}
	minor, err := parseMinor(version)
	if err != nil {
		return target{newest.Minor, newest}, &diag.Diagnostic{
			Code: "SC010", Severity: diag.Warning,
			Message: fmt.Sprintf("%v: validated for Kubernetes %s", err, minorVersion(newest.Minor)),
		}
	}
	best := newest
	for _, r := range releases {
		if distance(r.Minor, minor) < distance(best.Minor, minor) {
			best = r
		}
	}
	if best.Minor == minor {
		return target{minor, best}, nil
	}
	return target{minor, best}, &diag.Diagnostic{
		Code: "SC010", Severity: diag.Info,
		Message: fmt.Sprintf("there are no schemas of Kubernetes %s here: validated with the nearest, %s", minorVersion(minor), minorVersion(best.Minor)),
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

// parseMinor reads the minor version of "1.37", "v1.37.0" or "v1.37.1-gke.100".
func parseMinor(version string) (int, error) {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	end := strings.IndexFunc(rest+".", func(r rune) bool { return r < '0' || r > '9' })
	minor, err := strconv.Atoi(rest[:end])
	if err != nil || major != "1" {
		return 0, fmt.Errorf("%q is no Kubernetes version such as 1.37", version)
	}
	return minor, nil
}
