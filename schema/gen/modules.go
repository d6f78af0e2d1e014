package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// moduleDir downloads a module if need be and returns the folder it is in.
func moduleDir(module string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	var found struct{ Dir, Error string }
	if jsonErr := json.NewDecoder(bytes.NewReader(out)).Decode(&found); jsonErr != nil {
		return "", fmt.Errorf("go mod download %s: %w, %w", module, err, jsonErr)
	}
	if found.Error != "" {
		return "", fmt.Errorf("go mod download %s: %s", module, found.Error)
	}
	return found.Dir, err
}

// moduleVersion is the version of path@version, without the v.
func moduleVersion(module string) string {
	_, version, _ := strings.Cut(module, "@v")
	return version
}
