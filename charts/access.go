package charts

import (
	"io"
	"strings"
)

// Access is what every command that fetches charts takes: where Helm's
// configuration lies, and the credentials and TLS settings of the command line.
// A repository of Helm's repositories.yaml that has its own keeps them.
type Access struct {
	Settings Settings

	Username, Password        string
	CertFile, KeyFile, CAFile string
	InsecureSkipTLSVerify     bool
	PlainHTTP                 bool // OCI registries without TLS

	Verify  bool      // demand a valid provenance file
	Keyring string    // public keys for Verify; "" means DefaultKeyring
	Log     io.Writer // progress, in Helm's words; nil means silence
}

func (a *Access) log() io.Writer {
	if a.Log == nil {
		return io.Discard
	}
	return a.Log
}

func (a *Access) keyring() string {
	if a.Keyring == "" {
		return DefaultKeyring()
	}
	return a.Keyring
}

// Selection says which chart of a repository is meant.
type Selection struct {
	RepoURL         string // --repo: the chart is a name in this repository
	Version         string // exact version or constraint; "" means the latest stable one
	Devel           bool   // pre-releases too; ignored when Version is set, as in Helm
	PassCredentials bool   // send credentials to whatever host the repository names
}

func (s *Selection) version() string {
	v := strings.TrimSpace(s.Version)
	if v == "" && s.Devel {
		return ">0.0.0-0"
	}
	return v
}
