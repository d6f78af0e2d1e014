package istiooperator

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/manifest"
)

// schemaComment tells editors which schema helmx.yaml has.
const schemaComment = "# yaml-language-server: $schema=https://raw.githubusercontent.com/helmx-dev/helmx/main/docs/helmx.schema.json\n"

// files are helmx.yaml and a values file for each release.
func (t *translation) files() ([]File, error) {
	data, err := t.config()
	files := []File{{Name: ConfigFile, Data: data}}
	for i, r := range t.releases {
		if err != nil {
			return nil, err
		}
		data, err = t.valuesFile(r, t.values[i])
		files = append(files, File{Name: r.Values, Data: data})
	}
	return files, err
}

// config writes helmx.yaml.
func (t *translation) config() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(schemaComment)
	fmt.Fprintf(&b, "#\n# Made from %s by `helmx import istiooperator`. Install in this order:\n#\n", oneLine(t.doc.Origin.File))
	fmt.Fprintf(&b, "#   helm repo add istio %s\n", charts.IstioRepository)
	for _, r := range t.releases {
		fmt.Fprintf(&b, "#   %s\n", r.Command())
	}
	b.WriteString("\napiVersion: helmx.dev/v1alpha1\nkind: Config\n")
	if len(t.patches) == 0 {
		return b.Bytes(), nil
	}
	b.WriteString("patches:\n")
	for _, p := range t.patches {
		fmt.Fprintf(&b, "# %s\n", oneLine(t.origin(p.path)))
		if err := encode(&b, &manifest.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*manifest.Node{p.body}}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// Command is the call of Helm that installs a release.
func (r Release) Command() string {
	return fmt.Sprintf("helm upgrade --install %s istio/%s --version %s -n %s --create-namespace -f %s --post-renderer helmx",
		word(r.Name), r.Chart, r.Version, word(r.Namespace), word(r.Values))
}

// word quotes what a shell would split.
func word(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/") == "" && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(oneLine(s), "'", `'\''`) + "'"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (t *translation) valuesFile(r Release, values map[string]any) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Values of chart %s, release %s in namespace %s, made from %s.\n", r.Chart, oneLine(r.Name), oneLine(r.Namespace), oneLine(t.doc.Origin.File))
	err := encode(&b, manifest.NewNode(values))
	return b.Bytes(), err
}

func encode(b *bytes.Buffer, n *manifest.Node) error {
	e := yaml.NewEncoder(b)
	e.SetIndent(2)
	return e.Encode(n)
}

// mapping makes a map whose keys stay in order.
func mapping(entries ...any) *manifest.Node {
	n := &manifest.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i < len(entries); i += 2 {
		appendTo(n, entries[i].(string), entries[i+1])
	}
	return n
}

func appendTo(n *manifest.Node, key string, v any) {
	value := manifest.NewNode(v)
	if key == "target" {
		value.Style = yaml.FlowStyle
	}
	n.Content = append(n.Content, manifest.NewString(key), value)
}
