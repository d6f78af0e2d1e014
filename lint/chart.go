package lint

import "github.com/helmx-dev/helmx/charts"

// Chart is a chart with the values that it was rendered with, one for each
// rendering.
type Chart struct {
	*charts.Chart
	Values []*charts.UserValues
}
