package chartutil

import (
	"errors"
	"strings"
)

// maxReleaseName leaves charts ten characters to add to the 63 that most names
// in Kubernetes may have.
const maxReleaseName = 53

var (
	errNoReleaseName  = errors.New("no name provided")
	errBadReleaseName = errors.New(`invalid release name, must match regex ` +
		`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$` +
		` and the length must not be longer than 53`)
)

// ValidateReleaseName checks a release name as Helm does, with Helm's words:
// DNS labels joined by dots, 53 characters in all.
func ValidateReleaseName(name string) error {
	if name == "" {
		return errNoReleaseName
	}
	if len(name) > maxReleaseName {
		return errBadReleaseName
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isDNSLabel(label) {
			return errBadReleaseName
		}
	}
	return nil
}

// isDNSLabel reports whether s is made of lower case letters, digits and
// dashes, and neither begins nor ends with a dash.
func isDNSLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
