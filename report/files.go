package report

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// file names a finding's file as a CI system wants it: with slashes, without a
// leading "./", and relative to the repository's root where it lies inside.
func (o Options) file(name string) string {
	switch {
	case name == "" && o.Subject == "":
		return "helmx"
	case name == "":
		name = o.Subject
	}
	if notAFile(name) {
		return name
	}
	if o.Dir == "" {
		return path.Clean(filepath.ToSlash(name))
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(o.Dir, name)
	}
	root := o.Root
	if root == "" {
		root = o.Dir
	}
	inside, err := filepath.Rel(root, name)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(inside)
}

// notAFile tells names that only look like paths: "<stdin>", a chart's URL.
func notAFile(name string) bool {
	return strings.HasPrefix(name, "<") || strings.Contains(name, "://")
}

// uri is file as a URI reference.
func (o Options) uri(name string) string {
	file := o.file(name)
	switch {
	case strings.Contains(file, "://"):
		return file
	case path.IsAbs(file):
		return (&url.URL{Scheme: "file", Path: file}).String()
	}
	return (&url.URL{Path: file}).String()
}

// line is the first line where a line is unknown: no CI format knows "none".
func line(n int) int { return max(1, n) }
