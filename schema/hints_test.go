package schema

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func TestHints(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []string // all hints, in order
	}{
		"a list where text belongs":        {strings.Replace(pod, "image: a", "image: [x]", 1), []string{`write it without the list: "x"`}},
		"several where text belongs":       {strings.Replace(pod, "image: a", "image: [x, y]", 1), []string{"only one value is allowed here, without a list around it"}},
		"a map where text belongs":         {strings.Replace(pod, "image: a", "image:\n      tag: x", 1), []string{`is a "|" missing behind the key, or is one field of the map meant?`}},
		"a flow map where text belongs":    {strings.Replace(pod, "image: a", "image: {tag: x}", 1), []string{""}},
		"text that YAML reads as a map":    {strings.Replace(pod, "image: a", "image: a\n    args:\n    - a: b", 1), []string{`the ": " in it makes it a map: put the whole item in quotes`}},
		"a map that a template printed":    {"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: map[team:a]\n", []string{"the template prints a map as it is: put it through toYaml and nindent 4"}},
		"a block that is not indented":     {strings.Replace(pod, "image: a", "image: a\n    resources:\n    limits: {cpu: 1}", 1), []string{"it is a field of resources, which is empty: indent it further, in a template with nindent 6"}},
		"a field one level too far out":    {strings.Replace(pod, "image: a", "image: a\n    resources: {requests: {cpu: 1}}\n    limits: {cpu: 1}", 1), []string{`resources has a field "limits": check the indentation`}},
		"a field one level too far in":     {strings.Replace(pod, "image: a", "image: a\n    nodeSelector: {a: b}", 1), []string{`spec has a field "nodeSelector": check the indentation`}},
		"a field of the object, too deep":  {"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  binaryData: {}\n", []string{`the object itself has a field "binaryData": check the indentation`}},
		"an API with a name like another":  {"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nmetadata: {name: a}\n", []string{"put the CustomResourceDefinition with group install.istio.io, version v1alpha1 and kind IstioOperator into crds/ of the chart or a folder of validate.crds"}},
		"a foreign kind with a known name": {"apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n", []string{"put the CustomResourceDefinition with group serving.knative.dev, version v1 and kind Service into crds/ of the chart or a folder of validate.crds"}},
		"an API that is misspelled":        {"apiVersion: networking.istoi.io/v1\nkind: VirtualService\nmetadata: {name: a}\n", []string{`did you mean "networking.istio.io/v1"?`}},
		"a namespace":                      {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: A_B}\n", []string{`did you mean "a-b"?`}},
		"a namespace that is not set":      {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: <no value>}\n", []string{"the template prints a value that is not set"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range validate(t, c.stream, Options{}) {
				got = append(got, d.Hint)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNamespaceIsALabel(t *testing.T) {
	for namespace, want := range map[string]string{
		"shop": "", "a.b": `"a.b" is no name of a namespace: ` + labelRule, "A B": `"A B" is no name of a namespace: ` + labelRule,
	} {
		found := validate(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: "+namespace+"}\n", Options{})
		if want == "" && len(found) > 0 || want != "" && (len(found) != 1 || found[0].Code != "SC019" || found[0].Message != want || found[0].Path != "metadata.namespace") {
			t.Errorf("%q: got %v, want %q", namespace, found, want)
		}
	}
}

// TestHintOfAChangedDocument: what an expression gave may stand in quotes in the
// file that the user sees.
func TestHintOfAChangedDocument(t *testing.T) {
	docs := manifest.Read("", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: \"[[= 5 ]]\"\n"))
	_, err := docs[0].Edit(diag.Span{}, func(root *manifest.Node) error {
		*manifest.Keys("data", "a").Get(root) = *manifest.NewNode(5)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, found, err := Validate(context.Background(), docs, Options{})
	if want := `put it in quotes: "5", or let the expression that gives it end in | toString`; err != nil || len(found) != 1 || found[0].Hint != want {
		t.Errorf("got %v, %v, want the hint %q", found, err, want)
	}
}

func TestContainerNamesDifferHoweverTheyAreApplied(t *testing.T) {
	stream := strings.Replace(pod, "image: a", "image: a\n  - {name: a, image: b}", 1)
	if found := validate(t, stream, Options{Apply: ApplyClient}); len(found) != 1 || found[0].Severity != diag.Error {
		t.Errorf("got %v, want one error", found)
	}
}
