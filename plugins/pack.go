package plugins

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// PackOptions says what to pack and where to.
type PackOptions struct {
	Out    string  // folder; made when it is missing
	Signer *Signer // nil: archives are not signed
}

// Pack writes the archives of all plugins with a helmx binary inside, which may
// be built for another platform: version and platform are read out of it. For
// each plugin it leaves
//
//	OUT/helmN-OS-ARCH/NAME-VERSION.tgz    what "helm plugin install" takes
//	OUT/helmN-OS-ARCH/NAME-VERSION.tgz.prov    with a signer
//
// and it returns their paths. The same binary gives the same bytes.
//
// Helm 4 demands one folder in the archive, called like the archive without its
// version; Helm 3 demands that there is none.
func Pack(binary string, o PackOptions) ([]string, error) {
	built, err := readBinary(binary)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, p := range all {
		archive, err := p.archive(built)
		if err != nil {
			return paths, err
		}
		name := p.Name + "-" + pluginVersion(built.version) + ".tgz"
		folder := filepath.Join(o.Out, fmt.Sprintf("helm%d-%s-%s", p.Helm, built.os, built.arch))
		written, err := writeArchive(filepath.Join(folder, name), archive, p.Files(built.version)[0].Data, o.Signer)
		paths = append(paths, written...)
		if err != nil {
			return paths, err
		}
	}
	return paths, nil
}

// build is a helmx binary and what it says about itself.
type build struct {
	data              []byte
	version, os, arch string
}

func readBinary(file string) (build, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return build{}, Refusal{fmt.Sprintf("reading %s: %v", file, err), "name a helmx binary, of any platform"}
	}
	if !strings.HasSuffix(info.Path, "/cmd/helmx") {
		return build{}, Refusal{fmt.Sprintf("%s is no helmx: it was built from %s", file, info.Path), "name a helmx binary, of any platform"}
	}
	b := build{version: info.Main.Version}
	if b.version == "" || b.version == "(devel)" {
		b.version = "v0.0.0-devel"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			b.os = s.Value
		case "GOARCH":
			b.arch = s.Value
		}
	}
	b.data, err = os.ReadFile(file)
	return b, err
}

// archive packs the plugin's files and the binary.
func (p Plugin) archive(b build) ([]byte, error) {
	top := ""
	if p.Helm >= 4 {
		top = p.Name
	}
	list := append(p.Files(b.version), File{binaryName(b.os), b.data, 0o755})
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	tarred := tar.NewWriter(zipped)
	for _, f := range list {
		// No entries for folders: Helm 3 cannot unpack them twice.
		header := &tar.Header{Typeflag: tar.TypeReg, Name: path.Join(top, f.Name), Mode: int64(f.Mode), Size: int64(len(f.Data)), Format: tar.FormatUSTAR}
		if err := tarred.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := tarred.Write(f.Data); err != nil {
			return nil, err
		}
	}
	if err := tarred.Close(); err != nil {
		return nil, err
	}
	err := zipped.Close()
	return out.Bytes(), err
}

func binaryName(goos string) string {
	if goos == "windows" {
		return "helmx.exe"
	}
	return "helmx"
}

// writeArchive writes an archive, and beside it a signature where one is asked for.
func writeArchive(file string, data, manifest []byte, signer *Signer) ([]string, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return nil, err
	}
	if signer == nil {
		return []string{file}, nil
	}
	prov, err := signer.sign(filepath.Base(file), data, manifest)
	if err != nil {
		return []string{file}, err
	}
	return []string{file, file + ".prov"}, os.WriteFile(file+".prov", prov, 0o644)
}

// Checksums lists files as sha256sum does, by paths relative to folder.
func Checksums(folder string, paths []string) ([]byte, error) {
	var b bytes.Buffer
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		name, err := filepath.Rel(folder, p)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), filepath.ToSlash(name))
	}
	return b.Bytes(), nil
}
