package cli

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/expr"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
)

// processOptions turns configuration and global flags into the options of the
// steps after rendering. Flags win over the file.
func (a *app) processOptions(cfg *config.Config, steps stepFlags) (pipeline.Options, error) {
	patches, findings := cfg.PatchOptions()
	err := a.configFindings(findings)
	if err != nil {
		return pipeline.Options{}, err
	}
	patches.AllowNoop = steps.allowNoop
	if steps.explainPatches {
		patches.Explain = explainTo(a.Err, len(patches.Patches))
	} else {
		patches.Note = func(line string) { a.note("%s", line) }
	}
	o := pipeline.Options{
		Patch:          patches,
		Expr:           cfg.ExprOptions(),
		Schema:         cfg.SchemaOptions(),
		Lint:           cfg.LintOptions(),
		SkipValidation: steps.skipValidation,
		SkipLint:       steps.skipLint,
	}
	if o.KubeVersions = a.kubeVersions(); len(o.KubeVersions) > 0 {
		o.Schema.KubeVersion = o.KubeVersions[0]
	}
	o.Lint.KubeVersions = a.kubeVersions()
	if a.global.scope != "" {
		o.Lint.Scope = a.global.scope
	}
	if o.Schema.CRDs, err = a.readCRDs(cfg.CRDPaths()); err != nil {
		return o, err
	}
	return o, a.configFindings(o.Lint.Validate())
}

// readCRDs reads the files and folders of validate.crds.
func (a *app) readCRDs(paths []config.Path) ([]*manifest.Document, error) {
	var docs []*manifest.Document
	var findings diag.List
	for _, p := range paths {
		read, err := readManifests(p.Name)
		if err != nil {
			findings = append(findings, diag.Diagnostic{
				Code: "CF005", Severity: diag.Error, Span: p.At, Message: fmt.Sprintf("validate.crds: %v", err),
				Hint: "paths are relative to helmx.yaml",
			})
		}
		docs = append(docs, read...)
	}
	return docs, a.configFindings(findings)
}

// readManifests reads a file, or the YAML and JSON files below a folder.
func readManifests(root string) ([]*manifest.Document, error) {
	var docs []*manifest.Document
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path != root && !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		docs = append(docs, manifest.Read(path, data)...)
		return err
	})
	return docs, err
}

// renderLimit stops templates that do not end. Charts render in milliseconds;
// the largest take seconds.
const renderLimit = 10 * time.Minute

// prepareRender sets what all commands that render charts share.
func (a *app) prepareRender(o *pipeline.ChartOptions, release charts.Release, apiVersions []string) error {
	o.Render.Funcs, o.Render.Warn, o.Render.Timeout = funcs.Map(), a.log, renderLimit
	caps := chartutil.DefaultCapabilities()
	if versions := a.kubeVersions(); len(versions) > 0 { // templates see the first
		v, err := chartutil.ParseKubeVersion(versions[0])
		if err != nil {
			return err
		}
		caps.KubeVersion = *v
	}
	caps.APIVersions = append(caps.APIVersions, apiVersions...)
	o.Resolve = charts.ResolveOptions{Release: release, Capabilities: caps}
	return nil
}

// kubeVersions are those of --kube-version.
func (a *app) kubeVersions() []string {
	if a.global.kubeVersion == "" {
		return nil
	}
	return strings.Split(a.global.kubeVersion, ",")
}

// checkKubeVersions refuses a --kube-version that is none, as Helm does.
func (a *app) checkKubeVersions() error {
	for _, version := range a.kubeVersions() {
		if _, err := chartutil.ParseKubeVersion(version); err != nil {
			return usageError{fmt.Sprintf("invalid kube version '%s': %v", version, err), "write --kube-version " + strings.TrimSuffix(strings.TrimPrefix(chartutil.DefaultKubeVersion, "v"), ".0")}
		}
	}
	return nil
}

// namespace is the namespace of the release: -n, else Helm's default.
func (a *app) namespace(s *charts.Settings) string {
	if a.global.namespace != "" {
		return a.global.namespace
	}
	return s.ReleaseNamespace()
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

// note says on standard error what is done, with --verbose.
func (a *app) note(format string, args ...any) {
	if a.global.verbose {
		fmt.Fprintf(a.Err, "helmx: "+format+"\n", args...)
	}
}
