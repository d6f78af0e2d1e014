// Package cli is helmx's command line: commands, flags, streams and exit codes.
// It turns what the user typed into Options, hands them to internal/pipeline
// and prints what comes back; it decides nothing about charts or manifests.
package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/report"
)

// Exit codes, as docs and callers know them.
const (
	exitClean    = 0 // nothing to complain about
	exitFindings = 1 // a template, values, schema or patch failed, or findings at or above --fail-on
	exitUsage    = 2 // wrong usage or configuration, a chart or values file that cannot be read
	exitBroken   = 3 // helmx could not work: network, I/O, cancelled
)

// Streams are the three standard streams and the environment of one call.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string // nil means os.Getenv
}

// grace is how long a cancelled run may take to clean up. After it the run is
// given up: it may be stuck in something that cannot be cancelled, such as
// reading a terminal.
const grace = time.Second

// Run executes one command line and returns its exit code. Standard output is
// written once, when everything has passed, or not at all. After ctx is
// cancelled it returns within a second or so.
func Run(ctx context.Context, args []string, s Streams) int {
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	done := make(chan int, 1)
	go func() { done <- run(ctx, args, s) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-done:
		return code
	case <-time.After(grace):
		return cancelled(ctx, s.Err)
	}
}

func run(ctx context.Context, args []string, s Streams) int {
	a := &app{Streams: s}
	var said bytes.Buffer
	if a.underHelm4() {
		a.Err = io.MultiWriter(s.Err, &said)
	}
	root := a.rootCommand()
	root.SetArgs(pairDiff(args))
	root.SetIn(s.In)
	root.SetOut(&a.stdout)
	root.SetErr(a.Err)
	ran, err := root.ExecuteContextC(ctx)
	code := a.exitCode(ctx, err)
	if a.underHelm4() && postRenders(ran) {
		code = a.answerHelm4(code, said.String())
	}
	if code == exitClean || a.keepStdout {
		if err := a.writeStdout(s.Out); err != nil {
			fmt.Fprintf(s.Err, "helmx: writing to standard output: %v\n", err)
			return exitBroken
		}
	}
	return code
}

// writeStdout writes what was collected for standard output.
func (a *app) writeStdout(w io.Writer) error {
	if a.stdout.Len() > 0 {
		if _, err := w.Write(a.stdout.Bytes()); err != nil {
			return err
		}
	}
	if len(a.manifests) == 0 {
		return nil
	}
	out := bufio.NewWriterSize(w, 256<<10)
	if err := manifest.Write(out, a.manifests); err != nil {
		return err
	}
	return out.Flush()
}

// app is one call of helmx: the global flags and what has been printed so far.
type app struct {
	Streams
	global     globalFlags
	reports    []report.Target      // files that get the findings too
	stdout     bytes.Buffer         // what goes to standard output when all has passed,
	manifests  []*manifest.Document // and behind it these, of which stdout would be a copy
	found      diag.List            // all findings that have been printed
	helped     bool                 // help was asked for, and is in stdout
	keepStdout bool                 // write stdout whatever the exit code
	format     string               // lint and validate: findings go to standard output in this format
}

// usageError is a mistake in the command line.
type usageError struct{ message, hint string }

func (e usageError) Error() string {
	if e.hint == "" {
		return e.message
	}
	return e.message + "\n" + e.hint
}

// findingsError says that findings, already printed, fail the run.
type findingsError struct{ code int }

func (e findingsError) Error() string { return "findings" }

// rejectedError says that a post-renderer refused the manifests.
type rejectedError struct{ error }

func (a *app) exitCode(ctx context.Context, err error) int {
	var usage usageError
	var found findingsError
	var rejected rejectedError
	switch {
	case err == nil && ctx.Err() == nil:
		return exitClean
	case errors.As(err, &found):
		return found.code
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx) // the result may be there, but nobody waits for it
	}
	a.reportFailure(ctx, err)
	if ctx.Err() != nil {
		return cancelled(ctx, a.Err)
	}
	fmt.Fprintf(a.Err, "helmx: %v\n", err)
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &rejected):
		return exitFindings
	}
	return exitBroken
}

// reportFailure writes the reports of a run that broke off, with the error as a
// finding: reports of an earlier run would pass for those of this one. That one
// cannot be written is no news when err says so already.
func (a *app) reportFailure(ctx context.Context, err error) {
	message := err.Error()
	if ctx.Err() != nil {
		message = fmt.Sprintf("cancelled: %v", context.Cause(ctx))
	}
	message, hint, _ := strings.Cut(message, "\n")
	_ = a.writeReports(append(slices.Clone(a.found), diag.Diagnostic{Code: config.CodeBrokenOff, Severity: diag.Error, Message: message, Hint: hint}))
}

func cancelled(ctx context.Context, w io.Writer) int {
	fmt.Fprintf(w, "helmx: cancelled: %v\n", context.Cause(ctx))
	return exitBroken
}

// finish prints findings, writes the reports that were asked for, and turns
// what was found into the error that ends the call.
func (a *app) finish(findings diag.List, runErr error) error {
	findings.Sort()
	a.found = append(a.found, findings...)
	if err := a.print(findings, runErr); err != nil {
		return err
	}
	if runErr != nil && !pipeline.Reported(runErr) {
		return runErr // which goes into the reports, too
	}
	if err := a.writeReports(findings); err != nil {
		return err
	}
	return a.verdict(findings, runErr)
}

// print puts findings on standard error, or on standard output where they are
// what the command is for, whatever its exit code. There "no findings" is said
// too, unless the run broke off before it could have any.
func (a *app) print(findings diag.List, runErr error) error {
	broken := runErr != nil && !pipeline.Reported(runErr)
	switch {
	case a.format == "" && len(findings) == 0:
		return nil
	case a.format == "":
		return report.Print(a.Err, findings, a.reportOptions("text", a.Err))
	case a.format == "text" && len(findings) == 0 && broken:
		return nil
	}
	a.keepStdout = true
	return report.Print(&a.stdout, findings, a.reportOptions(a.format, a.Out))
}

// unreadable reports charts that cannot be found or read.
func (a *app) unreadable(findings diag.List) error { return a.finish(findings, pipeline.ErrUnreadable) }

// verdict is the error that ends a call with these findings.
func (a *app) verdict(findings diag.List, runErr error) error {
	switch {
	case errors.Is(runErr, pipeline.ErrUnreadable):
		return findingsError{exitUsage}
	case errors.Is(runErr, pipeline.ErrStopped):
		return findingsError{exitFindings}
	case runErr != nil:
		return runErr
	case a.fails(findings):
		return findingsError{exitFindings}
	}
	return nil
}

// fails says whether findings fail the call under --fail-on.
func (a *app) fails(findings diag.List) bool {
	if a.global.failOn == "never" {
		return false
	}
	threshold, err := diag.ParseSeverity(a.global.failOn)
	return err == nil && findings.AtLeast(threshold)
}

func (a *app) writeReports(findings diag.List) error {
	var failed []error
	for _, target := range a.reports {
		failed = append(failed, target.Write(findings, a.reportOptions(target.Format, nil)))
	}
	return errors.Join(failed...)
}

func (a *app) reportOptions(format string, w io.Writer) report.Options {
	return report.Options{Format: format, Color: a.colored(w), Rules: Explanations(), Version: version()}
}

// colored says whether text for w is coloured: on a terminal, unless NO_COLOR
// or --color say otherwise. Helm 4 would print colours as escape sequences.
func (a *app) colored(w io.Writer) bool {
	if a.underHelm4() {
		return false
	}
	switch a.global.color {
	case "always":
		return true
	case "never":
		return false
	}
	return isTerminal(w) && a.Getenv("NO_COLOR") == ""
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull) // a character device too: cron's standard input
	return err != nil || !os.SameFile(info, null)
}

// loadConfig reads helmx.yaml: --config, $HELMX_CONFIG, the working directory,
// or none. Findings in it have been printed when the error is a findingsError.
func (a *app) loadConfig() (*config.Config, error) {
	file, explicit := a.global.config, true
	if file == "" {
		file = a.Getenv("HELMX_CONFIG")
	}
	if file == "" {
		file, explicit = "helmx.yaml", false
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) && !explicit {
		a.note("no configuration: no helmx.yaml in %s, and neither --config nor $HELMX_CONFIG", workingFolder())
		return &config.Config{}, misnamed()
	}
	if err != nil {
		return nil, usageError{fmt.Sprintf("reading configuration: %v", err), "--config and $HELMX_CONFIG name a file such as helmx.yaml"}
	}
	a.note("configuration from %s", file)
	c, findings := config.Parse(file, data)
	return c, a.configFindings(findings)
}

// loadConfigFor is loadConfig for commands that are given charts. A helmx.yaml
// beside a Chart.yaml is not looked for; whoever put it there hears of it.
func (a *app) loadConfigFor(paths ...string) (*config.Config, error) {
	cfg, err := a.loadConfig()
	if err != nil || cfg.File() != "" {
		return cfg, err
	}
	told := map[string]bool{}
	for _, folder := range paths {
		if info, err := os.Stat(folder); err == nil && !info.IsDir() {
			folder = filepath.Dir(folder)
		}
		file := filepath.Join(folder, "helmx.yaml")
		if !isFile(filepath.Join(folder, "Chart.yaml")) || !isFile(file) || told[file] {
			continue
		}
		told[file] = true
		a.log(fmt.Sprintf("helmx: warning: %s is not used: helmx.yaml is looked for in the working directory, %s; name the file with --config or $HELMX_CONFIG", file, workingFolder()))
	}
	return cfg, nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// workingFolder names the working directory, for messages.
func workingFolder() string {
	folder, err := os.Getwd()
	if err != nil {
		return "the working directory"
	}
	return folder
}

// misnamed refuses a configuration whose name is nearly right, rather than going
// on without it.
func misnamed() error {
	if _, err := os.Stat("helmx.yml"); err != nil {
		return nil
	}
	return usageError{"the configuration is called helmx.yaml, and here is a helmx.yml", "rename it, or name it with --config"}
}

func (a *app) configFindings(findings diag.List) error {
	if !findings.HasErrors() {
		return nil
	}
	if err := a.finish(findings, nil); err != nil && !errors.As(err, new(findingsError)) {
		return err
	}
	return findingsError{exitUsage}
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Sprintf("%s takes no arguments, got %q", cmd.CommandPath(), args), ""}
	}
	return nil
}
