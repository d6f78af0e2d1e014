package config

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// judgeStream says what the part of a stream that this package reads is worth:
// Contexts, or the functionConfig of a ResourceList, its flags included.
func judgeStream(text string) diag.List {
	docs := manifest.Read(manifest.Stdin, []byte(text))
	whole := manifest.FindResourceList(docs)
	if whole == nil {
		_, _, findings := TakeContext(docs)
		return findings
	}
	call, findings := ParseFunction(whole.Part("functionConfig"))
	for _, f := range call.Flags {
		if f.Name != "fail-on" {
			findings = append(findings, UnknownFlag(f, []string{"fail-on"}))
		}
	}
	return findings
}

func TestExamplesOfStreamExplanations(t *testing.T) {
	tested := 0
	for _, e := range Explanations {
		if !strings.HasPrefix(e.Code, "CF02") {
			continue
		}
		tested++
		if bad := judgeStream(e.Bad); len(bad) == 0 || bad[0].Code != e.Code {
			t.Errorf("%s: the bad example gives %v", e.Code, bad)
		}
		if good := judgeStream(e.Good); len(good) != 0 {
			t.Errorf("%s: the good example gives %v", e.Code, good)
		}
	}
	if tested != 3 {
		t.Errorf("%d explanations tested", tested)
	}
}

const contextText = `---
# Source: app/templates/context.yaml
apiVersion: helmx.dev/v1alpha1
kind: Context
metadata:
  name: rel
  annotations: {postrenderer.helm.sh/postrender-filename: app/templates/context.yaml}
release: {name: rel, namespace: ns, service: Helm, revision: 3, isInstall: false, isUpgrade: true}
chart: {name: app, version: 1.2.3, appVersion: "7"}
values: {password: hunter2}
`

func TestTakeContext(t *testing.T) {
	before, after := "# first\n---\na: b\n", "---\r\nc: d"
	rest, c, findings := TakeContext(manifest.Read(manifest.Stdin, []byte(before+contextText+after)))
	if len(findings) != 0 {
		t.Fatal(findings)
	}
	var left strings.Builder
	if err := manifest.Write(&left, rest); err != nil || left.String() != before+after {
		t.Errorf("left %q, %v", left.String(), err)
	}
	if want := (Release{"rel", "ns", "Helm", 3, false, true}); c.Release != want {
		t.Errorf("got %+v", c.Release)
	}
	if c.Chart != (ChartID{"app", "1.2.3", "7"}) {
		t.Errorf("got %+v", c.Chart)
	}
	if layer := c.Layer(); layer.File != "app/templates/context.yaml" || manifest.Keys("password").Get(layer.Node).Value != "hunter2" {
		t.Errorf("got %+v", layer)
	}
}

// A Context in a List is taken out of it, and a List of nothing else goes too.
func TestContextInList(t *testing.T) {
	const item = "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}} # stays\n"
	const context = "- apiVersion: helmx.dev/v1alpha1\n  kind: Context\n  metadata: {name: rel}\n  release: {name: rel}\n"
	const list = "apiVersion: v1\nkind: List\nitems:\n"
	for text, want := range map[string]string{
		list + item + context:          list + item,
		list + context + item:          list + item,
		"a: b\n---\n" + list + context: "a: b\n",
		list + "- apiVersion: v1\n  kind: List\n  items:\n" + indent(item) + indent(context) + item: list + "- apiVersion: v1\n  kind: List\n  items:\n" + indent(item) + item,
	} {
		rest, c, findings := TakeContext(manifest.Read(manifest.Stdin, []byte(text)))
		var left strings.Builder
		if err := manifest.Write(&left, rest); err != nil || left.String() != want {
			t.Errorf("got %q, want %q, %v", left.String(), want, err)
		}
		if len(findings) > 0 || c == nil || c.Release.Name != "rel" {
			t.Errorf("%q: got %+v %v", text, c, findings)
		}
	}
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func TestNoContext(t *testing.T) {
	docs := manifest.Read(manifest.Stdin, []byte("apiVersion: example.com/v1\nkind: Context\n---\na: b\n"))
	rest, c, findings := TakeContext(docs)
	if len(rest) != 2 || c != nil || len(findings) != 0 || c.Layer().Node != nil {
		t.Errorf("got %v, %v, %v", rest, c, findings)
	}
}

func TestWrongContexts(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"unknown key":   {strings.Replace(contextText, "revision", "revison", 1), `app/templates/context.yaml: error[CF021]: Context rel: unknown key "revison" in release, expected one of name, namespace, service, revision, isInstall, isUpgrade (did you mean "revision"?)`},
		"type":          {strings.Replace(contextText, "revision: 3", "revision: x", 1), `app/templates/context.yaml: error[CF021]: Context rel: release.revision is "x", expected a whole number`},
		"fraction":      {strings.Replace(contextText, "revision: 3", "revision: 1.5", 1), `app/templates/context.yaml: error[CF021]: Context rel: release.revision is "1.5", expected a whole number`},
		"negative":      {strings.Replace(contextText, "revision: 3", "revision: -1", 1), `app/templates/context.yaml: error[CF021]: Context rel: release.revision is -1, expected 1 or more`},
		"version":       {strings.Replace(contextText, "v1alpha1", "v2", 1), `app/templates/context.yaml: error[CF021]: Context rel: apiVersion is "helmx.dev/v2", expected "helmx.dev/v1alpha1"`},
		"both":          {strings.Replace(contextText, "false", "true", 1), `app/templates/context.yaml: error[CF021]: Context rel: release: isInstall and isUpgrade are both true (write them as .Release has them)`},
		"no YAML":       {contextText + "x: [hunter2\n", `app/templates/context.yaml: error[CF021]: Context rel: the Context is not valid YAML`},
		"twice":         {contextText + contextText, ""},
		"other release": {contextText + strings.Replace(contextText, "{name: rel,", "{name: two,", 1), `app/templates/context.yaml: error[CF022]: Context rel: the stream has two Contexts, and they differ in release at release (let only the parent chart write one)`},
		"other values":  {contextText + strings.Replace(contextText, "hunter2", "hunter3", 1), `app/templates/context.yaml: error[CF022]: Context rel: the stream has two Contexts, and they differ in values at values (let only the parent chart write one)`},
		"no values":     {contextText + contextText[:strings.Index(contextText, "values")], `app/templates/context.yaml: error[CF022]: Context rel: the stream has two Contexts, and they differ in values at values (let only the parent chart write one)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, findings := TakeContext(manifest.Read(manifest.Stdin, []byte(tt.text)))
			if tt.want == "" && len(findings) == 0 {
				return
			}
			if len(findings) != 1 || findings[0].String() != tt.want {
				t.Fatalf("got  %v\nwant [%s]", findings, tt.want)
			}
			if findings[0].Rendered.Line < 2 {
				t.Errorf("no place in the stream: %+v", findings[0])
			}
			if findings[0].Excerpt != nil || strings.Contains(findings[0].String(), "hunter") {
				t.Errorf("it shows a value: %+v", findings[0])
			}
		})
	}
}

func TestParseFunction(t *testing.T) {
	for text, want := range map[string]string{
		"{apiVersion: helmx.dev/v1alpha1, kind: Config, metadata: {name: x}, lint: {scop: mesh}}": `functionConfig:1:76: error[CF002]: unknown key "scop" in lint, expected one of scope, istioVersion, select, severity, ignore (did you mean "scope"?)`,
		"{apiVersion: v1, kind: ConfigMap, data: {a: [b]}}":                                       `functionConfig:1:45: error[CF003]: data.a is a list, expected a single value`,
		"{apiVersion: v1, kind: ConfigMap, data: x}":                                              `functionConfig:1:41: error[CF003]: data is "x", expected a map`,
		"{apiVersion: v1, kind: ConfigMap}":                                                       "",
		"{spec: x}":                                                                               `functionConfig: error[CF020]: the functionConfig is an object without kind of "", expected Config of "helmx.dev/v1alpha1" or ConfigMap of "v1" (a Config holds what helmx.yaml holds, a ConfigMap flags such as fail-on: warning)`,
	} {
		_, findings := ParseFunction(manifest.New([]byte(text), manifest.Origin{}))
		if want == "" && len(findings) == 0 {
			continue
		}
		if len(findings) != 1 || findings[0].String() != want {
			t.Errorf("%s\ngot  %v\nwant [%s]", text, findings, want)
		}
	}
}
