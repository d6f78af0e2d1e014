// Package cluster runs a real Kubernetes API server with its etcd on loopback, for
// tests that ask whether a server accepts what helmx prints.
//
// There is no controller, no scheduler and no kubelet: objects are stored, pods
// never start, namespaces are never emptied. Admission webhooks are switched
// off, since nothing would answer them.
package cluster

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// token lets its bearer do everything; the server listens on loopback only and
// lives as long as the test.
const token = "e2e"

// Cluster is a running API server. It is safe for concurrent use.
type Cluster struct {
	URL        string // https://127.0.0.1:PORT
	Kubeconfig string // path of a file for Helm and kubectl

	programs []*exec.Cmd
	client   *http.Client

	mu    sync.Mutex
	kinds map[string]resource // by apiVersion and kind, as discovery told
}

// Start starts a server that stops when the test ends. It takes a few seconds,
// and some minutes the first time, when the server is built. Further flags of
// kube-apiserver add to the lists among its own, and replace others.
func Start(t testing.TB, flags ...string) *Cluster {
	t.Helper()
	apiserver, etcd := counterpart.ControlPlane(t)
	c, err := run(t.Context(), t.TempDir(), apiserver, etcd, flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	return c
}

// run starts a server that keeps its files in dir, and returns when it is ready.
func run(ctx context.Context, dir, apiserver, etcd string, flags []string) (*Cluster, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	key, err := serviceAccountKey()
	if err != nil {
		return nil, err
	}
	keyFile, tokens := filepath.Join(dir, "sa.key"), filepath.Join(dir, "tokens.csv")
	err = errors.Join(os.WriteFile(keyFile, key, 0o600), os.WriteFile(tokens, []byte(token+",e2e,e2e,system:masters\n"), 0o600))
	if err != nil {
		return nil, err
	}
	c := &Cluster{URL: "https://127.0.0.1:" + ports[1], Kubeconfig: filepath.Join(dir, "kubeconfig")}
	etcdURL := "http://127.0.0.1:" + ports[0]
	err = c.start(dir, etcd,
		"--data-dir="+filepath.Join(dir, "etcd"),
		"--listen-client-urls="+etcdURL, "--advertise-client-urls="+etcdURL,
		"--listen-peer-urls=http://127.0.0.1:0", "--unsafe-no-fsync", "--log-level=warn")
	if err == nil {
		err = c.start(dir, apiserver, append([]string{
			"--etcd-servers=" + etcdURL,
			"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + ports[1],
			"--cert-dir=" + filepath.Join(dir, "certs"),
			"--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/24",
			"--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-signing-key-file=" + keyFile, "--service-account-key-file=" + keyFile,
			"--token-auth-file=" + tokens, "--authorization-mode=RBAC", "--allow-privileged=true",
			"--disable-admission-plugins=ServiceAccount,MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
		}, flags...)...)
	}
	if err == nil {
		err = c.waitReady(ctx, filepath.Join(dir, "certs", "apiserver.crt"), dir)
	}
	if err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// start starts a program, with its log in dir.
func (c *Cluster) start(dir, path string, args ...string) error {
	log, err := os.Create(filepath.Join(dir, filepath.Base(path)+".log"))
	if err != nil {
		return err
	}
	defer log.Close() // the program has its own handle
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.programs = append(c.programs, cmd)
	return nil
}

// stop ends the programs, the last started first.
func (c *Cluster) stop() {
	for _, cmd := range slices.Backward(c.programs) {
		cmd.Process.Signal(syscall.SIGTERM)
		killer := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		killer.Stop()
	}
	c.programs = nil
}

// waitReady waits for the server's certificate, trusts it, and asks until the
// server is ready.
func (c *Cluster) waitReady(ctx context.Context, cert, logs string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	err := errors.New("no certificate yet")
	for ctx.Err() == nil {
		if c.client == nil {
			err = c.trust(cert)
		}
		if c.client != nil {
			if _, err = c.do(ctx, http.MethodGet, "/readyz", "", nil); err == nil {
				return nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the API server is not ready: %w\n%s", err, lastWords(logs))
}

// lastWords returns the end of each log in a folder.
func lastWords(dir string) string {
	var b strings.Builder
	files, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		fmt.Fprintf(&b, "%s:\n%s\n", f, text[max(0, len(text)-2000):])
	}
	return b.String()
}

// trust makes the client and the kubeconfig from the server's own certificate.
func (c *Cluster) trust(cert string) error {
	data, err := os.ReadFile(cert)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return errors.New("the server's certificate is not complete yet")
	}
	c.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		MaxIdleConnsPerHost: 16, // tests ask many things at a time
	}}
	return os.WriteFile(c.Kubeconfig, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: e2e
contexts: [{name: e2e, context: {cluster: e2e, user: e2e}}]
clusters: [{name: e2e, cluster: {server: %q, certificate-authority: %q}}]
users: [{name: e2e, user: {token: %s}}]
`, c.URL, cert, token), 0o600)
}

// do sends a request and returns the body of a response of the 200s; any other
// is an error that holds it. A server that asks to be asked again later, as it
// does about kinds that were defined a moment ago, is obeyed.
func (c *Cluster) do(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	for try := 0; ; try++ {
		answer, err := c.send(ctx, method, path, contentType, body)
		var status *statusError
		if try == 100 || !errors.As(err, &status) || status.code != http.StatusTooManyRequests {
			return answer, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c *Cluster) send(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(resp.Body); err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, &statusError{code: resp.StatusCode, body: answer.Bytes()}
	}
	return answer.Bytes(), nil
}

// freePorts returns n different ports that nothing listened on a moment ago.
func freePorts(n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return ports, nil
}

func serviceAccountKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}
