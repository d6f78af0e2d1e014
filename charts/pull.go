package charts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/helmx-dev/helmx/diag"
)

// PullOptions says what to fetch and where to write it.
type PullOptions struct {
	Access
	Selection

	Destination    string // folder for the archive; "" means the working directory
	Untar          bool   // write the unpacked chart instead of the archive
	UntarDir       string // folder for it, below Destination unless absolute; "" means Destination itself
	KeepProvenance bool   // --prov: fetch the provenance file too, without verifying
}

// Pulled tells what Pull wrote.
type Pulled struct {
	Path string // the archive, or the folder of the unpacked chart

	// Set when the signature was verified.
	SignedBy    []string // user IDs of the key, sorted
	Fingerprint string   // of the key, in capital hex
	Digest      string   // of the archive: "sha256:..."
}

// Pull fetches a chart and writes it to disk as `helm pull` does: the archive,
// or with Untar a folder of the chart's name. A chart inside the binary is
// written as if it had been released. What is on disk already is not
// overwritten when unpacking.
func Pull(ctx context.Context, ref string, o PullOptions) (*Pulled, diag.List, error) {
	r := &reading{ctx: ctx}
	l := locator{reading: r, Access: &o.Access, Selection: &o.Selection, keepProvenance: o.KeepProvenance}
	p, err := l.pull(ref, &o)
	found, err := settle(r.found, err)
	if err != nil || found.HasErrors() {
		return nil, found, err
	}
	return p, found, nil
}

func (l *locator) pull(ref string, o *PullOptions) (*Pulled, error) {
	at, err := l.locateRemote(ref)
	if err != nil {
		return nil, err
	}
	p := &Pulled{}
	if v := at.verified; v != nil {
		for id := range v.SignedBy.Identities {
			p.SignedBy = append(p.SignedBy, id)
		}
		slices.Sort(p.SignedBy)
		p.Fingerprint = fmt.Sprintf("%X", v.SignedBy.PrimaryKey.Fingerprint)
		p.Digest = v.FileHash
	}
	if o.Untar {
		p.Path, err = l.unpack(at, ref, o)
	} else {
		p.Path, err = saveArchive(at, o.Destination)
	}
	return p, err
}

// locateRemote looks everywhere but on disk: `helm pull nginx` never means a
// folder.
func (l *locator) locateRemote(ref string) (location, error) {
	if name, ok := cutBuiltin(ref); ok {
		return l.builtin(name)
	}
	return l.fetchChart(ref)
}

func saveArchive(at location, dir string) (string, error) {
	name, data := at.archiveName(), at.data
	if at.chart != nil {
		packed, err := pack(at.chart)
		if err != nil {
			return "", err
		}
		name, data = archiveName(at.chart.Metadata), packed
	}
	if err := checkFolder(dir); err != nil {
		return "", err
	}
	target := filepath.Join(dir, name)
	if err := writeFile(target, data); err != nil {
		return "", fmt.Errorf("writing chart archive: %w", err)
	}
	if at.prov != nil {
		if err := writeFile(target+".prov", at.prov); err != nil {
			return "", fmt.Errorf("writing provenance file: %w", err)
		}
	}
	return target, nil
}

// checkFolder demands that dir is there: Helm does not make the folder that an
// archive is to be written to either. "" is the working directory.
func checkFolder(dir string) error {
	info, err := os.Stat(cmp.Or(dir, "."))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("CH017", "the folder %s does not exist", dir).in(dir).try("create it, or choose another --destination")
	case errors.Is(err, syscall.ENOTDIR), err == nil && !info.IsDir():
		return refuse("CH017", "%s is no folder", dir).in(dir).try("choose another --destination")
	case err != nil:
		return fmt.Errorf("looking for the folder of the archive: %w", err)
	}
	return nil
}

// unpack writes the chart below the folder asked for. Helm refuses when there
// is something of the name that was typed, or of the chart's own name.
func (l *locator) unpack(at location, ref string, o *PullOptions) (string, error) {
	dir := o.UntarDir
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(o.Destination, dir)
	}
	name, files, err := l.unpacked(at)
	if err != nil {
		return "", err
	}
	for _, taken := range []string{path.Base(ref), name} {
		if taken == path.Base(ref) && at.chart != nil {
			continue // a built-in chart is written below its own name
		}
		target := filepath.Join(dir, taken)
		_, err := os.Lstat(target)
		if errors.Is(err, syscall.ENOTDIR) {
			return "", refuse("CH017", "%s cannot be made: a part of the path is a file", dir).in(dir).try("choose another --untardir")
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", refuse("CH017", "failed to untar: a file or directory with the name %s already exists", target).in(target).
				try("remove it, or choose another --untardir")
		}
	}
	target := filepath.Join(dir, name)
	return target, writeInto(target, files)
}

// unpacked returns the chart's name and its files, by their paths in the chart.
func (l *locator) unpacked(at location) (string, []file, error) {
	if at.chart != nil {
		files, err := chartFiles(at.chart)
		for i := range files {
			files[i].name = files[i].name[len(at.chart.Name())+1:]
		}
		return at.chart.Name(), files, err
	}
	files, err := l.readArchiveData(at.url, at.data)
	if err != nil {
		return "", nil, err
	}
	c, _, err := l.assemble(files, source{label: at.url})
	if err != nil {
		return "", nil, err
	}
	return c.Name(), files, nil
}
