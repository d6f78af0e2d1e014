package diff

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// changed returns the diff after a change of the documents of a stream.
func changed(t *testing.T, stream string, o Options, change func([]*manifest.Document) []*manifest.Document) string {
	t.Helper()
	docs := manifest.Read("in.yaml", []byte(stream))
	s := Take(docs)
	docs = change(docs)
	var b strings.Builder
	differs, err := s.Write(&b, docs, o)
	if err != nil || differs != (b.Len() > 0) {
		t.Fatalf("differs %t, %d bytes, %v", differs, b.Len(), err)
	}
	return b.String()
}

// set sets values at paths of a document.
func set(t *testing.T, d *manifest.Document, values map[string]string) {
	t.Helper()
	_, err := d.Edit(diag.Span{}, func(root *manifest.Node) error {
		for text, value := range values {
			path, err := manifest.ParsePath(text)
			if err != nil {
				return err
			}
			found, miss := path.Find(root)
			if miss != nil {
				return miss
			}
			*found[0].Node = *manifest.NewNode(value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const twoTemplates = `---
# Source: demo/templates/a.yaml
kind: ConfigMap
metadata:
  name: one
data:
  k1: v
  k2: v
  k3: v
  k4: v
---
# Source: demo/templates/a.yaml
kind: ConfigMap
metadata:
  name: two
data: {x: "1"}
---
# Source: demo/templates/b.yaml
kind: ConfigMap
metadata: {name: three}
`

func TestUnified(t *testing.T) {
	edit := func(docs []*manifest.Document) []*manifest.Document {
		set(t, docs[0], map[string]string{"data.k1": "w"})
		set(t, docs[1], map[string]string{"data.x": "2"})
		return docs
	}
	for name, tt := range map[string]struct {
		context int
		change  func([]*manifest.Document) []*manifest.Document
		want    string
	}{
		"nothing": {3, func(docs []*manifest.Document) []*manifest.Document { return docs }, ""},
		"two hunks": {1, edit, `--- demo/templates/a.yaml
+++ demo/templates/a.yaml
@@ -6,3 +6,3 @@ ConfigMap one
 data:
-  k1: v
+  k1: w
   k2: v
@@ -15,2 +15,2 @@ ConfigMap two
   name: two
-data: {x: "1"}
+data: {x: "2"}
`},
		"one hunk": {4, edit, `--- demo/templates/a.yaml
+++ demo/templates/a.yaml
@@ -3,14 +3,14 @@ ConfigMap one
 kind: ConfigMap
 metadata:
   name: one
 data:
-  k1: v
+  k1: w
   k2: v
   k3: v
   k4: v
 ---
 # Source: demo/templates/a.yaml
 kind: ConfigMap
 metadata:
   name: two
-data: {x: "1"}
+data: {x: "2"}
`},
		"no context": {0, edit, `--- demo/templates/a.yaml
+++ demo/templates/a.yaml
@@ -7 +7 @@ ConfigMap one
-  k1: v
+  k1: w
@@ -16 +16 @@ ConfigMap two
-data: {x: "1"}
+data: {x: "2"}
`},
		"deleted": {0, func(docs []*manifest.Document) []*manifest.Document { return []*manifest.Document{docs[0], docs[2]} },
			`--- demo/templates/a.yaml
+++ demo/templates/a.yaml
@@ -11,6 +10,0 @@ ConfigMap two
----
-# Source: demo/templates/a.yaml
-kind: ConfigMap
-metadata:
-  name: two
-data: {x: "1"}
`},
		"a file deleted and one created": {3, func(docs []*manifest.Document) []*manifest.Document {
			return []*manifest.Document{docs[0], docs[1], manifest.New([]byte("---\nkind: New\nmetadata: {name: x}"), manifest.Origin{File: "helmx.yaml", Line: 7})}
		}, `--- demo/templates/b.yaml
+++ /dev/null
@@ -1,4 +0,0 @@ ConfigMap three
----
-# Source: demo/templates/b.yaml
-kind: ConfigMap
-metadata: {name: three}
--- /dev/null
+++ helmx.yaml
@@ -0,0 +1,3 @@ New x
+---
+kind: New
+metadata: {name: x}
`},
		"moved": {0, func(docs []*manifest.Document) []*manifest.Document {
			return []*manifest.Document{docs[1], docs[0], docs[2]}
		}, `--- demo/templates/a.yaml
+++ demo/templates/a.yaml
@@ -0,0 +1,6 @@ ConfigMap two
+---
+# Source: demo/templates/a.yaml
+kind: ConfigMap
+metadata:
+  name: two
+data: {x: "1"}
@@ -11,6 +16,0 @@ ConfigMap two
----
-# Source: demo/templates/a.yaml
-kind: ConfigMap
-metadata:
-  name: two
-data: {x: "1"}
`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := changed(t, twoTemplates, Options{Context: tt.context}, tt.change); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestOnlySomeTemplates(t *testing.T) {
	got := changed(t, twoTemplates, Options{Only: func(name string) bool { return name == "demo/templates/b.yaml" }},
		func(docs []*manifest.Document) []*manifest.Document { return docs[:1] })
	if strings.Contains(got, "a.yaml") || !strings.Contains(got, "--- demo/templates/b.yaml\n") {
		t.Errorf("got:\n%s", got)
	}
}

func TestColor(t *testing.T) {
	got := changed(t, "kind: A\na: b\r\n", Options{Color: true, Context: 1}, func(docs []*manifest.Document) []*manifest.Document {
		set(t, docs[0], map[string]string{"a": "c"})
		return docs
	})
	want := "\x1b[1m--- in.yaml\x1b[0m\n\x1b[1m+++ in.yaml\x1b[0m\n\x1b[36m@@ -1,2 +1,2 @@ A\x1b[0m\n kind: A\n\x1b[31m-a: b\x1b[0m\n\x1b[32m+a: c\x1b[0m\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

const secrets = `---
# Source: demo/templates/secret.yaml
# hunter2 is the old one
apiVersion: v1
kind: Secret
metadata:
  name: s
  labels: {app: demo}
  annotations:
    plain: "1"
    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"hunter2"}}'
type: Opaque
# data with hunter2
data:
  a: hunter2   # hunter2 indeed
  b: &again hunter2
  c: *again
  # was: hunter2
stringData: {long: "hunter2 hunter2 hunter2", block: hunter2}
misplaced:
  text: |
    hunter2
    hunter2
---
# Source: demo/templates/secret.yaml
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: in-list}
  data:
    a: hunter2
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: beside}
  data: {a: plain}
---
# Source: demo/templates/secret.yaml
apiVersion: v1
kind: SecretList
items:
- metadata: {name: without-kind}
  data: {a: hunter2}
`

func TestSecrets(t *testing.T) {
	got := changed(t, secrets, Options{Context: 2}, func(docs []*manifest.Document) []*manifest.Document {
		set(t, docs[0], map[string]string{
			"metadata.labels.app": "shown", "data.a": "hunter22222222", "stringData.block": "hunter2 2", "misplaced.text": "hunter2\n",
		})
		set(t, docs[1], map[string]string{"items[0].data.a": "hunter3", "items[1].data.a": "shown"})
		set(t, docs[2], map[string]string{"items[0].data.a": "hunter3"})
		return docs
	})
	want := `--- demo/templates/secret.yaml
+++ demo/templates/secret.yaml
@@ -6,5 +6,5 @@ Secret s
 metadata:
   name: s
-  labels: {app: demo}
+  labels: {app: shown}
   annotations:
     plain: "1"
@@ -13,12 +13,12 @@ Secret s
 # ***
 data:
-  a: '*** (before)'   # ***
+  a: '*** (after)'   # ***
   b: &again '***'
   c: *again
   # ***
-stringData: {long: "***", block: '*** (before)'}
+stringData: {long: "***", block: '*** (after)'}
 misplaced:
   text: |-
-    *** (before)
+    *** (after)
 ---
 # Source: demo/templates/secret.yaml
@@ -30,9 +30,9 @@ List
   metadata: {name: in-list}
   data:
-    a: '*** (before)'
+    a: '*** (after)'
 - apiVersion: v1
   kind: ConfigMap
   metadata: {name: beside}
-  data: {a: plain}
+  data: {a: shown}
 ---
 # Source: demo/templates/secret.yaml
@@ -41,3 +41,3 @@ SecretList
 items:
 - metadata: {name: without-kind}
-  data: {a: '*** (before)'}
+  data: {a: '*** (after)'}
`
	if got != want {
		t.Errorf("got:\n%s", got)
	}
}

// TestNoSecretShows: created, deleted, broken, and turned into another kind.
func TestNoSecretShows(t *testing.T) {
	const secret = "---\nkind: Secret\nmetadata: {name: s}\ndata: {a: hunter2}\n"
	for name, tt := range map[string]struct {
		stream string
		change func([]*manifest.Document) []*manifest.Document
		wants  string
	}{
		"deleted": {secret, func([]*manifest.Document) []*manifest.Document { return nil }, `-data: {a: '***'}`},
		"created": {"", func([]*manifest.Document) []*manifest.Document { return manifest.Read("c", []byte(secret)) }, `+data: {a: '***'}`},
		"no Secret any more": {secret, func(docs []*manifest.Document) []*manifest.Document {
			set(t, docs[0], map[string]string{"kind": "ConfigMap", "data.a": "hunter22"})
			return docs
		}, `+data: {a: '*** (after)'}`},
		"a Secret now": {strings.Replace(secret, "Secret", "ConfigMap", 1), func(docs []*manifest.Document) []*manifest.Document {
			set(t, docs[0], map[string]string{"kind": "Secret", "data.a": "hunter22"})
			return docs
		}, `-data: {a: '*** (before)'}`},
		"broken": {secret + "  x: [\n", func([]*manifest.Document) []*manifest.Document { return nil }, `-# a Secret whose text cannot be read, not shown`},
		"context of another": {"---\nkind: ConfigMap\nmetadata: {name: c}\n" + secret, func(docs []*manifest.Document) []*manifest.Document {
			set(t, docs[0], map[string]string{"metadata.name": "d"})
			return docs
		}, ` data: {a: '***'}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := changed(t, tt.stream, Options{Context: 9}, tt.change)
			if strings.Contains(got, "hunter") || !strings.Contains(got, tt.wants+"\n") {
				t.Errorf("want a line %q and no value, got:\n%s", tt.wants, got)
			}
		})
	}
}

// TestCopiesOfSecrets: a value that a patch has brought into another object is
// no less secret, as it is or decoded.
func TestCopiesOfSecrets(t *testing.T) {
	const stream = "---\nkind: Secret\nmetadata: {name: s}\ndata: {a: aHVudGVyMg==, short: dHJ1ZQ==}\nstringData: {pem: \"-- key --\\nqwertyuiop\\n\", user: postgres}\n" +
		"---\nkind: ConfigMap\nmetadata: {name: postgres}\ndata:\n  a: x\n  b: x\n  c: x\n  d: \"true\"\n"
	got := changed(t, stream, Options{Context: 1}, func(docs []*manifest.Document) []*manifest.Document {
		set(t, docs[1], map[string]string{"data.a": "hunter2", "data.b": "{\"auth\": \"aHVudGVyMg==\"}", "data.c": "qwertyuiop", "data.d": "postgres"})
		return docs
	})
	const want = `--- in.yaml
+++ in.yaml
@@ -9,5 +9,5 @@ ConfigMap postgres
 data:
-  a: x
-  b: x
-  c: x
-  d: "true"
+  a: ***
+  b: "{\"auth\": \"***\"}"
+  c: ***
+  d: "postgres"
`
	if got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestCopiesOutOfEmbeddedDocuments(t *testing.T) {
	const stream = "---\nkind: Secret\nmetadata: {name: s}\ndata: {b: eyJ0b2tlbiI6ImZyb21iYXNlNjQifQ==}\nstringData:\n  json: '{\"password\":\"hunter2pass\",\"n\":12345678}'\n  conf.yaml: |\n    list:\n    - swordfish\n" +
		"---\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: x\n  b: x\n  c: x\n  d: x\n"
	got := changed(t, stream, Options{Context: 1}, func(docs []*manifest.Document) []*manifest.Document {
		set(t, docs[1], map[string]string{"data.a": "hunter2pass", "data.b": "12345678", "data.c": "frombase64", "data.d": "the swordfish"})
		return docs
	})
	for _, secret := range []string{"hunter2pass", "12345678", "frombase64", "swordfish"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s shows in\n%s", secret, got)
		}
	}
	if strings.Count(got, maskSame) != 4 {
		t.Errorf("got\n%s", got)
	}
}
