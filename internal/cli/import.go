package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/istiooperator"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "turn the configuration of other tools into that of helmx and Helm",
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.importIstioOperatorCommand())
	return cmd
}

const importIstioOperatorLong = `Turn an IstioOperator into a values file for each of Istio's Helm charts and a
helmx.yaml with patches for what no value can say: k8s settings and overlays.
What cannot be carried over is reported with its place and the reason. A patch
that would change nothing in the built-in chart is left out.

FILE is a file with one or more IstioOperators, or - for standard input. Without
--output everything goes to standard output as one YAML stream, each document
under a comment with the name of its file. Several IstioOperators become a
folder each, named after them.`

type importFlags struct {
	output string
	force  bool
}

func (a *app) importIstioOperatorCommand() *cobra.Command {
	o := &importFlags{}
	cmd := &cobra.Command{
		Use:     "istiooperator FILE",
		Short:   "IstioOperator settings and overlays become helmx.yaml and values files",
		Long:    importIstioOperatorLong,
		Example: "  helmx import istiooperator istio.yaml -o istio/",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Sprintf("import istiooperator takes one file, got %d arguments", len(args)), "name an IstioOperator, or - for standard input"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.importIstioOperator(cmd.Context(), args[0], o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write files into this `FOLDER`, and list them, instead of printing them")
	f.BoolVar(&o.force, "force", false, "overwrite files that are there")
	return cmd
}

func (a *app) importIstioOperator(ctx context.Context, file string, o *importFlags) error {
	data, err := a.readInput(file)
	if err != nil {
		return err
	}
	installs, findings, err := istiooperator.Import(inputName(file), data, istiooperator.Options{
		Path: patch.CheckOverlayPath,
		Idle: func(r istiooperator.Release, values, cfg []byte) ([]string, error) {
			return a.idlePatches(ctx, r, values, cfg)
		},
	})
	if err == nil && !a.fails(findings) && !findings.HasErrors() {
		findings = append(findings, checkImport(installs)...)
	}
	if err == nil && findings.HasErrors() { // whatever --fail-on says: half an import is none
		err = pipeline.ErrStopped
	}
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	if o.output == "" {
		a.printImport(installs)
		return a.finish(findings, nil)
	}
	return a.finish(findings, a.writeImport(installs, o))
}

// idlePatches renders the built-in chart of a release and names the patches that
// find everything as they want it. Where the chart refuses the values, none is
// named: `helmx template` says why.
func (a *app) idlePatches(ctx context.Context, r istiooperator.Release, values, cfg []byte) ([]string, error) {
	parsed, findings := config.Parse(istiooperator.ConfigFile, cfg)
	if findings.HasErrors() {
		return nil, nil
	}
	patches, findings := parsed.PatchOptions()
	if findings.HasErrors() {
		return nil, nil
	}
	node, err := manifest.Parse(values)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.Values, err)
	}
	chart := pipeline.ChartOptions{Values: charts.ValuesOptions{ConfigValues: charts.ConfigLayer{File: r.Values, Node: node}}}
	if err := a.prepareRender(&chart, charts.Release{Name: r.Name, Namespace: r.Namespace}, nil); err != nil {
		return nil, err
	}
	chart.Render.Warn = func(string) {}
	idle, err := pipeline.IdlePatches(ctx, charts.BuiltinPrefix+"istio/"+r.Chart, chart, patches)
	if pipeline.Reported(err) {
		return nil, nil
	}
	return idle, err
}

// readInput reads a file, or standard input for -.
func (a *app) readInput(file string) ([]byte, error) {
	if file == "-" {
		data, err := io.ReadAll(a.In)
		if err != nil {
			return nil, fmt.Errorf("reading standard input: %w", err)
		}
		return data, nil
	}
	data, err := os.ReadFile(file)
	var why *fs.PathError
	if errors.As(err, &why) {
		return nil, usageError{fmt.Sprintf("reading %s: %v", file, why.Err), "name an IstioOperator, or - for standard input"}
	}
	return data, err
}

func inputName(file string) string {
	if file == "-" {
		return manifest.Stdin
	}
	return file
}

// checkImport reads what was made with the eyes of every other command: a name
// or a path that the IstioOperator has wrong is said now, not at the first run.
func checkImport(installs []istiooperator.Install) diag.List {
	var found diag.List
	for _, install := range installs {
		for _, f := range install.Files {
			if f.Name != istiooperator.ConfigFile {
				continue
			}
			cfg, findings := config.Parse(f.Name, f.Data)
			if !findings.HasErrors() {
				_, findings = cfg.PatchOptions()
			}
			found = append(found, findings...)
		}
	}
	return found
}

// installFolder is where the files of one of several installs go.
func installFolder(i istiooperator.Install, of int) string {
	if of == 1 {
		return ""
	}
	name := cmp.Or(i.Name, "istiooperator")
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r < ' ' {
			return '-'
		}
		return r
	}, strings.TrimLeft(name, "."))
}

// printImport prints all files as one stream.
func (a *app) printImport(installs []istiooperator.Install) {
	for _, install := range installs {
		for _, f := range install.Files {
			name := filepath.ToSlash(filepath.Join(installFolder(install, len(installs)), f.Name))
			fmt.Fprintf(&a.stdout, "---\n# file: %s\n%s", strings.Join(strings.Fields(name), " "), f.Data)
		}
	}
}

// writeImport writes all files or, where one is there already, none.
func (a *app) writeImport(installs []istiooperator.Install, o *importFlags) error {
	var paths []string
	for _, install := range installs {
		for _, f := range install.Files {
			path := filepath.Join(o.output, installFolder(install, len(installs)), f.Name)
			if _, err := os.Lstat(path); err == nil && !o.force {
				return usageError{path + " is there already", "choose another folder, or overwrite with --force"}
			}
			paths = append(paths, path)
		}
	}
	rows := [][]string{{"FILE", "FOR"}}
	for _, install := range installs {
		for i, f := range install.Files {
			path := paths[0]
			paths = paths[1:]
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return fmt.Errorf("making a folder: %w", err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				return fmt.Errorf("writing a file: %w", err)
			}
			rows = append(rows, []string{filepath.ToSlash(path), purpose(install, i)})
		}
	}
	return writeTable(&a.stdout, rows)
}

// purpose says what the i-th file of an install is for.
func purpose(install istiooperator.Install, i int) string {
	if i > 0 {
		r := install.Releases[i-1]
		return fmt.Sprintf("release %s of istio/%s in %s", r.Name, r.Chart, r.Namespace)
	}
	switch install.Patches {
	case 0:
		return "no patches"
	case 1:
		return "1 patch"
	}
	return fmt.Sprintf("%d patches", install.Patches)
}
