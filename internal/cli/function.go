package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
)

// KRM functions (kustomize, kpt) get one ResourceList and answer with one. What
// an orchestrator does with the answer of a function that failed differs:
// kustomize parses it and then fails the build, saving its results; a run that
// defers failures goes on with the items, and would delete the files of those
// that are missing. So a failure is answered with the items as they came, byte
// for byte, with the findings as results, and an exit code.

// function answers a ResourceList.
func (a *app) function(cmd *cobra.Command, s *streamFlags, data []byte, docs []*manifest.Document, whole *manifest.Document) error {
	list, err := a.callFunction(cmd, s, whole)
	if err != nil {
		docs = manifest.Read(manifest.Stdin, data)
		whole = manifest.FindResourceList(docs)
	}
	if failed := addResults(whole, a.results(list, err)); failed != nil {
		return errors.Join(err, failed)
	}
	a.manifests, a.keepStdout = docs, true
	return err
}

// callFunction does what functionConfig asks for, and puts the items back. The
// list is nil where it cannot be taken apart.
func (a *app) callFunction(cmd *cobra.Command, s *streamFlags, whole *manifest.Document) (*manifest.List, error) {
	list, wrong := openResourceList(whole)
	if len(wrong) > 0 {
		return nil, a.finish(wrong, pipeline.ErrStopped)
	}
	cfg, err := a.functionConfig(cmd, whole)
	if err != nil {
		return list, err
	}
	docs, err := a.processStream(cmd, s, cfg, list.Items)
	if err != nil {
		return list, err
	}
	return list, list.Join(docs)
}

func openResourceList(whole *manifest.Document) (*manifest.List, diag.List) {
	if wrong := config.CheckResourceList(whole); len(wrong) > 0 {
		return nil, wrong
	}
	list, err := manifest.OpenResourceList(whole)
	if err != nil {
		return nil, diag.List{config.BrokenResourceList(whole, err)}
	}
	return list, nil
}

// functionConfig is the configuration of the call: the functionConfig itself, or
// what is found as ever when that holds flags or is not there.
func (a *app) functionConfig(cmd *cobra.Command, whole *manifest.Document) (*config.Config, error) {
	doc := whole.Part("functionConfig")
	if doc == nil {
		return a.loadConfig()
	}
	call, findings := config.ParseFunction(doc)
	if !findings.HasErrors() {
		findings = append(findings, setFlags(cmd, call.Flags)...)
	}
	if err := a.configFindings(findings); err != nil {
		return nil, err
	}
	if err := a.checkGlobal(cmd); err != nil {
		return nil, err
	}
	if call.Config == nil {
		return a.loadConfig()
	}
	if a.global.config != "" {
		return nil, usageError{"the functionConfig is a Config, and --config names another", "leave --config out"}
	}
	return call.Config, nil
}

// setFlags sets flags of the command that were not given on its command line.
func setFlags(cmd *cobra.Command, flags []config.Flag) diag.List {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			names = append(names, f.Name)
		}
	})
	var wrong diag.List
	for _, f := range flags {
		flag := cmd.Flags().Lookup(f.Name)
		switch {
		case !slices.Contains(names, f.Name):
			wrong = append(wrong, config.UnknownFlag(f, names))
		case flag.Changed:
		default:
			for _, value := range flagValues(flag, f.Value) {
				if err := cmd.Flags().Set(f.Name, value); err != nil {
					wrong = append(wrong, config.WrongFlag(f, err))
				}
			}
		}
	}
	return wrong
}

// flagValues are the values for a flag: one a line where it is repeatable.
func flagValues(flag *pflag.Flag, value string) []string {
	if !strings.HasSuffix(flag.Value.Type(), "Array") && !strings.HasSuffix(flag.Value.Type(), "Slice") {
		return []string{value}
	}
	return strings.Split(strings.TrimRight(value, "\n"), "\n")
}

// results are the findings as the functions specification writes them, and the
// error of a call that has none.
func (a *app) results(list *manifest.List, err error) []any {
	var results []any
	for _, f := range a.found {
		results = append(results, result(f, list))
	}
	var reported findingsError
	if err != nil && !errors.As(err, &reported) && !pipeline.Reported(err) {
		results = append(results, map[string]any{"message": err.Error(), "severity": "error"})
	}
	return results
}

func result(f diag.Diagnostic, list *manifest.List) map[string]any {
	r := map[string]any{"message": f.Message, "severity": f.Severity.String()}
	if o := f.Object; o != nil && o.Kind != "" {
		ref := map[string]any{"apiVersion": o.APIVersion, "kind": o.Kind, "name": o.Name}
		if o.Namespace != "" {
			ref["namespace"] = o.Namespace
		}
		r["resourceRef"] = ref
	}
	if f.Path != "" {
		r["field"] = map[string]any{"path": f.Path}
	}
	if f.Span.File != "" && f.Span.File != manifest.Stdin && f.Span.File != config.FunctionFile {
		file := map[string]any{"path": f.Span.File}
		if index := indexOf(f, list); index > 0 {
			file["index"] = index
		}
		r["file"] = file
	}
	tags := map[string]any{"code": f.Code}
	if f.Hint != "" {
		tags["hint"] = f.Hint
	}
	if f.Span.Start.Known() {
		tags["place"] = f.Span.String()
	}
	r["tags"] = tags
	return r
}

// indexOf is the place of the object of a finding in its file.
func indexOf(f diag.Diagnostic, list *manifest.List) int {
	if list == nil || f.Object == nil {
		return -1
	}
	for _, item := range list.Items {
		if id := item.ID(); id.Source == f.Span.File && id.Object() == *f.Object {
			return list.Index(item)
		}
	}
	return -1
}

// addResults adds results to those that functions before this one left.
func addResults(whole *manifest.Document, results []any) error {
	if len(results) == 0 || whole == nil {
		return nil
	}
	_, err := whole.Edit(diag.Span{}, func(root *manifest.Node) error {
		all := manifest.NewNode(results)
		if _, before := manifest.Lookup(root, "results"); manifest.KindName(before) == "a list" {
			all.Content = append(slices.Clone(before.Content), all.Content...)
		}
		manifest.SetKey(root, "results", all)
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}
