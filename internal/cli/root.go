package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/report"
)

// globalFlags are the flags that every command takes.
type globalFlags struct {
	config      string
	kubeVersion string
	namespace   string
	failOn      string
	scope       string
	color       string
	reports     []string
	verbose     bool
}

const rootLong = `helmx takes over where Helm stops: it renders charts as Helm does, patches what
comes out, validates it against the schemas of its kinds, and judges it.

  helm install NAME CHART --post-renderer helmx   after Helm
  helmx template NAME CHART                       instead of "helm template"
  helmx lint PATH...                              before a commit

Without arguments and with manifests on standard input, helmx post-renders them.`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:               "helmx",
		Short:             "render, patch, validate and lint Helm charts and their manifests",
		Long:              rootLong,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              unknownCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkGlobal(cmd) },
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	stream := &streamFlags{}
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if isTerminal(a.In) {
			return cmd.Help()
		}
		return a.postRender(cmd, stream)
	}
	stream.register(root.Flags())
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		a.helped = true
		help(cmd, args)
	})
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{err.Error(), "see `" + cmd.CommandPath() + " --help`"}
	})
	f := root.PersistentFlags()
	f.StringVarP(&a.global.config, "config", "c", "", "configuration `FILE` (default $HELMX_CONFIG, else helmx.yaml in the working directory, else none; an empty FILE such as /dev/null is none)")
	f.StringVar(&a.global.kubeVersion, "kube-version", "", "Kubernetes `VERSION` to render for and validate against")
	f.StringVarP(&a.global.namespace, "namespace", "n", "", "`NAMESPACE` of the release, and of objects that carry none (default $HELM_NAMESPACE, else the kubeconfig's)")
	f.StringVar(&a.global.failOn, "fail-on", "error", "fail on findings of this `SEVERITY` or worse: error, warning, info or never")
	f.StringVar(&a.global.scope, "scope", "", "what the input is: release (default), or mesh when it is the whole mesh")
	f.StringVar(&a.global.color, "color", "auto", "colour findings and diffs: auto, always or never")
	f.StringArrayVar(&a.global.reports, "report", nil, "also write findings as `FORMAT=FILE`; repeatable (and $HELMX_REPORT, comma-separated)")
	f.BoolVarP(&a.global.verbose, "verbose", "v", false, "say what is done and what is skipped")
	root.SetHelpCommand(helpCommand(root))
	root.AddCommand(
		a.templateCommand(), a.postRenderCommand(), a.lintCommand(), a.validateCommand(), a.featuresCommand(), a.diffCommand(), a.valuesCommand(), a.whyCommand(), a.pullCommand(), a.dependencyCommand(),
		a.chartsCommand(), a.funcsCommand(), a.rulesCommand(), a.explainCommand(), a.importCommand(), a.schemaCommand(), a.pluginCommand(), a.versionCommand(),
	)
	return root
}

// unknownCommand refuses arguments that are no command, with the nearest one.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	hint := diag.DidYouMean(args[0], names)
	if hint == "" {
		hint = "see `" + cmd.CommandPath() + " --help`"
	}
	return usageError{"unknown command \"" + args[0] + "\"", hint}
}

// checkGlobal refuses global flags whose value is not one of those allowed.
func (a *app) checkGlobal(cmd *cobra.Command) error {
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"fail-on", a.global.failOn, []string{"error", "warning", "info", "never"}},
		{"scope", a.global.scope, []string{"", "release", "mesh"}},
		{"color", a.global.color, []string{"auto", "always", "never"}},
	} {
		if err := oneOf("--"+f.name, f.value, f.allowed); err != nil {
			return err
		}
	}
	if err := a.checkKubeVersions(); err != nil {
		return err
	}
	return a.checkReports(cmd)
}

// checkReports reads --report and $HELMX_REPORT before anything runs: a report
// that cannot be written must not be found out after the work.
func (a *app) checkReports(cmd *cobra.Command) error {
	specs := slices.Clone(a.global.reports)
	for spec := range strings.SplitSeq(a.Getenv("HELMX_REPORT"), ",") {
		if spec = strings.TrimSpace(spec); spec != "" {
			specs = append(specs, spec)
		}
	}
	const hint = "write --report sarif=helmx.sarif, with a file in a folder that exists"
	targets, err := report.ParseTargets(specs)
	if err != nil {
		return usageError{err.Error(), hint}
	}
	for _, t := range targets {
		folder := filepath.Dir(t.File)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return usageError{fmt.Sprintf("report %s=%s: there is no folder %s", t.Format, t.File, folder), hint}
		}
		if cmd.Name() != "lint" && cmd.Name() != "validate" && a.isStdout(t.File) {
			return usageError{fmt.Sprintf("report %s=%s: standard output is for what %s prints", t.Format, t.File, cmd.Name()), hint}
		}
	}
	a.reports = targets
	return nil
}

// isStdout reports whether a file is standard output: by one of its names, or as
// the file that it was sent to, which a report would replace.
func (a *app) isStdout(file string) bool {
	if out, ok := a.Out.(*os.File); ok {
		to, err := out.Stat()
		info, missing := os.Stat(file)
		if err == nil && missing == nil && to.Mode().IsRegular() && os.SameFile(to, info) {
			return true
		}
	}
	names := []string{"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", fmt.Sprintf("/proc/%d/fd/1", os.Getpid())}
	for range 8 { // links; more are a circle, or meant to confuse
		path, err := filepath.Abs(file)
		if err != nil || slices.Contains(names, path) {
			return err == nil
		}
		if file, err = os.Readlink(path); err != nil {
			return false
		}
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(path), file)
		}
	}
	return false
}

// helpCommand is cobra's, except that an unknown command is an error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmp.Or(cmd, root), args[len(args)-max(1, len(rest)):])
			}
			cmd.InitDefaultHelpFlag() // listed as in CMD --help
			return cmd.Help()
		},
	}
}

// Command returns the command tree, for generating its documentation.
func Command() *cobra.Command {
	a := &app{Streams: Streams{Getenv: func(string) string { return "" }}}
	return a.rootCommand()
}
