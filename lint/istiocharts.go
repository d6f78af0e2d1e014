package lint

import (
	_ "embed"
	"encoding/json"
)

// ExpectedWarning is a warning that Istio's own charts give as they come.
type ExpectedWarning struct {
	Code   string `json:"code"`
	Chart  string `json:"chart"`
	Reason string `json:"reason"` // why it is right
}

//go:embed istio_charts.json
var istioChartsFile []byte

// ExpectedOfIstio lists the warnings that Istio's own charts give with default
// values or one of their profiles. A test of package pipeline renders the charts
// and compares.
func ExpectedOfIstio() []ExpectedWarning {
	var list []ExpectedWarning
	if json.Unmarshal(istioChartsFile, &list) != nil {
		return nil // a test reads the file
	}
	return list
}
