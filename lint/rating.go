package lint

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/helmx-dev/helmx/diag"
)

// Level recommends for or against a feature, in the words of the rubric that
// "Opinionated Istio Feature Recommendations" introduced.
type Level string

// The levels, from best to worst. A rule about anything else than the use of a
// feature has none.
const (
	Adopt   Level = "adopt"   // reliable, if it is needed
	Caution Level = "caution" // works, with caveats
	Avoid   Level = "avoid"   // unreliable: needs a compelling reason
	Never   Level = "never"
)

// severity is what the use of a feature of this level amounts to.
func (l Level) severity() diag.Severity {
	switch l {
	case Never:
		return diag.Error
	case Avoid:
		return diag.Warning
	}
	return diag.Info
}

// Rating is what is known about a feature. Ratings live in ratings.json, so
// that they can be corrected without touching code.
type Rating struct {
	Feature string `json:"feature"`
	Level   Level  `json:"level"`
	// Basis says whose level it is: "author", given by the source itself, or
	// "helmx", concluded by us from what the source says.
	Basis    string `json:"basis"`
	Source   Source `json:"source"`
	Verified string `json:"verified"` // the day someone compared it with the source
}

//go:embed ratings.json
var ratingsFile []byte

// ratings returns the ratings by feature. The file is part of the binary, and
// a test reads it first.
var ratings = sync.OnceValue(func() map[string]Rating {
	byFeature := make(map[string]Rating)
	list, _ := parseRatings(ratingsFile)
	for _, r := range list {
		byFeature[r.Feature] = r
	}
	return byFeature
})

func parseRatings(data []byte) ([]Rating, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var list []Rating
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("ratings.json: %w", err)
	}
	return list, nil
}

// sentence says whose level it is, for the explanation of a rule.
func (r Rating) sentence() string {
	advice := map[Level]string{
		Adopt: "adopt if needed", Caution: "adopt with caution", Avoid: "avoid if possible", Never: "avoid at all costs",
	}[r.Level]
	if r.Basis == "author" {
		return fmt.Sprintf("Level: %s, as rated by the source.", advice)
	}
	return fmt.Sprintf("Level: %s, which is helmx's own conclusion from the source.", advice)
}
