package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

func (a *app) pullCommand() *cobra.Command {
	o := charts.PullOptions{}
	o.Settings = charts.SettingsFromEnv()
	cmd := &cobra.Command{
		Use:     "pull CHART...",
		Short:   "fetch charts, as helm pull does, or take them from the binary",
		Example: "  helmx pull builtin:istio/istiod --untar",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{"pull needs at least one chart", "name repo/name, a URL, oci://..., or builtin:NAME"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, refs []string) error {
			o.Log = a.Err
			for _, ref := range refs {
				if err := a.pull(cmd.Context(), ref, o); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	registerSettingsFlags(f, &o.Settings)
	acceptForHelm(f, func(f *pflag.FlagSet) { f.Bool("debug", false, "") })
	registerSelectionFlags(f, &o.Selection)
	registerAccessFlags(f, &o.Access)
	f.BoolVar(&o.KeepProvenance, "prov", false, "fetch the provenance file too, without verifying")
	f.BoolVar(&o.Untar, "untar", false, "unpack the chart after fetching it")
	f.StringVar(&o.UntarDir, "untardir", ".", "with --untar, the `FOLDER` to unpack into")
	f.StringVarP(&o.Destination, "destination", "d", ".", "`FOLDER` to write to; with --untardir, that is below it")
	return cmd
}

// pull fetches one chart and says what a verified signature says, in Helm's
// words.
func (a *app) pull(ctx context.Context, ref string, o charts.PullOptions) error {
	pulled, findings, err := charts.Pull(ctx, ref, o)
	if err != nil {
		return err
	}
	if findings.HasErrors() {
		return a.unreadable(findings)
	}
	for _, name := range pulled.SignedBy {
		fmt.Fprintf(&a.stdout, "Signed by: %s\n", name)
	}
	if pulled.Fingerprint != "" {
		fmt.Fprintf(&a.stdout, "Using Key With Fingerprint: %s\nChart Hash Verified: %s\n", pulled.Fingerprint, pulled.Digest)
	}
	return a.finish(findings, nil)
}

func (a *app) dependencyCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:     "dependency",
		Aliases: []string{"dep", "dependencies"},
		Short:   "fetch the charts that a chart depends on",
		Args:    unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError{"dependency needs update or build", "see `helmx dependency --help`"}
		},
	}
	parent.AddCommand(
		a.dependencySubcommand("update CHART", "fetch what Chart.yaml asks for and write Chart.lock", charts.UpdateDependencies),
		a.dependencySubcommand("build CHART", "fetch what Chart.lock names", charts.BuildDependencies),
	)
	return parent
}

type dependencyStep = func(ctx context.Context, dir string, o charts.DependencyOptions) (diag.List, error)

func (a *app) dependencySubcommand(use, short string, step dependencyStep) *cobra.Command {
	o := charts.DependencyOptions{}
	o.Settings = charts.SettingsFromEnv()
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Sprintf("expected one chart folder, got %q", args), ""}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			o.Log = a.Err
			findings, err := step(cmd.Context(), dir, o)
			if err == nil && findings.HasErrors() {
				return a.unreadable(findings)
			}
			return err
		},
	}
	f := cmd.Flags()
	registerSettingsFlags(f, &o.Settings)
	acceptForHelm(f, func(f *pflag.FlagSet) { f.Bool("debug", false, "") })
	registerAccessFlags(f, &o.Access)
	f.BoolVar(&o.SkipRefresh, "skip-refresh", false, "use the cached repository indexes")
	return cmd
}
