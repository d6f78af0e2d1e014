package charts

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync/atomic"

	"helm.sh/helm/v3/pkg/registry"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// fromRegistry fetches a chart from an OCI registry. ref may carry a tag or a
// digest; version may be a range, for which the registry's tags are listed.
func (l *locator) fromRegistry(ref, version string) (location, error) {
	u, err := url.Parse(ref)
	if err != nil {
		return location{}, refuse("CH001", "invalid chart URL format: %s", redacted(ref))
	}
	client, err := l.registryClient()
	if err != nil {
		return location{}, err
	}
	resolved, err := client.ValidateReference(ref, version, u)
	if err != nil {
		return location{}, registryError(l.ctx, ref, err)
	}
	at := location{url: resolved.String()}
	pulled, err := client.Pull(strings.TrimPrefix(at.url, "oci://"),
		registry.PullOptWithProv(l.Verify || l.keepProvenance), registry.PullOptIgnoreMissingProv(true))
	if err != nil {
		return at, registryError(l.ctx, at.url, err)
	}
	at.data = pulled.Chart.Data
	return at, l.withProvenance(&at, func() ([]byte, error) {
		if pulled.Prov.Data == nil {
			return nil, refuse("CH001", "the artifact holds no provenance file")
		}
		return pulled.Prov.Data, nil
	})
}

// archiveName is what `helm pull` calls the archive.
func (l location) archiveName() string {
	name := l.url
	if u, err := url.Parse(l.url); err == nil {
		name = u.Path
	}
	name = path.Base(name)
	if !registry.IsOCI(l.url) {
		return name
	}
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[:i] + "-" + name[i+1:]
	}
	return name + ".tgz"
}

// registryClient makes a client that knows Helm's and Docker's logins, and that
// stops with the context, which Helm's client cannot do by itself.
func (l *locator) registryClient() (*registry.Client, error) {
	c := l.credentials("", false)
	config, err := c.tlsConfig()
	if err != nil {
		return nil, err
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.TLSClientConfig = config
	retrying := registry.NewTransport(false)
	retrying.Base = base
	options := []registry.ClientOption{
		registry.ClientOptEnableCache(true),
		registry.ClientOptWriter(l.log()),
		registry.ClientOptCredentialsFile(l.Settings.RegistryConfig),
		registry.ClientOptBasicAuth(l.Username, l.Password),
		registry.ClientOptHTTPClient(&http.Client{Transport: &registryTransport{
			ctx: l.ctx, base: retrying, allowPlain: config == nil,
		}}),
	}
	if l.PlainHTTP {
		options = append(options, registry.ClientOptPlainHTTP())
	}
	client, err := registry.NewClient(options...)
	if err != nil {
		return nil, refuse("CH023", "registry configuration: %v", err).in(l.Settings.RegistryConfig)
	}
	return client, nil
}

// registryTransport adds to each request what Helm's client leaves out: a
// context, a limit for what is read, and - as Helm 3 has it - the fall back to
// plain HTTP for a registry that answers so, unless TLS was configured.
type registryTransport struct {
	ctx        context.Context
	base       http.RoundTripper
	allowPlain bool
	plain      atomic.Bool
}

func (t *registryTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(t.ctx)
	if t.plain.Load() {
		req.URL.Scheme = "http"
	}
	resp, err := t.base.RoundTrip(req)
	var notTLS tls.RecordHeaderError
	if t.allowPlain && req.URL.Scheme == "https" && errors.As(err, &notTLS) && string(notTLS.RecordHeader[:]) == "HTTP/" {
		t.plain.Store(true)
		req = req.Clone(t.ctx)
		req.URL.Scheme = "http"
		resp, err = t.base.RoundTrip(req)
	}
	if err != nil {
		return resp, err
	}
	resp.Body = &limitedBody{ReadCloser: resp.Body, left: maxChartSize}
	return resp, nil
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, refuse("CH007", "the chart's layer is larger than %d bytes", int64(maxChartSize))
	}
	return n, err
}

// registryError sorts what the registry client says: what the registry denies
// is about the reference, what did not reach it is about the network.
func registryError(ctx context.Context, ref string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var (
		tooLarge *problem
		answer   *errcode.ErrorResponse
		network  *url.Error
	)
	switch {
	case errors.As(err, &tooLarge):
		return tooLarge.in(ref)
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return refused(ref, http.StatusUnauthorized, err.Error())
	case errors.As(err, &answer):
		return refused(ref, answer.StatusCode, err.Error())
	case errors.Is(err, errdef.ErrNotFound):
		return refused(ref, http.StatusNotFound, err.Error())
	case errors.As(err, &network):
		return fmt.Errorf("fetching %s: %w", ref, err)
	}
	return refuse("CH001", "%s: %v", ref, err)
}
