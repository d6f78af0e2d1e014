package cli

import (
	"context"
	"io"
	"slices"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
)

// contextValues makes expressions see what they see in post-render: the values of
// a Context, nil where the stream has none, between helmx.yaml and -f. Without the
// layers that only a chart can resolve; a chart that writes a Context tells them.
func contextValues(ctx context.Context, values charts.ValuesOptions, known *config.Context, o *pipeline.Options) (diag.List, error) {
	values.Profiles, values.Platform, values.CompatibilityVersion = nil, "", ""
	values.ContextValues = known.Layer()
	return o.SetValues(ctx, values)
}

// valuesInput is standard input for -f -, which is read again with each chart and
// with each Context.
func valuesInput(values charts.ValuesOptions, in io.Reader) io.Reader {
	if !slices.Contains(values.Files, "-") {
		return in
	}
	return &replay{in: in}
}

// replay is a reader that begins again after its end.
type replay struct {
	in   io.Reader
	data []byte
	at   int
}

func (r *replay) Read(p []byte) (int, error) {
	if r.in != nil {
		data, err := io.ReadAll(r.in)
		if err != nil {
			return 0, err
		}
		r.in, r.data = nil, data
	}
	if r.at == len(r.data) {
		r.at = 0
		return 0, io.EOF
	}
	n := copy(p, r.data[r.at:])
	r.at += n
	return n, nil
}
