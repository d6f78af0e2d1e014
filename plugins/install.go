package plugins

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// InstallOptions says what to install and where.
type InstallOptions struct {
	Helm        string // path of a Helm or its name in $PATH
	Kinds       []Kind // nil: all that this Helm has
	Folder      string // "": where that Helm keeps its plugins
	Binary      string // the helmx to install
	Version     string // and its version
	Helm3IsGone bool   // no Helm 3 uses the folder, whatever it looks like
	DryRun      bool   // decide everything, write nothing
}

// Installation is what Install did, or would do.
type Installation struct {
	Helm    string // path of the Helm
	Version string // as that Helm says
	Major   int
	Folder  string // that holds the plugins
	Seen    bool   // Helm looks for plugins in Folder
	Plugins []Installed
}

// Installed is one plugin in its place.
type Installed struct {
	Plugin
	Dir   string
	State State
}

// State says what happened to a plugin.
type State string

// The states.
const (
	New       State = "installed"
	Updated   State = "updated"
	Unchanged State = "unchanged"
)

// Install puts the plugins that fit a Helm into its folder, or brings those that
// are there up to date. All is decided before anything is written. A Refusal
// says that the folder must not be written to as it is.
//
// The binary is copied and not linked: the plugin then runs what "helm plugin
// list" says it is, whatever becomes of the helmx that installed it - one of
// "go run", of a checkout, or of a package manager that keeps each version in a
// folder of its own. Two plugins share one copy where the file system can.
func Install(ctx context.Context, o InstallOptions) (*Installation, error) {
	h, err := findHelm(ctx, o.Helm)
	if err != nil {
		return nil, err
	}
	wanted, err := choose(h, o.Kinds)
	if err != nil {
		return nil, err
	}
	folder, holds, err := pickFolder(h, o.Folder)
	if err != nil {
		return nil, err
	}
	if err := check(ctx, h, o, folder, wanted, holds); err != nil {
		return nil, err
	}
	done := &Installation{
		Helm: h.path, Version: h.version, Major: h.major, Folder: folder,
		Seen: h.looksIn(folder),
	}
	if !o.DryRun {
		unlock, err := prepareFolder(folder, wanted)
		if err != nil {
			return done, cannotWrite("preparing the plugins folder", err)
		}
		defer unlock()
	}
	from := source{path: o.Binary}
	for _, p := range wanted {
		dir := filepath.Join(folder, p.Name)
		state, err := place(dir, p.Files(o.Version), from, o.DryRun)
		if err != nil {
			return done, cannotWrite("installing plugin "+p.Name, err)
		}
		done.Plugins = append(done.Plugins, Installed{p, dir, state})
		if !o.DryRun {
			from = source{path: binaryPath(dir), share: true}
		}
	}
	return done, nil
}

func cannotWrite(doing string, err error) error {
	return fmt.Errorf("%s: %w\n--dir or HELM_PLUGINS names another folder", doing, err)
}

// choose picks the plugins of these kinds for a Helm.
func choose(h helm, kinds []Kind) ([]Plugin, error) {
	var wanted []Plugin
	for _, p := range all {
		if p.Helm == h.major && (kinds == nil || slices.Contains(kinds, p.Kind)) {
			wanted = append(wanted, p)
		}
	}
	if len(wanted) == 0 {
		return nil, Refusal{
			fmt.Sprintf("%s is Helm %d (%s), which has no plugins for post-renderers", h.path, h.major, h.version),
			"it needs none: `helm install --post-renderer helmx` runs the helmx in $PATH",
		}
	}
	return wanted, nil
}

// pickFolder says which folder to install to, and lists what that and the other
// folders of a Helm hold: the one asked for, else one that holds helmx already,
// else the first, where Helm itself installs plugins.
func pickFolder(h helm, asked string) (string, map[string][]present, error) {
	folders := h.folders
	if asked != "" && !h.looksIn(asked) {
		folders = []string{asked}
	}
	holds, target := map[string][]present{}, ""
	for _, f := range folders {
		abs, err := filepath.Abs(f)
		if err != nil {
			return "", nil, err
		}
		if holds[abs], err = readFolder(abs); err != nil {
			return "", nil, err
		}
		ours := slices.ContainsFunc(holds[abs], func(p present) bool { return p.helmx })
		if target == "" && ours && asked == "" || realPath(f) == realPath(asked) {
			target = abs
		}
	}
	if target != "" {
		return target, holds, nil
	}
	first, err := filepath.Abs(folders[0])
	return first, holds, err
}

// looksIn says whether Helm looks for plugins in a folder.
func (h helm) looksIn(folder string) bool {
	return slices.ContainsFunc(h.folders, func(f string) bool { return realPath(f) == realPath(folder) })
}

// checkNames refuses to bring a name into a Helm a second time: two plugins with
// one name in a folder make Helm 4 refuse all of that folder, and Helm 3 all
// there are.
func checkNames(wanted []Plugin, folder string, holds map[string][]present) error {
	for _, p := range wanted {
		target := filepath.Join(folder, p.Name)
		if err := checkPlace(target); err != nil {
			return err
		}
		for _, list := range holds {
			for _, there := range list {
				if err := checkName(p, target, there); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkPlace refuses what is no folder where a plugin is to be.
func checkPlace(target string) error {
	info, err := os.Stat(target)
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Lstat(target); err == nil {
			return Refusal{target + " is a link to what is not there", "remove the link"}
		}
		return nil
	}
	if err == nil && !info.IsDir() {
		return Refusal{target + " is a file, where the folder of the plugin is to be", "move it elsewhere"}
	}
	return nil // any other error comes up again, where the folder is written
}

func checkName(p Plugin, target string, there present) error {
	uninstall := there.remove()
	switch {
	case there.dir == target && there.vacant && !there.linked:
		return nil
	case there.dir == target && !there.helmx:
		return Refusal{fmt.Sprintf("%s holds something else than helmx", target), "look at it, and " + uninstall}
	case there.dir == target && there.linked:
		return Refusal{fmt.Sprintf("%s is a link to a plugin in development", target), uninstall}
	case there.dir == target:
		return nil
	case there.name == p.Name:
		return Refusal{fmt.Sprintf("a plugin called %s is in %s already", p.Name, there.dir), "Helm runs no two plugins of one name; " + uninstall}
	case p.Kind == CLI && there.helm4 && there.usage == "helmx":
		return Refusal{fmt.Sprintf("%s adds a command `helm helmx` already", there.dir), "Helm runs no two commands of one name; " + uninstall}
	}
	return nil
}

// check says what speaks against installing.
func check(ctx context.Context, h helm, o InstallOptions, folder string, wanted []Plugin, holds map[string][]present) error {
	there := holds[folder]
	if h.major == 3 {
		if err := checkForHelm3(folder, there); err != nil {
			return err
		}
		return checkNames(wanted, folder, holds)
	}
	if err := checkNames(wanted, folder, holds); err != nil {
		return err
	}
	if err := checkLegacy(wanted, there); err != nil || o.Helm3IsGone {
		return err
	}
	return checkForHelm4(ctx, h, folder, there)
}

// A plugin.yaml with an apiVersion, which Helm 4 wants, makes Helm 3 refuse every
// plugin of the user ("unknown field"), and both Helms use the same folder unless
// told otherwise. The two checks keep their plugins apart.

func checkForHelm3(folder string, there []present) error {
	i := slices.IndexFunc(there, isHelm4)
	if i < 0 {
		return nil
	}
	return Refusal{
		fmt.Sprintf("%s holds %s, a plugin for Helm 4: Helm 3 refuses all plugins of such a folder", folder, there[i].label()),
		"give each Helm a folder of its own with HELM_PLUGINS or HELM_DATA_HOME",
	}
}

func isHelm4(p present) bool { return p.helm4 }

func checkForHelm4(ctx context.Context, h helm, folder string, there []present) error {
	if slices.ContainsFunc(there, isHelm4) {
		return nil // Helm 3 has given up this folder already
	}
	reason := ""
	if i := slices.IndexFunc(there, func(p present) bool { return p.name != "" }); i >= 0 {
		reason = "it holds " + there[i].label() + ", a plugin of Helm 3's kind"
	} else if other, err := helm3Using(ctx, folder, h); err != nil {
		return err
	} else if other != "" {
		reason = other + " is a Helm 3 that uses it"
	}
	if reason == "" {
		return nil
	}
	return Refusal{
		fmt.Sprintf("a plugin for Helm 4 in %s would make Helm 3 refuse all plugins there, and %s", folder, reason),
		"with both Helms in use, give Helm 4 a folder of its own: export HELM_PLUGINS=FOLDER for it and for this command; else say --helm3-is-gone",
	}
}

// checkLegacy refuses to replace half of what helmx put there for Helm 3.
func checkLegacy(wanted []Plugin, there []present) error {
	legacy := slices.IndexFunc(there, func(p present) bool { return p.helmx && !p.helm4 })
	if legacy < 0 || len(wanted) == 2 {
		return nil
	}
	return Refusal{
		there[legacy].dir + " holds the `helm helmx` of Helm 3, which Helm 4 runs too",
		"leave --kind away: both plugins of Helm 4 replace it",
	}
}
