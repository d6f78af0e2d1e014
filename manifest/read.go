package manifest

import (
	"bytes"
	"io"
)

// Read splits a stream into its documents as Helm does: at every line that
// begins with "---", whatever follows on it. YAML agrees wherever the stream is
// valid, since no scalar, a block scalar included, can hold such a line; a
// "---" that is indented is text. Each separator belongs to the document it
// opens, and the Raw() of all documents together are data, for any bytes. The
// documents share the memory of data.
//
// White space in front of the first separator belongs to the first document. A
// document of comments alone stays a document; its `# Source:` also names the
// next one, because Helm leaves the comment of a doubled separator behind.
func Read(name string, data []byte) []*Document {
	var docs []*Document
	line, inherited := 1, ""
	annotated := bytes.Contains(data, []byte(FilenameAnnotation))
	for len(data) > 0 {
		n := nextSeparator(data)
		d := newDocument(data[:n:n], Origin{File: name, Line: line}, annotated)
		if d.Origin.Source == "" {
			d.Origin.Source = inherited
		}
		inherited = ""
		if commentOnly(d.raw) {
			inherited = d.Origin.Source
		}
		docs = append(docs, d)
		line += bytes.Count(data[:n], newline)
		data = data[n:]
	}
	return docs
}

var (
	newline   = []byte("\n")
	separator = []byte("---")
	bom       = []byte("\ufeff")
)

// nextSeparator returns where the document that begins data ends: at the next
// line that opens another one, or at the end of data.
func nextSeparator(data []byte) int {
	from := bodyStart(data)
	if i := bytes.Index(data[from:], []byte("\n---")); i >= 0 {
		return from + i + 1
	}
	return len(data)
}

// bodyStart returns where the content of a document begins: behind its
// separator and the blanks after it, which Helm drops too, so that the keys of
// "--- apiVersion: v1" line up with those below. Blank lines and a byte order
// mark may stand before the separator.
func bodyStart(raw []byte) int {
	rest := bytes.TrimPrefix(raw, bom)
	for {
		if bytes.HasPrefix(rest, separator) {
			rest = bytes.TrimLeft(rest[len(separator):], " \t")
			return len(raw) - len(rest)
		}
		i := bytes.IndexByte(rest, '\n')
		if i < 0 || len(bytes.TrimSpace(rest[:i])) > 0 {
			return 0
		}
		rest = rest[i+1:]
	}
}

// Write writes the documents one after the other: a stream that Read split
// comes out as it was. It adds a line break only where a document that was made
// without one would run into the next.
func Write(w io.Writer, docs []*Document) error {
	for i, d := range docs {
		d.settle()
		if i > 0 && lacksNewline(docs[i-1]) {
			if _, err := w.Write(newline); err != nil {
				return err
			}
		}
		if _, err := w.Write(d.raw); err != nil {
			return err
		}
	}
	return nil
}

func lacksNewline(d *Document) bool {
	return len(d.raw) > 0 && !bytes.HasSuffix(d.raw, newline)
}

// Renumber sets the Origin.Line of every document to its line in the stream
// that Write makes of them. The lines in Origin.File are kept, and so is the
// place of an item that stands in a List.
func Renumber(docs []*Document) {
	line := 1
	for _, d := range docs {
		d.settle()
		if d.item {
			continue
		}
		d.Origin.Line = line
		line += bytes.Count(d.raw, newline)
		if lacksNewline(d) {
			line++
		}
	}
}

// commentOnly reports whether the document holds nothing but comments, blank
// lines and its separator.
func commentOnly(raw []byte) bool {
	for line := range bytes.Lines(raw[bodyStart(raw):]) {
		line = bytes.TrimSpace(bytes.TrimPrefix(line, bom))
		if len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

// sourceComment returns the name that Helm left in a `# Source:` comment above
// the content, or "".
func sourceComment(raw []byte) string {
	for line := range bytes.Lines(raw[bodyStart(raw):]) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if line[0] != '#' {
			return ""
		}
		if source, ok := bytes.CutPrefix(line, []byte("# Source: ")); ok {
			return string(bytes.TrimSpace(source))
		}
	}
	return ""
}
