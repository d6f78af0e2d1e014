package charts

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
)

// readArchiveFile reads a chart archive from disk.
func (r *reading) readArchiveFile(name string) ([]file, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("reading chart archive %s: %w", name, err)
	}
	if err := expectGzip(name, head[:n]); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading chart archive %s: %w", name, err)
	}
	return r.readArchive(name, f)
}

// readArchiveData reads a chart archive that was fetched.
func (r *reading) readArchiveData(name string, data []byte) ([]file, error) {
	if err := expectGzip(name, data[:min(len(data), 512)]); err != nil {
		return nil, err
	}
	return r.readArchive(name, bytes.NewReader(data))
}

// expectGzip tells a user who named the wrong file what it is instead: `helmx
// template values.yaml chart` is a common slip.
func expectGzip(name string, head []byte) error {
	if bytes.HasPrefix(head, []byte("\x1f\x8b\x08")) {
		return nil
	}
	if strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml") {
		return refuse("CH008", "file '%s' seems to be a YAML file, but expected a gzipped archive", name).in(name).
			try("values files go with -f; the chart is the last argument")
	}
	return refuse("CH008", "file '%s' does not appear to be a gzipped archive; got '%s'", name, http.DetectContentType(head)).in(name)
}

// readArchive unpacks a chart archive into memory. Every file must lie below
// one folder, whose name does not matter. The checks of names, their order and
// their words are Helm's (LoadArchiveFiles).
func (r *reading) readArchive(name string, in io.Reader) ([]file, error) {
	unzipped, err := gzip.NewReader(&cancelReader{r.ctx, in})
	if err != nil {
		return nil, brokenArchive(r.ctx, name, err)
	}
	defer unzipped.Close()
	a := archive{reading: r, name: name, left: maxChartSize, tar: tar.NewReader(unzipped)}
	for {
		header, err := a.tar.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, brokenArchive(r.ctx, name, err)
		}
		if err := a.entry(header); err != nil {
			return nil, err
		}
	}
	if len(a.files) == 0 {
		return nil, refuse("CH002", "no files in chart archive").in(name)
	}
	r.reportMany(name, len(a.files))
	return a.files, nil
}

func brokenArchive(ctx context.Context, name string, err error) error {
	switch {
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case errors.Is(err, gzip.ErrHeader):
		return refuse("CH008", "file '%s' does not appear to be a valid chart file (details: %s)", name, err).in(name)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return refuse("CH008", "the archive is cut off: %v", err).in(name).try("download it again")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, tar.ErrHeader), isCorrupt(err):
		return refuse("CH008", "the archive is damaged: %v", err).in(name).try("download it again")
	}
	return fmt.Errorf("reading chart archive %s: %w", name, err)
}

type archive struct {
	*reading
	name  string
	left  int64 // bytes of Helm's allowance for this archive
	tar   *tar.Reader
	files []file
}

func (a *archive) entry(h *tar.Header) error {
	if err := a.countEntry(a.name); err != nil {
		return err
	}
	if h.FileInfo().IsDir() || h.Typeflag == tar.TypeXGlobalHeader || h.Typeflag == tar.TypeXHeader {
		return nil
	}
	name, err := a.inside(h.Name)
	if err != nil {
		return err
	}
	if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
		return a.special(h, name)
	}
	if h.Size > a.left {
		return refuse("CH007", "decompressed chart is larger than the maximum file size %d", int64(maxChartSize)).in(a.name)
	}
	if h.Size > maxFileSize {
		return refuse("CH007", "decompressed chart file %q is larger than the maximum file size %d", h.Name, maxFileSize).in(a.name)
	}
	if err := a.countBytes(a.name, h.Size); err != nil {
		return err
	}
	data := make([]byte, h.Size)
	if _, err := io.ReadFull(a.tar, data); err != nil {
		return brokenArchive(a.ctx, a.name, err)
	}
	// Helm refuses an archive that uses up its allowance to the byte.
	if a.left -= h.Size; a.left <= 0 {
		return refuse("CH007", "decompressed chart is larger than the maximum file size %d", int64(maxChartSize)).in(a.name)
	}
	a.files = append(a.files, file{name: name, data: withoutBOM(data)})
	return nil
}

// inside returns the path of an entry in the chart: without the first folder,
// with forward slashes.
func (a *archive) inside(entry string) (string, error) {
	delimiter := "/"
	if strings.Contains(entry, `\`) {
		delimiter = `\` // packed on Windows
	}
	top, rest, _ := strings.Cut(entry, delimiter)
	rest = strings.ReplaceAll(rest, delimiter, "/")
	if path.IsAbs(rest) {
		return "", a.unsafe(entry, "chart illegally contains absolute paths")
	}
	rest = path.Clean(rest)
	switch {
	case rest == ".":
		return "", a.unsafe(entry, fmt.Sprintf("chart illegally contains content outside the base directory: %q", entry))
	case strings.HasPrefix(rest, ".."):
		return "", a.unsafe(entry, "chart illegally references parent directory")
	case len(rest) >= 3 && isLetter(rest[0]) && rest[1:3] == ":/":
		return "", a.unsafe(entry, "chart contains illegally named files")
	case top == "Chart.yaml":
		return "", a.unsafe(entry, "chart yaml not in base directory")
	}
	return rest, nil
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func (a *archive) unsafe(entry, message string) error {
	return refuse("CH006", "%s", message).in(a.name).
		try(fmt.Sprintf("the entry is %q: do not unpack this archive", entry))
}

// special deals with links and devices. Helm reads each as an empty file, which
// loses a file without a word when the link is harmless, and hides an attempt to
// read the machine's files when it is not.
func (a *archive) special(h *tar.Header, name string) error {
	kind := "a special file"
	if h.Typeflag == tar.TypeSymlink || h.Typeflag == tar.TypeLink {
		target := strings.ReplaceAll(h.Linkname, `\`, "/")
		if h.Typeflag == tar.TypeSymlink && !path.IsAbs(target) {
			target = path.Join(path.Dir(strings.ReplaceAll(h.Name, `\`, "/")), target)
		}
		top, _, _ := strings.Cut(strings.TrimPrefix(h.Name, "./"), "/")
		if path.IsAbs(target) || !strings.HasPrefix(path.Clean(target)+"/", top+"/") {
			return refuse("CH006", "the archive holds a link out of the chart: %s -> %s", h.Name, h.Linkname).in(a.name).
				try("package the chart again: `helm package` stores the linked file itself")
		}
		kind = "a link to " + h.Linkname
	}
	d := warning("CH013", a.name, "%s is %s in the archive, and is read as an empty file", name, kind)
	d.Hint = "package the chart again: `helm package` stores the linked file itself"
	a.report(d)
	a.files = append(a.files, file{name: name, data: []byte{}})
	return nil
}

func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}

// cancelReader stops a long read when the context ends.
type cancelReader struct {
	ctx context.Context
	in  io.Reader
}

func (c *cancelReader) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.in.Read(p)
}
