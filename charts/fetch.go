package charts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

const (
	fetchTimeout = 120 * time.Second // Helm's, for one request
	maxRedirects = 10
	maxIndexSize = 512 << 20 // bytes; the largest public indexes are near 30 MB
)

// credentials are what a server may be shown. They go to the scheme, host and
// port of origin only, and to every host with everywhere.
type credentials struct {
	origin                    string
	username, password        string
	everywhere                bool
	certFile, keyFile, caFile string
	insecure                  bool
}

// credentials are those of the command line, for a server the user named.
func (a *Access) credentials(origin string, everywhere bool) credentials {
	return credentials{
		origin: origin, username: a.Username, password: a.Password, everywhere: everywhere,
		certFile: a.CertFile, keyFile: a.KeyFile, caFile: a.CAFile, insecure: a.InsecureSkipTLSVerify,
	}
}

// with prefers what Helm's configuration says about a repository, in the three
// groups in which Helm does.
func (c credentials) with(e *repoEntry) credentials {
	c.origin = e.URL
	if e.Username != "" && e.Password != "" {
		c.username, c.password, c.everywhere = e.Username, e.Password, e.PassCredentialsAll
	}
	if e.CertFile != "" || e.KeyFile != "" || e.CAFile != "" {
		c.certFile, c.keyFile, c.caFile = e.CertFile, e.KeyFile, e.CAFile
	}
	c.insecure = c.insecure || e.InsecureSkipTLSverify
	return c
}

// allowed reports whether a request may carry the user name and password.
func (c *credentials) allowed(to *url.URL) bool {
	if c.username == "" || c.password == "" {
		return false
	}
	origin, err := url.Parse(c.origin)
	return c.everywhere || err == nil && origin.Scheme == to.Scheme && origin.Host == to.Host
}

// tlsConfig returns nil when the defaults do.
func (c *credentials) tlsConfig() (*tls.Config, error) {
	pair := c.certFile != "" && c.keyFile != ""
	if !pair && c.caFile == "" && !c.insecure {
		return nil, nil
	}
	config := &tls.Config{InsecureSkipVerify: c.insecure} //nolint:gosec // the user asked for it by name
	if pair {
		cert, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
		if err != nil {
			return nil, refuse("CH022", "can't load key pair from cert %s and key %s: %v", c.certFile, c.keyFile, err)
		}
		config.Certificates = []tls.Certificate{cert}
	}
	if c.caFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(c.caFile)
	if err != nil {
		return nil, refuse("CH022", "can't read CA file: %v", err).in(c.caFile)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, refuse("CH022", "the CA file holds no certificate in PEM form").in(c.caFile)
	}
	return config, nil
}

func (c *credentials) client() (*http.Client, error) {
	config, err := c.tlsConfig()
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: fetchTimeout,
		// Compression is off since an archive is compressed already, and some
		// servers label a .tgz as gzip-encoded, which would unpack it unasked.
		Transport: &http.Transport{DisableCompression: true, Proxy: http.ProxyFromEnvironment, TLSClientConfig: config},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= maxRedirects {
				return fmt.Errorf("stopped after %d redirects", maxRedirects)
			}
			// net/http keeps the header for subdomains and other ports.
			if !c.allowed(req.URL) {
				req.Header.Del("Authorization")
			}
			return nil
		},
	}, nil
}

// get fetches one file of at most limit bytes.
func (c *credentials) get(ctx context.Context, rawURL string, limit int64) ([]byte, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, refuse("CH001", "invalid chart URL format: %s", redacted(rawURL))
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, refuse("CH001", "scheme %q not supported: %s", u.Scheme, u.Redacted()).try(otherScheme(u.Scheme))
	}
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, nil)
	if err != nil {
		return nil, refuse("CH001", "invalid chart URL format: %s", u.Redacted())
	}
	// Repositories count and sometimes admit their clients by this name.
	req.Header.Set("User-Agent", "Helm/"+strings.TrimPrefix(chartutil.HelmVersion, "v"))
	if c.allowed(u) {
		req.SetBasicAuth(c.username, c.password)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fetchError(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, refused(u.Redacted(), resp.StatusCode, resp.Status)
	}
	return readLimited(ctx, u.Redacted(), resp.Body, limit)
}

// otherScheme says what to write instead of an address that cannot be fetched.
func otherScheme(scheme string) string {
	if scheme+":" == BuiltinPrefix {
		return "builtin: is for the chart of a command, not for a repository; a dependency with version " + IstioVersion +
			" and repository " + IstioRepository + " is taken from the binary"
	}
	return "charts come from http, https and oci addresses, from disk and from the binary"
}

func readLimited(ctx context.Context, from string, body io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fetchError(ctx, fmt.Errorf("fetching %s: %w", from, err))
	}
	if int64(len(data)) > limit {
		return nil, refuse("CH007", "%s is larger than %d bytes", from, limit)
	}
	return data, nil
}

// refused tells what a server's status means for the user. What is not about
// the request is the server's trouble, and so an error.
func refused(what string, status int, text string) error {
	switch status {
	case http.StatusNotFound, http.StatusGone:
		return refuse("CH001", "failed to fetch %s : %s", what, text)
	case http.StatusUnauthorized, http.StatusForbidden:
		return refuse("CH021", "failed to fetch %s : %s", what, text).
			try("give --username and --password, or log in with `helm repo add` or `helm registry login`")
	}
	return fmt.Errorf("failed to fetch %s : %s", what, text)
}

// fetchError makes a cancelled fetch look like any other cancelled step.
func fetchError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if u := (*url.Error)(nil); errors.As(err, &u) && u.Timeout() {
		return fmt.Errorf("no answer within %s: %w", fetchTimeout, err)
	}
	return err
}
