package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render"
)

// templateFlags are the flags of `helmx template`: those of `helm template`
// and what helmx adds.
type templateFlags struct {
	chart        pipeline.ChartOptions
	settings     charts.Settings
	releaseName  string
	nameTemplate string
	generateName bool
	dryRun       string
	validate     bool
	isUpgrade    bool
	apiVersions  []string
	showOnly     []string
	outputDir    string
	useRelease   bool
	postRenderer postRenderer
	steps        stepFlags
}

// stepFlags switch steps of the pipeline off or make them lenient.
type stepFlags struct{ skipValidation, skipLint, allowNoop, explainPatches bool }

func (s *stepFlags) register(f *pflag.FlagSet) {
	f.BoolVar(&s.skipValidation, "skip-validation", false, "do not validate the result")
	f.BoolVar(&s.skipLint, "skip-lint", false, "do not lint the result")
	f.BoolVar(&s.allowNoop, "allow-noop", false, "a patch may find that everything it sets is there already")
	f.BoolVar(&s.explainPatches, "explain-patches", false, "say on standard error what each patch matched and changed")
}

const templateLong = `Render a chart as "helm template" does, with the same flags and the same bytes,
then patch, validate and lint the result as helmx.yaml says. Nothing is printed
on standard output unless every step has passed.

CHART is a folder, a .tgz, a URL, repo/name, oci://..., or builtin:NAME (see
"helmx charts").`

func (a *app) templateCommand() *cobra.Command {
	t := &templateFlags{settings: charts.SettingsFromEnv()}
	cmd := &cobra.Command{
		Use:     "template [NAME] CHART",
		Short:   "render a chart, then patch, validate and lint it",
		Long:    templateLong,
		Example: "  helmx template mesh builtin:mesh --profile ambient -n istio-system",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.template(cmd.Context(), t, args) },
	}
	f := cmd.Flags()
	t.register(f)
	f.StringVar(&t.outputDir, "output-dir", "", "write the manifests to files in this `FOLDER` instead of standard output")
	f.BoolVar(&t.useRelease, "release-name", false, "put the release name in the path below --output-dir")
	return cmd
}

// register adds the flags of helm template that say what is rendered and shown.
func (t *templateFlags) register(f *pflag.FlagSet) {
	registerSettingsFlags(f, &t.settings)
	f.BoolVar(&t.settings.Debug, "debug", t.settings.Debug, "when what was rendered is not valid YAML, print it on standard error")
	registerSelectionFlags(f, &t.chart.Load.Selection)
	registerAccessFlags(f, &t.chart.Load.Access)
	registerValueFlags(f, &t.chart.Values)
	registerLayerFlags(f, &t.chart.Values)
	f.BoolVar(&t.chart.Load.DependencyUpdate, "dependency-update", false, "update missing dependencies before rendering")
	f.BoolVar(&t.chart.SkipSchemaValidation, "skip-schema-validation", false, "do not hold the values against values.schema.json")
	f.BoolVar(&t.chart.Render.IncludeCRDs, "include-crds", false, "print the CRDs of crds/ folders too")
	f.BoolVar(&t.chart.Render.NoHooks, "no-hooks", false, "leave out hooks")
	f.BoolVar(&t.chart.Render.SkipTests, "skip-tests", false, "leave out test hooks")
	f.BoolVar(&t.chart.Render.EnableDNS, "enable-dns", false, "let templates look up host names")
	f.BoolVar(&t.isUpgrade, "is-upgrade", false, "set .Release.IsUpgrade instead of .Release.IsInstall")
	f.StringSliceVarP(&t.apiVersions, "api-versions", "a", nil, "further Kubernetes API `VERSIONS` for .Capabilities.APIVersions")
	f.StringArrayVarP(&t.showOnly, "show-only", "s", nil, "print only what these `TEMPLATES` rendered; globs, repeatable")
	f.BoolVarP(&t.generateName, "generate-name", "g", false, "accepted as in helm template: the name is release-name when none is given")
	f.StringVar(&t.nameTemplate, "name-template", "", "`TEMPLATE` that makes the release name")
	f.StringVar(&t.postRenderer.program, "post-renderer", "", "`PROGRAM` to run on the rendered manifests before helmx's own steps")
	f.StringArrayVar(&t.postRenderer.args, "post-renderer-args", nil, "`ARGUMENT` for the post-renderer; repeatable")
	f.StringVar(&t.dryRun, "dry-run", "client", "client (default); server needs a cluster, which helmx never asks")
	f.Lookup("dry-run").NoOptDefVal = "client"
	f.BoolVar(&t.validate, "validate", false, "needs a cluster, which helmx never asks; refused with what to use instead")
	acceptForHelm(f, func(f *pflag.FlagSet) {
		f.String("description", "", "")
		f.StringToStringP("labels", "l", nil, "")
		f.Duration("timeout", 0, "")
		for _, name := range []string{
			"atomic", "create-namespace", "disable-openapi-validation", "force", "hide-notes", "replace",
			"skip-crds", "take-ownership", "wait", "wait-for-jobs", "render-subchart-notes",
		} {
			f.Bool(name, false, "")
		}
	})
	t.steps.register(f)
}

func (a *app) template(ctx context.Context, t *templateFlags, args []string) error {
	if err := t.refuse(); err != nil {
		return err
	}
	ref, err := t.nameAndChart(args)
	if err != nil {
		return err
	}
	cfg, err := a.loadConfigFor(ref)
	if err != nil {
		return err
	}
	o, err := a.templateOptions(t, cfg)
	if err != nil {
		return err
	}
	t.chart.Unread = !t.steps.skipLint
	docs, findings, err := a.renderAndProcess(ctx, t, ref, o)
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	if err := a.printManifests(t, docs, &findings); err != nil {
		return a.finish(findings, err)
	}
	return a.finish(findings, nil)
}

// templateOptions puts flags, configuration and environment together.
func (a *app) templateOptions(t *templateFlags, cfg *config.Config) (pipeline.Options, error) {
	o, err := a.processOptions(cfg, t.steps)
	if err != nil {
		return o, err
	}
	t.chart.Load.Settings = t.settings
	t.chart.Load.Log = a.Err
	t.chart.Values.Stdin = valuesInput(t.chart.Values, a.In)
	addConfigValues(&t.chart.Values, cfg)
	namespace := a.namespace(&t.settings)
	release := charts.Release{Name: t.releaseName, Namespace: namespace, IsUpgrade: t.isUpgrade}
	if err := a.prepareRender(&t.chart, release, t.apiVersions); err != nil {
		return o, err
	}
	o.Lint.Namespace = namespace
	o.Expr.Release = exprRelease(release)
	o.Schema.Release = true
	o.SetNamespace(cmp.Or(a.global.namespace, t.settings.Namespace))
	t.chart.Render.ToFiles = t.outputDir != ""
	t.postRenderer.toFiles = t.outputDir != ""
	return o, nil
}

func (a *app) renderAndProcess(ctx context.Context, t *templateFlags, ref string, o pipeline.Options) ([]*manifest.Document, diag.List, error) {
	docs, findings, err := a.render(ctx, t, ref, &o)
	if err != nil {
		return nil, findings, err
	}
	docs, found, err := pipeline.Process(ctx, docs, o)
	return docs, append(findings, found...), err
}

// render returns the documents of a chart, through --post-renderer, and tells o
// what the steps after it want to know of the chart.
func (a *app) render(ctx context.Context, t *templateFlags, ref string, o *pipeline.Options) ([]*manifest.Document, diag.List, error) {
	rendered, findings, err := pipeline.RenderChart(ctx, ref, t.chart)
	if err != nil {
		if len(rendered.Docs) > 0 {
			a.showInvalid(t, rendered.Docs)
		}
		return nil, findings, err
	}
	o.Expr.Values = rendered.Values
	o.Schema.CRDs = append(o.Schema.CRDs, rendered.CRDs...)
	o.Lint.Releases = []lint.Release{rendered.Release(t.chart)}
	docs := rendered.Docs
	if t.postRenderer.program != "" {
		if docs, err = t.postRenderer.run(ctx, docs); err != nil {
			return docs, findings, err
		}
	}
	docs, known, found := config.TakeContext(docs)
	findings = append(findings, found...)
	if found.HasErrors() {
		return docs, findings, pipeline.ErrStopped
	}
	if known != nil { // warnings about the values have been given
		_, err = contextValues(ctx, t.chart.Values, known, o)
	}
	return docs, findings, err
}

// showInvalid prints documents that are not valid YAML, with --debug. Helm puts
// them on standard output, which here holds only what has passed.
func (a *app) showInvalid(t *templateFlags, docs []*manifest.Document) {
	if !t.settings.Debug {
		a.log("Use --debug flag to render out invalid YAML")
		return
	}
	if err := manifest.Write(a.Err, docs); err == nil {
		a.log("")
	}
}

// printManifests writes the documents to standard output, filtered by
// --show-only, or to --output-dir.
func (a *app) printManifests(t *templateFlags, docs []*manifest.Document, findings *diag.List) error {
	if t.outputDir != "" {
		if err := render.WriteDir(&a.stdout, docs, render.DirOptions{Dir: t.outputDir, Release: t.releaseSubfolder()}); err != nil {
			return err
		}
		if t.postRenderer.program != "" {
			a.stdout.Truncate(a.stdout.Len() - 1) // the empty line that stands for no manifests
			a.stdout.Write(t.postRenderer.printed)
		}
		return nil
	}
	var out bytes.Buffer
	if err := manifest.Write(&out, docs); err != nil {
		return err
	}
	text := out.Bytes()
	if len(t.showOnly) > 0 {
		var found diag.List
		if text, found = render.ShowOnly(text, t.showOnly); found.HasErrors() {
			*findings = append(*findings, found...)
			return pipeline.ErrStopped
		}
	} else if len(text) == 0 {
		text = []byte("\n") // what helm template prints for a chart that renders nothing
	}
	a.stdout.Write(text)
	return nil
}

func (t *templateFlags) releaseSubfolder() string {
	if t.useRelease {
		return t.releaseName
	}
	return ""
}

// refuse refuses the modes of helm template that ask a cluster, and flags that
// cannot go together.
func (t *templateFlags) refuse() error {
	const hint = "helmx works offline: it validates against the schemas of --kube-version, and lookup returns nothing"
	switch {
	case t.validate:
		return usageError{"--validate needs a cluster", hint}
	case t.dryRun == "server":
		return usageError{"--dry-run=server needs a cluster", hint}
	case t.outputDir != "" && len(t.showOnly) > 0:
		return usageError{"--show-only and --output-dir cannot go together", "--show-only picks from standard output, where --output-dir leaves nothing"}
	}
	return oneOf("--dry-run", t.dryRun, []string{"client", "true", "false", "none"})
}

// nameAndChart sets the release name and returns the chart, by Helm's rules:
// a name on the command line, --name-template, else "release-name".
func (t *templateFlags) nameAndChart(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return "", usageError{"template needs a chart: helmx template [NAME] CHART", "try `helmx template mesh builtin:mesh --profile ambient -n istio-system`"}
	case len(args) > 2:
		return "", usageError{fmt.Sprintf("expected at most two arguments, unexpected arguments: %v", strings.Join(args[2:], ", ")), "write helmx template [NAME] CHART"}
	case len(args) == 2 && t.generateName:
		return "", usageError{"cannot set --generate-name and also specify a name", ""}
	case len(args) == 2 && t.nameTemplate != "":
		return "", usageError{"cannot set --name-template and also specify a name", ""}
	case len(args) == 2:
		t.releaseName = args[0]
		return args[1], nil
	case t.nameTemplate != "":
		name, err := render.Name(t.nameTemplate)
		if err != nil {
			return "", usageError{err.Error(), "--name-template takes a Go template with sprig functions"}
		}
		t.releaseName = name
		return args[0], nil
	}
	t.releaseName = "release-name"
	return args[0], nil
}
