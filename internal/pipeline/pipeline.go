// Package pipeline is the one place that puts helmx's steps in order: a chart
// or a stream becomes documents, documents are patched, resolved, validated and
// judged. It decides what runs after what and when to stop; what each step does
// is in its own package, and what the user asked for comes from internal/cli.
package pipeline

import (
	"context"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/expr"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
	"github.com/helmx-dev/helmx/schema"
)

// Options says which steps run on rendered documents, and how. The zero value
// validates and lints with the defaults and changes nothing.
type Options struct {
	Patch          patch.Options
	Expr           expr.Options
	Schema         schema.Options
	KubeVersions   []string // validate against each of these instead of Schema.KubeVersion; findings say which they hold for
	Lint           lint.Options
	SkipValidation bool
	SkipLint       bool
}

// Process takes rendered documents through patches, expressions, validation and
// lint. An error in patches or expressions ends the run with ErrStopped: the
// documents would be only half of what was asked for, and judging those would
// report mistakes that nobody made. Validation and lint both run, so that the
// user sees all of it at once; whether their findings fail the run is for the
// caller to say.
func Process(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	docs, findings, err := Change(ctx, docs, o)
	if err != nil {
		return nil, findings, err
	}
	judged, err := Judge(ctx, docs, o)
	return docs, append(findings, judged...), err
}

// ProcessWith is Process where no chart tells the values: they are those of the
// release as far as the caller knows them, and expressions see them.
func ProcessWith(ctx context.Context, docs []*manifest.Document, values charts.ValuesOptions, o Options) ([]*manifest.Document, diag.List, error) {
	findings, err := o.SetValues(ctx, values)
	if err != nil {
		return nil, findings, err
	}
	docs, found, err := Process(ctx, docs, o)
	return docs, append(findings, found...), err
}

// SetValues makes expressions see the values of a release that no chart tells.
// The error is ErrUnreadable when findings say why there are none.
func (o *Options) SetValues(ctx context.Context, values charts.ValuesOptions) (diag.List, error) {
	user, findings, err := charts.Values(ctx, nil, values)
	if err := unreadable(findings, err); err != nil {
		return findings, err
	}
	o.Expr.Values = user.Map
	return findings, nil
}

// SetNamespace tells the steps that tell objects apart in which namespace those
// are that name none. "" says that it is not known: what Helm falls back to may
// not be where the objects go.
func (o *Options) SetNamespace(name string) { o.Patch.Namespace, o.Schema.Namespace = name, name }

// Change is Process up to where documents are judged.
func Change(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	docs, findings, err := change(ctx, docs, o)
	if err := stopped(findings, err); err != nil {
		return nil, findings, err
	}
	return docs, findings, nil
}

// change runs the steps that alter documents. They see the items of Lists as
// documents; judging a List as a whole, the later steps name items[N].
func change(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	if len(o.Patch.Patches) == 0 && !o.Expr.Enabled {
		manifest.Renumber(docs)
		return docs, nil, ctx.Err()
	}
	docs, lists := manifest.Lists(docs)
	var texts *expr.Strings
	if len(o.Patch.Patches) > 0 {
		texts = expr.NewStrings(docs, o.Expr)
		o.Patch.ListKeys, o.Patch.Expressions = schema.NewLists(docs, o.Schema), texts
	}
	docs, findings, err := patch.Apply(ctx, docs, o.Patch)
	findings = append(findings, texts.Findings()...)
	if err := stopped(findings, err); err != nil {
		return nil, findings, err
	}
	docs, late, err := expr.Resolve(ctx, docs, o.Expr)
	findings = append(findings, late...)
	if err := stopped(late, err); err != nil {
		return nil, findings, err
	}
	if docs, err = manifest.JoinLists(docs, lists); err != nil {
		return nil, findings, err
	}
	manifest.Renumber(docs)
	return docs, findings, nil
}

// Judge validates and lints documents without changing them.
func Judge(ctx context.Context, docs []*manifest.Document, o Options) (diag.List, error) {
	var findings diag.List
	if !o.SkipValidation {
		found, err := validate(ctx, docs, o)
		findings = append(findings, found...)
		if err != nil {
			return findings, err
		}
	}
	if !o.SkipLint {
		_, found, err := lint.Run(ctx, docs, o.Lint)
		findings = append(findings, found...)
		if err != nil {
			return findings, err
		}
	}
	return findings, nil
}
