package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
)

// version is helmx's own version: that of the module, from the build
// information that `go install ...@v1.2.3` leaves in the binary.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "v0.0.0-devel"
	}
	return info.Main.Version
}

// helmVersion is what callers that know only Helm should take helmx for.
// kustomize and helmfile read the first version number they find in
// `version --short`, and accept majors 3 and 4.
func helmVersion() string {
	build := strings.NewReplacer("+", ".").Replace(strings.TrimPrefix(version(), "v"))
	return chartutil.HelmVersion + "+helmx." + build
}

func (a *app) versionCommand() *cobra.Command {
	var short bool
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "print the versions of helmx and of what it embodies",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case format != "":
				return a.versionTemplate(format)
			case short:
				fmt.Fprintln(&a.stdout, helmVersion())
				return nil
			}
			fmt.Fprintf(&a.stdout, "helmx %s\nhelm %s\nkubernetes %s\nistio %s\ngo %s\n",
				version(), chartutil.HelmVersion, chartutil.DefaultKubeVersion, charts.IstioVersion, strings.TrimPrefix(runtime.Version(), "go"))
			return nil
		},
	}
	cmd.Flags().BoolVar(&short, "short", false, "print one version number that Helm's callers understand")
	cmd.Flags().StringVar(&format, "template", "", "Go `TEMPLATE` for the output, with .Version as in helm version")
	acceptForHelm(cmd.Flags(), func(f *pflag.FlagSet) { f.Bool("client", false, "") })
	clientShorthand(cmd.Flags())
	return cmd
}

// clientShorthand makes -c mean --client here, as old kustomize calls
// "version -c --short". A shorthand of one flag cannot be given to another, so
// --config, of which version has no need, becomes a switch.
func clientShorthand(f *pflag.FlagSet) {
	f.StringP("config", "c", "", "")
	flag := f.Lookup("config")
	flag.NoOptDefVal, flag.Hidden = "client", true
}

func (a *app) versionTemplate(format string) error {
	t, err := template.New("version").Parse(format)
	if err != nil {
		return usageError{err.Error(), "--template takes a Go template, such as '{{.Version}}'"}
	}
	build := struct{ Version, GoVersion string }{helmVersion(), runtime.Version()}
	if err := t.Execute(&a.stdout, build); err != nil {
		return usageError{err.Error(), "--template knows .Version and .GoVersion"}
	}
	return nil
}
