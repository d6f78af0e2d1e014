package cli

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/diff"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/report"
)

// writeFixes replaces the files, each as a whole or not at all.
func (a *app) writeFixes(files []pipeline.FixedFile) error {
	findings := 0
	for _, f := range files {
		if err := report.WriteFile(f.Name, f.After); err != nil {
			return fmt.Errorf("fixing %s: %w", f.Name, err)
		}
		a.note("fixed %s", f.Name)
		findings += f.Fixed
	}
	a.log(fmt.Sprintf("helmx: %s fixed in %s", counted(findings, "finding"), counted(len(files), "file")))
	return nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// showFixes prints what --fix would do as a unified diff, and the patches behind it.
func (a *app) showFixes(r pipeline.Remedies, findings diag.List, runErr error) error {
	a.keepStdout = true
	for _, f := range r.Files {
		before, after := manifest.Read(f.Name, f.Before), manifest.Read(f.Name, f.After)
		if err := diff.WriteFile(&a.stdout, before, after, diff.Options{Context: 3, Color: a.colored(a.Out)}); err != nil {
			return err
		}
	}
	a.showPatches(r)
	if err := a.writeReports(findings); err != nil {
		return err
	}
	return a.verdict(findings, runErr)
}

// showPatches prints the patches that mend what was rendered.
func (a *app) showPatches(r pipeline.Remedies) {
	if r.Patches == "" {
		return
	}
	if a.stdout.Len() > 0 {
		a.stdout.WriteByte('\n')
	}
	a.stdout.WriteString("# for patches: of helmx.yaml\n" + r.Patches)
}
