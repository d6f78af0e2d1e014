package charts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
)

// stdinName is the name of standard input in findings.
const stdinName = "<stdin>"

// read returns the bytes behind the name of a values file, and the name to
// show. Helm's rules: "-" is standard input, http and https are fetched, and
// everything else is a path.
func (v *valuing) read(name string) (data []byte, shown string, err error) {
	if strings.TrimSpace(name) == "-" {
		data, err = v.readStdin()
		return data, stdinName, err
	}
	u, err := url.Parse(name)
	if err != nil {
		return nil, name, refuse("CH101", "the name of the file cannot be used, since Helm reads it as a URL: %v", err).in(name).try("rename the file: a % in a name must be followed by two hexadecimal digits")
	}
	switch u.Scheme {
	case "http", "https":
		data, err = v.fetch(u)
		name = u.Redacted()
	case "oci":
		err = refuse("CH101", "a values file cannot be read from an OCI registry").in(name)
	default:
		data, err = readValuesFile(name, u.Scheme)
	}
	return data, name, err
}

// transferError is a failure of helmx, not of its input: the values file may be
// there, but it cannot be had.
type transferError struct {
	file string
	err  error
}

func (e *transferError) Error() string {
	return fmt.Sprintf("reading values file %s: %v", e.file, e.err)
}
func (e *transferError) Unwrap() error { return e.err }

// readStdin reads standard input once; whoever asks again gets nothing, as in
// Helm.
func (v *valuing) readStdin() ([]byte, error) {
	if v.stdinRead {
		v.found = append(v.found, warning("CH101", stdinName, "standard input is asked for a second time, when there is nothing left to read"))
		return nil, nil
	}
	v.stdinRead = true
	if v.options.Stdin == nil {
		return nil, nil
	}
	data, err := io.ReadAll(v.options.Stdin)
	if err != nil {
		return nil, &transferError{stdinName, err}
	}
	return data, nil
}

func readValuesFile(name, scheme string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err == nil {
		return data, nil
	}
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	p := refuse("CH101", "reading values file: %v", err).in(name)
	switch {
	case strings.Contains(name, "://"):
		p.try("helmx fetches http and https; it does not run Helm's downloader plugins, so not " + scheme)
	case errors.Is(err, fs.ErrNotExist):
		p.try(diag.DidYouMean(filepath.Base(name), siblings(name)))
	}
	return nil, p
}

// siblings lists the files beside a file that was not found.
func siblings(name string) []string {
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func (v *valuing) fetch(u *url.URL) ([]byte, error) {
	address := u.Redacted()
	request, err := http.NewRequestWithContext(v.ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, refuse("CH101", "reading values file: %v", err).in(address)
	}
	request.Header.Set("User-Agent", "Helm/"+strings.TrimPrefix(chartutil.HelmVersion, "v"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		if cause := context.Cause(v.ctx); cause != nil {
			err = cause
		}
		return nil, &transferError{address, err}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, refuse("CH101", "reading values file: the server says %s", response.Status).in(address)
	}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, &transferError{address, err}
	}
	return data, nil
}
