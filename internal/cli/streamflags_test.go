package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Streams that show what a flag does.
const (
	plainStream = settings
	// .Values.v and the release, for flags that expressions see
	valueStream   = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: '[[= .Values.v | default \"none\" ]]'}\n"
	releaseStream = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: '[[= .Release.Name ]] [[= .Release.Namespace ]] [[= .Release.IsUpgrade ]]'}\n"
	invalidStream = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prots: []}\n"
	avoidStream   = "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a, namespace: b}\nspec: {}\n"
	cronStream    = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec: {}\n"
)

// streamFlagCases are all flags of post-render, each with a stream and a call on
// which it makes a difference. before are flags of both calls.
var streamFlagCases = map[string]struct {
	stream string
	flags  []string
	before []string
}{
	"config":          {plainStream, []string{"--config=patch.yaml"}, nil},
	"kube-version":    {cronStream, []string{"--kube-version=1.20"}, []string{"--skip-lint"}},
	"namespace":       {releaseStream, []string{"-n", "elsewhere"}, []string{"--release=r"}},
	"fail-on":         {avoidStream, []string{"--fail-on=warning"}, []string{"--skip-validation"}},
	"scope":           {plainStream, []string{"--scope=mesh"}, []string{"-c", "ignore.yaml"}},
	"color":           {invalidStream, []string{"--color=always"}, nil},
	"report":          {plainStream, []string{"--report=json=report.json"}, nil},
	"verbose":         {plainStream, []string{"-v"}, []string{"-c", "patch.yaml"}},
	"release":         {releaseStream, []string{"--release", "rel"}, nil},
	"is-upgrade":      {releaseStream, []string{"--is-upgrade"}, []string{"--release=r"}},
	"values":          {valueStream, []string{"-f", "values.yaml"}, nil},
	"set":             {valueStream, []string{"--set", "v=1"}, nil},
	"set-string":      {valueStream, []string{"--set-string=v=1"}, nil},
	"set-file":        {valueStream, []string{"--set-file", "v=values.yaml"}, nil},
	"set-json":        {valueStream, []string{`--set-json=v="x"`}, nil},
	"set-literal":     {valueStream, []string{"--set-literal", "v=a,b"}, nil},
	"skip-validation": {invalidStream, []string{"--skip-validation"}, nil},
	"skip-lint":       {avoidStream, []string{"--skip-lint"}, []string{"--skip-validation"}},
	"allow-noop":      {plainStream, []string{"--allow-noop"}, []string{"-c", "noop.yaml"}},
	"explain-patches": {plainStream, []string{"--explain-patches"}, []string{"-c", "patch.yaml"}},
}

// TestStreamFlags: every flag works for bare helmx with piped input, as Helm 3
// runs it with --post-renderer-args, and for helmx post-render, in the same way.
func TestStreamFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	const head = "apiVersion: helmx.dev/v1alpha1\nkind: Config\n"
	for name, text := range map[string]string{
		"helmx.yaml":  head + "expressions: {enabled: true}\n",
		"patch.yaml":  head + "patches:\n- {name: p, target: {kind: ConfigMap, name: a}, set: {data.k: w}}\n",
		"noop.yaml":   head + "patches:\n- {name: p, target: {kind: ConfigMap, name: a}, set: {data.k: v}}\n",
		"ignore.yaml": head + "lint:\n  ignore:\n  - {code: HX107, reason: later}\n",
		"values.yaml": "v: file\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range streamFlagCases {
		t.Run(name, func(t *testing.T) {
			without := answer(c.before, c.stream)
			bare := answer(append(c.before, c.flags...), c.stream)
			if bare == without {
				t.Errorf("the flag makes no difference:\n%s", bare)
			}
			if strings.Contains(bare, "unknown flag") {
				t.Error(bare)
			}
			if explicit := answer(append(append([]string{"post-render"}, c.before...), c.flags...), c.stream); explicit != bare {
				t.Errorf("helmx %s:\n%s\nhelmx post-render:\n%s", c.flags, bare, explicit)
			}
		})
	}
}

// answer is all that a call says, its report included.
func answer(args []string, stream string) string {
	code, stdout, stderr := as(false, args, strings.NewReader(stream))
	report, _ := os.ReadFile("report.json")
	os.Remove("report.json")
	return fmt.Sprintf("exit code %d\n%s\n%s\n%s", code, stdout, stderr, report)
}

// TestStreamFlagsAreComplete: the table has each flag of both commands.
func TestStreamFlagsAreComplete(t *testing.T) {
	root := Command()
	explicit, _, err := root.Find([]string{"post-render"})
	if err != nil {
		t.Fatal(err)
	}
	for _, flags := range []*pflag.FlagSet{root.Flags(), explicit.Flags(), root.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			if _, ok := streamFlagCases[f.Name]; !ok && f.Name != "help" && f.Name != "version" {
				t.Errorf("no case for --%s", f.Name)
			}
		})
	}
}
