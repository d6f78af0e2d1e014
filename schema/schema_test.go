package schema

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// lines prints findings without their file, for comparison.
func lines(found diag.List) []string {
	var out []string
	for _, d := range found {
		out = append(out, strings.TrimPrefix(d.String(), "stream.yaml:"))
	}
	return out
}

const pod = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: a
    image: a
`

const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size, color]
            properties:
              size: {type: integer, format: int32, maximum: 10}
              color: {type: string, default: red}
              note: {type: string, nullable: true}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              inner: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              status: {type: string}
`

func widget(spec string) string {
	return widgets + "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: " + spec + "\n"
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"several mistakes in one object": {
			strings.Replace(pod, "image: a", "image: 5\n    ports:\n    - {containerPort: x}\n    - {}\n  foo: 1", 1),
			[]string{
				`7:12: error[SC011]: Pod a: expected a string, found number 5 at spec.containers[name=a].image (put it in quotes: "5")`,
				`9:23: error[SC011]: Pod a: expected an integer, found string "x" at spec.containers[name=a].ports[0].containerPort`,
				`10:7: error[SC012]: Pod a: required field "containerPort" is missing at spec.containers[name=a].ports[1].containerPort`,
				`11:3: error[SC014]: Pod a: unknown field "foo" at spec.foo`,
			},
		},
		"a null stands for nothing": {strings.Replace(pod, "image: a", "image: a\n    env: null\n    resources:\n      limits: {cpu: null}", 1), nil},
		"a required field that is null": {
			strings.Replace(pod, "name: a\n    image", "name: null\n    image", 1),
			[]string{`6:11: error[SC012]: Pod a: required field "name" is missing at spec.containers[0].name`},
		},
		"comments alone, and nothing": {"# a comment\n---\n---\n# another\n", nil},
		"a list and its items": {
			"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dat: {}}\n- 5\n",
			[]string{
				`5:3: error[SC003]: List: expected a Kubernetes object, found number 5 at items[1]`,
				`4:58: error[SC014]: ConfigMap a: unknown field "dat" at items[0].dat (did you mean "data"?)`,
			},
		},
		"a typed list": {
			"apiVersion: v1\nkind: ConfigMapList\nitems:\n- {metadata: {name: a}, data: {a: 1}}\n",
			[]string{`4:35: error[SC011]: ConfigMap a: expected a string, found number 1 at items[0].data.a (put it in quotes: "1")`},
		},
		"a field that belongs further out": {
			strings.Replace(pod, "image: a", "image: a\n    hostNetwork: true", 1),
			[]string{`8:5: error[SC014]: Pod a: unknown field "hostNetwork" at spec.containers[name=a].hostNetwork (spec has a field "hostNetwork": check the indentation)`},
		},
		"an int32": {
			strings.Replace(pod, "spec:", "spec:\n  priority: 3000000000", 1),
			[]string{`5:13: error[SC016]: Pod a: number 3000000000 is out of range: it must fit into 32 bits at spec.priority`},
		},
		"numbers that JSON does not have": {
			strings.Replace(pod, "spec:", "spec:\n  priority: .inf", 1),
			[]string{`5:13: error[SC016]: Pod a: not a number that JSON can hold at spec.priority`},
		},
		"an absurd exponent stays a string": {
			strings.Replace(pod, "spec:", "spec:\n  priority: 1e10000000", 1),
			[]string{`5:13: error[SC011]: Pod a: expected an integer, found string "1e10000000" at spec.priority`},
		},
		"an absurd quantity": {
			strings.Replace(pod, "image: a", "image: a\n    resources: {limits: {cpu: \"1e10000000\"}}", 1),
			[]string{`8:31: error[SC016]: Pod a: string "1e10000000" is no quantity: a number with one of the suffixes m, k, M, G, T, Ki, Mi, Gi, Ti at spec.containers[name=a].resources.limits.cpu`},
		},
		"a key of a list map with its default": {
			strings.Replace(pod, "image: a", "image: a\n    ports:\n    - {containerPort: 1}\n    - {containerPort: 1, protocol: TCP}\n    - {containerPort: 1, protocol: UDP}", 1),
			[]string{`10:7: error[SC017]: Pod a: the list holds containerPort 1, protocol "TCP" twice, first at index 0 at spec.containers[name=a].ports[1]`},
		},
		"an enum left to its default": {strings.Replace(pod, "spec:", "spec:\n  restartPolicy: \"\"", 1), nil},
		"the status is thrown away, after decoding": {
			pod + "status: {phase: Nonsense, conditions: [{type: a}], foo: 1}\n",
			[]string{`8:52: error[SC014]: Pod a: unknown field "foo" at status.foo`},
		},
		"merge keys": {
			"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: &l {a: 1}\n  annotations: {<<: *l}\n",
			[]string{
				`5:18: error[SC011]: ConfigMap a: expected a string, found number 1 at metadata.annotations.a (put it in quotes: "1")`,
				`5:18: error[SC011]: ConfigMap a: expected a string, found number 1 at metadata.labels.a (put it in quotes: "1")`,
			},
		},
		"no name": {
			"apiVersion: v1\nkind: ConfigMap\n",
			[]string{`1:1: error[SC012]: ConfigMap: required field "name" is missing at metadata.name`},
		},
		"questions have no name": {"apiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nspec: {}\n", nil},
		"an API version with another group's kind": {
			"apiVersion: apps/v1\nkind: Job\nmetadata: {name: a}\n",
			[]string{`2:7: error[SC005]: Job a: apps/v1 has no kind "Job" at kind (Job is in batch/v1)`},
		},
		"an API version that is misspelled": {
			"apiVersion: app/v1\nkind: Deployment\nmetadata: {name: a}\n",
			[]string{`1:13: error[SC005]: Deployment a: there is no API app/v1 in Kubernetes 1.37 at apiVersion (did you mean "apps/v1"?)`},
		},
		"a custom resource of the stream": {
			widget("{size: 11, colour: blue, note: null, free: {a: 1}, port: x, inner: {apiVersion: v1, kind: A, metadata: {labels: {a: 1}}}}"),
			[]string{
				`32:14: error[SC015]: Widget a: number 11 is out of range: must be at most 10 at spec.size`,
				`32:18: error[SC014]: Widget a: unknown field "colour" at spec.colour (did you mean "color"?)`,
				`32:100: error[SC026]: Widget a: labels: expected a string, found a number at spec.inner.metadata`,
			},
		},
		"a set":                           {widget("{size: 1, set: [a, b, a]}"), []string{`32:29: error[SC017]: Widget a: the list holds "a" twice, first at index 0 at spec.set[2]`}},
		"a required field with a default": {widget("{size: 1}"), nil},
		"null where it is a value, and where not": {
			widget("{size: null, note: null}"),
			[]string{`32:14: error[SC012]: Widget a: required field "size" is missing at spec.size`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(validate(t, c.stream, Options{})); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestSchemaNamesWhoDemands(t *testing.T) {
	for stream, want := range map[string]string{
		pod + "foo: 1\n":            "v1 Pod, Kubernetes 1.37",
		widget("{size: 1, foo: 1}"): "example.com/v1 Widget, CustomResourceDefinition widgets.example.com",
		"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {foo: 1}\n": "networking.istio.io/v1 VirtualService, Istio 1.31.1",
	} {
		found := validate(t, stream, Options{})
		if len(found) != 1 || found[0].Schema != want || found[0].Excerpt == nil {
			t.Errorf("want one finding by %q, got %v (%q)", want, found, found[0].Schema)
		}
	}
}

func TestSecretValuesAreNotShown(t *testing.T) {
	for _, stream := range []string{
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: 424242}\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: hunter2!}\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: hunter2\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringDat: {a: hunter2}\n",
		"apiVersion: v1\nkind: SecretList\nitems: [{metadata: {name: a}, stringData: {a: 424242}}]\n",
		"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: [hunter2]}}]\n",
	} {
		found := validate(t, stream, Options{})
		if len(found) == 0 {
			t.Errorf("nothing found in %q", stream)
		}
		for _, d := range found {
			if text := fmt.Sprintf("%v %v %+v", d, d.Schema, d.Excerpt); strings.Contains(text, "hunter2") || strings.Contains(text, "424242") {
				t.Errorf("%q shows the value: %s", stream, text)
			}
		}
	}
}

func TestMissingSchema(t *testing.T) {
	const stream = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n"
	for setting, want := range map[string][]diag.Severity{
		"": {diag.Warning}, MissingWarn: {diag.Warning}, MissingError: {diag.Error}, MissingIgnore: nil,
	} {
		var got []diag.Severity
		for _, d := range validate(t, stream, Options{MissingSchema: setting}) {
			got = append(got, d.Severity)
			if !strings.Contains(d.Hint, "group example.com, version v1 and kind Widget") {
				t.Errorf("the hint does not name the definition: %q", d.Hint)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", setting, got, want)
		}
	}
	known := Options{CRDs: manifest.Read("crds/widgets.yaml", []byte(widgets))}
	if found := validate(t, stream, known); len(found) > 0 {
		t.Errorf("the definition in Options.CRDs is not used: %v", found)
	}
}

func TestKubeVersion(t *testing.T) {
	for version, want := range map[string]string{
		"1.37": "", "v1.37.4": "", "v1.37.1-gke.12": "", "1.37+": "",
		"1.20": "there are no schemas of Kubernetes 1.20 here: validated with the nearest, 1.28",
		"1.40": "there are no schemas of Kubernetes 1.40 here: validated with the nearest, 1.37",
		"1.28": "", "v1.31.9-eks-1": "",
		"2.0": `"2.0" is no Kubernetes version such as 1.37: validated for Kubernetes 1.37`,
		"x":   `"x" is no Kubernetes version such as 1.37: validated for Kubernetes 1.37`,
	} {
		found := validate(t, pod, Options{KubeVersion: version})
		if want == "" && len(found) > 0 || want != "" && (len(found) != 1 || found[0].Message != want) {
			t.Errorf("%q: got %v, want %q", version, found, want)
		}
	}
	const budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"
	var codes []string
	for _, d := range validate(t, budget, Options{KubeVersion: "1.24"}) {
		codes = append(codes, d.Code)
	}
	if want := []string{"SC010", "SC008"}; !slices.Equal(codes, want) {
		t.Errorf("an API that was served in 1.24 gives %v, want %v", codes, want)
	}
}

// TestKindsOfOtherReleases names the release that brought a kind, or was the
// last to serve it, and judges fields by the release that is asked for.
func TestKindsOfOtherReleases(t *testing.T) {
	for _, c := range []struct{ version, apiVersion, kind, want, hint string }{
		{"1.32", "networking.k8s.io/v1", "ServiceCIDR", "Kubernetes 1.32 serves no networking.k8s.io/v1 ServiceCIDR, which came with 1.33", "use apiVersion networking.k8s.io/v1beta1"},
		{"1.37", "resource.k8s.io/v1alpha2", "ResourceClass", "Kubernetes 1.37 serves no resource.k8s.io/v1alpha2 ResourceClass, which 1.30 was the last to serve", ""},
	} {
		stream := "apiVersion: " + c.apiVersion + "\nkind: " + c.kind + "\nmetadata: {name: a}\n"
		found := validate(t, stream, Options{KubeVersion: c.version})
		if len(found) != 1 || found[0].Message != c.want || found[0].Hint != c.hint {
			t.Errorf("%s: got %v (%q), want %q", c.version, found, found[0].Hint, c.want)
		}
	}
	stream := strings.Replace(pod, "spec:", "spec:\n  resources: {requests: {cpu: 1}}", 1)
	for version, want := range map[string]string{"1.31": `unknown field "resources"`, "1.37": ""} {
		found := validate(t, stream, Options{KubeVersion: version})
		if want == "" && len(found) > 0 || want != "" && (len(found) != 1 || found[0].Message != want) {
			t.Errorf("%s: got %v, want %q", version, found, want)
		}
	}
}

func TestApplyDecidesOverDuplicates(t *testing.T) {
	stream := strings.Replace(pod, "image: a", "image: a\n    env: [{name: A}, {name: A}]", 1)
	for apply, want := range map[string]diag.Severity{"": diag.Error, ApplyStrictest: diag.Error, ApplyServer: diag.Error, ApplyClient: diag.Warning} {
		if found := validate(t, stream, Options{Apply: apply}); len(found) != 1 || found[0].Severity != want {
			t.Errorf("%q: got %v, want one %s", apply, found, want)
		}
	}
}

func TestOrderIsThatOfTheDocuments(t *testing.T) {
	var stream strings.Builder
	for i := range 200 {
		fmt.Fprintf(&stream, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\nfoo: %d\n", i, i)
	}
	found := validate(t, stream.String(), Options{})
	if len(found) != 200 || !slices.IsSortedFunc(found, func(a, b diag.Diagnostic) int { return a.Rendered.Line - b.Rendered.Line }) {
		t.Errorf("%d findings, or not in order", len(found))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Validate(ctx, manifest.Read("", []byte(pod)), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestPack decodes and builds every definition, so that nothing can be wrong
// with the pack at run time.
func TestPack(t *testing.T) {
	lib, err := openLibrary()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range lib.pack.Kinds {
		for _, number := range k.Defs {
			if _, err := lib.pack.Definition(number); err != nil {
				t.Errorf("%s: %v", k.GVK(), err)
			}
		}
		served := 0
		for _, r := range lib.pack.Releases {
			k := lib.kinds[k.GVK()]
			if !k.in(r) {
				continue
			}
			served++
			schema, node := k.load(r)
			if schema == nil || len(node.Properties) == 0 || ruleOf(schema) == nil {
				t.Errorf("%s has no schema in %s", k.GVK(), r.Version)
			}
		}
		if served == 0 {
			t.Errorf("no release serves %s", k.GVK())
		}
	}
	if n := len(lib.pack.Kinds); n < 140 {
		t.Errorf("only %d kinds", n)
	}
}
