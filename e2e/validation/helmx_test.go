package validation

import (
	"context"
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema"
)

// applies are the names that helmx has for the ways of applying.
var applies = map[way]string{create: schema.ApplyClient, apply: schema.ApplyServer}

// byHelmx returns helmx's verdict on a stream: an error refuses it, a warning does
// not.
func byHelmx(ctx context.Context, w way, stream []byte, o schema.Options) (cluster.Verdict, error) {
	o.Apply, o.MissingSchema = applies[w], schema.MissingError
	_, found, err := schema.Validate(ctx, manifest.Read("", stream), o)
	if err != nil {
		return cluster.Verdict{}, err
	}
	var said []string
	for _, d := range found {
		if d.Severity == diag.Error {
			said = append(said, fmt.Sprintf("%s %s: %s", d.Code, d.Path, d.Message))
		}
	}
	return cluster.Verdict{Accepted: len(said) == 0, Message: strings.Join(said, "; ")}, nil
}
