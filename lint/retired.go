package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// retired is a field or name that Istio has given up.
type retired struct {
	path    string // below the place that a rule looks at
	value   string // when only this value is meant
	gone    string // the Istio version without it; "" when it still works
	instead string // what to write
}

// reportRetired reports the fields of the list that are there.
func reportRetired(p *Pass, o *Object, at manifest.Found, list []retired) {
	for _, r := range list {
		for _, found := range o.below(at, r.path) {
			if r.value == "" || text(found.Node) == r.value {
				r.report(p, o, found)
			}
		}
	}
}

func (r retired) report(p *Pass, o *Object, at manifest.Found) {
	name := at.Path[len(at.Path)-1].Key
	if r.value != "" {
		name = r.value
	}
	state := "is deprecated"
	if r.gone != "" && !p.Mesh.Before(r.gone) {
		state = "has no effect since Istio " + r.gone
	}
	d := p.Report(o, at, fmt.Sprintf("%s %s", name, state), r.instead)
	if r.instead == "remove it" && r.value == "" {
		o.Mend(d, "remove "+name, diag.Remove, at.Path, "")
	}
}
