package diag

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestSeverityNamesAreInverse(t *testing.T) {
	for _, s := range []Severity{Info, Warning, Error} {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Severity
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%s came back as %v, %v", text, back, err)
		}
	}
	if _, err := ParseSeverity("fatal"); err == nil {
		t.Error("ParseSeverity accepted an unknown name")
	}
}

func TestNearest(t *testing.T) {
	fields := []string{"image", "imagePullPolicy", "imagePullSecrets", "name", "env"}
	for word, want := range map[string]string{
		"imagePullPolcy":  "imagePullPolicy",
		"ImagePullPolicy": "imagePullPolicy",
		"nmae":            "name",
		"evn":             "env",
		"replicas":        "",
		"x":               "",
	} {
		if got := Nearest(word, fields); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := NearestN("istod", []string{"ztunnel", "istiod", "istio-cni"}, 2); !slices.Equal(got, []string{"istiod", "istio-cni"}) {
		t.Errorf("NearestN = %q", got)
	}
}

func TestSortIsByFileLineCode(t *testing.T) {
	at := func(file string, line int, code string) Diagnostic {
		return Diagnostic{Code: code, Span: Span{File: file, Start: Pos{Line: line}}}
	}
	l := List{at("b", 1, "A"), at("a", 10, "A"), at("a", 9, "B"), at("a", 9, "A")}
	l.Sort()
	var got []string
	for _, d := range l {
		got = append(got, d.Span.String()+d.Code)
	}
	if want := []string{"a:9A", "a:9B", "a:10A", "b:1A"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFingerprintIgnoresLinesOnly(t *testing.T) {
	d := Diagnostic{Code: "HX107", Message: "m", Object: &Object{Kind: "EnvoyFilter", Name: "a"}, Span: Span{File: "f", Start: Pos{Line: 3}}}
	moved := d
	moved.Span.Start.Line = 9
	if d.Fingerprint() != moved.Fingerprint() {
		t.Error("a moved line changed the fingerprint")
	}
	other := d
	other.Object = &Object{Kind: "EnvoyFilter", Name: "b"}
	if d.Fingerprint() == other.Fingerprint() {
		t.Error("two objects share a fingerprint")
	}
}
