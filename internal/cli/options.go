package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/expr"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/schema"
)

// processOptions turns configuration and global flags into the options of the
// steps after rendering. Flags win over the file.
func (a *app) processOptions(cfg *config.Config, steps stepFlags) (pipeline.Options, error) {
	patches, findings := cfg.PatchOptions()
	if err := a.configFindings(findings); err != nil {
		return pipeline.Options{}, err
	}
	o := pipeline.Options{
		Patch:          patches,
		Expr:           cfg.ExprOptions(),
		Schema:         schema.Options{KubeVersion: a.validationVersion(cfg), MissingSchema: cfg.Validate.MissingSchema},
		Lint:           cfg.LintOptions(),
		SkipValidation: steps.skipValidation,
		SkipLint:       steps.skipLint,
	}
	if a.global.scope != "" {
		o.Lint.Scope = a.global.scope
	}
	return o, a.configFindings(o.Lint.Validate())
}

// renderVersion is the Kubernetes version that templates see: the first of
// --kube-version, else the default of Helm.
func (a *app) renderVersion(*config.Config) string {
	first, _, _ := strings.Cut(a.global.kubeVersion, ",")
	return first
}

// validationVersion is the version to validate against.
func (a *app) validationVersion(cfg *config.Config) string {
	if a.global.kubeVersion != "" {
		return a.global.kubeVersion
	}
	return cfg.Validate.KubeVersion
}

// namespace is the namespace of the release: -n, else Helm's default.
func (a *app) namespace(s *charts.Settings) string {
	if a.global.namespace != "" {
		return a.global.namespace
	}
	return s.ReleaseNamespace()
}

func resolveOptions(release charts.Release, kubeVersion string, apiVersions []string) (charts.ResolveOptions, error) {
	caps := chartutil.DefaultCapabilities()
	if kubeVersion != "" {
		v, err := chartutil.ParseKubeVersion(kubeVersion)
		if err != nil {
			return charts.ResolveOptions{}, fmt.Errorf("invalid kube version '%s': %w", kubeVersion, err)
		}
		caps.KubeVersion = *v
	}
	caps.APIVersions = append(caps.APIVersions, apiVersions...)
	return charts.ResolveOptions{Release: release, Capabilities: caps}, nil
}

// addConfigValues adds the values and profiles of helmx.yaml as layers.
func addConfigValues(o *charts.ValuesOptions, cfg *config.Config) {
	if cfg.Values != nil {
		o.ConfigValues = charts.ConfigLayer{File: cfg.File(), Node: cfg.Values}
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Profiles)) {
		o.ConfigProfiles = append(o.ConfigProfiles, charts.ConfigLayer{Name: name, File: cfg.File(), Node: cfg.Profiles[name].Values})
	}
}

// exprRelease is what expressions see as .Release.
func exprRelease(r charts.Release) expr.Release {
	return expr.Release{
		Name: r.Name, Namespace: r.Namespace, Service: "Helm", Revision: 1, IsInstall: !r.IsUpgrade, IsUpgrade: r.IsUpgrade,
	}
}

// log prints a line of Helm's kind of warnings on standard error.
func (a *app) log(line string) { fmt.Fprintln(a.Err, line) }
