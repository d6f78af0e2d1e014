package patch

import (
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

// A program without end is ended by steps or by memory.
func TestJQIsBounded(t *testing.T) {
	for _, program := range []string{`def f: f; f`, `.x = [range(1e18)]`} {
		code, err := compileJQ(program)
		if err != nil {
			t.Fatal(err)
		}
		root, err := manifest.Parse([]byte("a: 1\n"))
		if err != nil {
			t.Fatal(err)
		}
		if p := runJQ(code, root, root); p == nil || p.message != "jq: "+errBudget.Error() {
			t.Errorf("%s: %+v", program, p)
		}
	}
}
