package plugins

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// present is a plugin that a folder holds already.
type present struct {
	dir    string // its folder, or a link to it
	name   string // "" when plugin.yaml is missing or unreadable
	helm4  bool   // has an apiVersion: only Helm 4 can load it, and Helm 3 then loads none at all
	usage  string // the name of the command that it adds, where that is not its name
	helmx  bool   // runs helmx
	linked bool   // dir is a link, as "helm plugin install" makes for a local folder
	vacant bool   // no plugin: nothing in it but what an installation of helmx began with
}

// manifest is the little that is read of a plugin.yaml of either kind.
type manifest struct {
	APIVersion      string    `json:"apiVersion"`
	Name            string    `json:"name"`
	Command         string    `json:"command"`
	PlatformCommand []command `json:"platformCommand"`
	Config          struct {
		Usage string `json:"usage"`
	} `json:"config"`
	RuntimeConfig struct {
		PlatformCommand []command `json:"platformCommand"`
	} `json:"runtimeConfig"`
}

type command struct {
	Command string `json:"command"`
}

// readFolder lists what a folder holds. A folder that does not exist holds nothing.
func readFolder(folder string) ([]present, error) {
	entries, err := os.ReadDir(folder)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the plugins folder: %w", err)
	}
	var list []present
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		p := present{dir: dir, linked: e.Type()&os.ModeSymlink != 0}
		data, err := os.ReadFile(filepath.Join(dir, "plugin.yaml"))
		p.vacant = len(data) == 0 && onlyOurs(dir)
		var m manifest
		if err == nil && yaml.Unmarshal(data, &m) == nil {
			p.name, p.helm4, p.helmx = m.Name, m.APIVersion != "", m.runsHelmx()
			p.usage = m.Config.Usage
		}
		list = append(list, p)
	}
	return list, nil
}

// onlyOurs says whether a folder holds nothing that helmx would not write there.
func onlyOurs(dir string) bool {
	ours := []string{"helmx", "helmx.exe", "plugin.yaml", "plugin.complete"}
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return !slices.Contains(ours, e.Name()) && !isAside(e)
	})
}

// runsHelmx says whether every command of a plugin is helmx, which makes it one
// of ours in whatever version.
func (m manifest) runsHelmx() bool {
	commands := append(append([]command{{m.Command}}, m.PlatformCommand...), m.RuntimeConfig.PlatformCommand...)
	found := false
	for _, c := range commands {
		if c.Command == "" {
			continue
		}
		first, _, _ := strings.Cut(c.Command, " ")
		if strings.TrimSuffix(path.Base(first), ".exe") != "helmx" {
			return false
		}
		found = true
	}
	return found
}

// remove says how to get rid of a plugin. What has no name Helm does not list.
func (p present) remove() string {
	switch {
	case p.name != "":
		return "`helm plugin uninstall " + p.name + "` removes it"
	case p.linked:
		return "remove the link"
	}
	return "remove the folder"
}

// label names a plugin in messages.
func (p present) label() string {
	if p.name == "" {
		return filepath.Base(p.dir)
	}
	return p.name
}
