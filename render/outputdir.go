package render

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"github.com/helmx-dev/helmx/manifest"
)

// DirOptions of WriteDir.
type DirOptions struct {
	Dir     string // folder that gets the files; made when missing
	Release string // subfolder for everything but CRDs (--release-name), "" for none
}

// WriteDir writes documents to a file per template, as `helm template
// --output-dir` does, and says so on w, with an empty line at the end.
// Documents of one template go to one file, one after the other. A file of an
// earlier run is overwritten, except by a hook, which is appended to whatever
// there is. Documents without a Source go to no file and are an error.
func WriteDir(w io.Writer, docs []*manifest.Document, o DirOptions) error {
	written := map[string]bool{}
	for i := 0; i < len(docs); {
		// The parts of a document that had separators inside are one to Helm.
		n := i + 1
		for n < len(docs) && docs[n].Origin.Source == docs[i].Origin.Source && !headed(docs[n]) {
			n++
		}
		if err := o.write(w, docs[i:n], written); err != nil {
			return err
		}
		i = n
	}
	_, err := fmt.Fprintln(w)
	return err
}

// crdSource matches the template name of a file in a crds/ folder.
var crdSource = regexp.MustCompile(`^[^/]+/(?:charts/[^/]+/)*crds/`)

func (o DirOptions) write(w io.Writer, docs []*manifest.Document, written map[string]bool) error {
	source := docs[0].Origin.Source
	if source == "" {
		return fmt.Errorf("writing to %s: %s comes from no template, so it has no file name", o.Dir, docs[0].Object())
	}
	dir := o.Dir
	if o.Release != "" && !crdSource.MatchString(source) {
		dir = filepath.Join(dir, o.Release)
	}
	name := dir + string(filepath.Separator) + source
	if !filepath.IsLocal(source) {
		return fmt.Errorf("writing to %s: template %s would be written outside of it", o.Dir, source)
	}
	if err := os.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("writing to %s: %w", o.Dir, err)
	}
	if !written[source] && docs[0].ID().Hook {
		_, err := os.Stat(name)
		written[source] = err == nil
	}
	if err := writeFile(name, docs, written[source]); err != nil {
		return err
	}
	written[source] = true
	_, err := fmt.Fprintf(w, "wrote %s\n", name)
	return err
}

// headed reports whether the document begins with the header that Helm puts on
// each of its documents.
func headed(d *manifest.Document) bool {
	return bytes.HasPrefix(bytes.TrimLeft(d.Raw(), "\n"), []byte(sourcePrefix))
}

func writeFile(name string, docs []*manifest.Document, add bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	mode := os.FileMode(0o666)
	if add {
		flags, mode = os.O_WRONLY|os.O_APPEND, 0o600
	}
	f, err := os.OpenFile(name, flags, mode)
	if err != nil {
		return err
	}
	if err := manifest.Write(f, docs); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return f.Close()
}
