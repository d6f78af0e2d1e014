package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
)

// streamFlags are the flags of a post-renderer: what Helm knows about the
// release and does not tell.
type streamFlags struct {
	release   string
	isUpgrade bool
	values    charts.ValuesOptions
	steps     stepFlags

	oneRelease bool // the stream is one, so it holds an object only once
}

const postRenderName = "post-render"

const postRenderLong = `Read rendered manifests from standard input, patch, validate and lint them as
helmx.yaml says, and write them to standard output. Documents that no patch
touches leave byte for byte as they came. This is what Helm runs with
--post-renderer helmx; its flags are reached through --post-renderer-args.`

func (a *app) postRenderCommand() *cobra.Command {
	s := &streamFlags{}
	cmd := &cobra.Command{
		Use:     postRenderName,
		Short:   "patch, validate and lint the manifests on standard input",
		Long:    postRenderLong,
		Example: "  helm template mesh ./chart | helmx post-render",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.postRender(cmd, s) },
	}
	s.register(cmd.Flags())
	return cmd
}

func (s *streamFlags) register(f *pflag.FlagSet) {
	f.StringVar(&s.release, "release", "", "`NAME` of the release, for expressions")
	f.BoolVar(&s.isUpgrade, "is-upgrade", false, "the release is upgraded, not installed; for expressions")
	registerValueFlags(f, &s.values)
	s.steps.register(f)
}

// postRender runs the pipeline on standard input: manifests, or the ResourceList
// of a KRM function.
func (a *app) postRender(cmd *cobra.Command, s *streamFlags) error {
	if err := stdinOnce(s.values.Files, "the manifests"); err != nil {
		return err
	}
	data, err := readAll(a.In)
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	docs := manifest.Read(manifest.Stdin, data)
	if whole := manifest.FindResourceList(docs); whole != nil {
		return a.function(cmd, s, data, docs, whole)
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	s.oneRelease = true
	docs, err = a.processStream(cmd, s, cfg, docs)
	if err == nil {
		a.manifests = docs
	}
	return err
}

// processStream runs the pipeline on documents that something else rendered, and
// says what it found.
func (a *app) processStream(cmd *cobra.Command, s *streamFlags, cfg *config.Config, docs []*manifest.Document) ([]*manifest.Document, error) {
	if err := a.checkNamespace(); err != nil {
		return nil, err
	}
	o, err := a.processOptions(cfg, s.steps)
	if err != nil {
		return nil, err
	}
	docs, known, findings := config.TakeContext(docs)
	if !s.steps.skipValidation {
		findings = append(findings, misplaced(docs)...)
	}
	if findings.HasErrors() {
		return nil, a.finish(findings, pipeline.ErrStopped)
	}
	s.known(a, known, cmd.Flags().Changed("is-upgrade"), &o)
	o.Schema.Release = s.oneRelease
	addConfigValues(&s.values, cfg)
	s.values.ContextValues = known.Layer()
	docs, findings, err = pipeline.ProcessWith(cmd.Context(), docs, s.values, o)
	return docs, a.finish(findings, err)
}

// namespaceName is what Kubernetes takes as the name of a namespace.
var namespaceName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// checkNamespace refuses a namespace that no release can be in. template takes
// any, as helm template does.
func (a *app) checkNamespace() error {
	if name := a.global.namespace; name != "" && !namespaceName.MatchString(name) {
		return usageError{fmt.Sprintf("--namespace is %q, which is no name of a namespace", name), "write lower case letters, digits and dashes, at most 63 characters"}
	}
	return nil
}

// misplaced reports ResourceLists that stand where no orchestrator puts one: what
// is in them would not be seen, and no cluster takes one.
func misplaced(docs []*manifest.Document) diag.List {
	var found diag.List
	for _, d := range docs {
		if d.IsResourceList() {
			found = append(found, config.WrongResourceList(d, "a ResourceList stands among other documents", "hand it over alone, as kustomize and kpt do, or leave out the wrapping"))
		}
	}
	return found
}

// known tells the steps what is known of the release: flags win over the Context
// that the chart wrote, and that over the environment.
func (s *streamFlags) known(a *app, c *config.Context, upgradeGiven bool, o *pipeline.Options) {
	var told config.Release
	if c != nil {
		told = c.Release
	}
	settings := charts.SettingsFromEnv()
	namespace := told.Namespace
	if a.global.namespace != "" || namespace == "" {
		namespace = a.namespace(&settings)
	}
	isUpgrade := s.isUpgrade || told.IsUpgrade && !upgradeGiven
	o.Lint.Namespace = namespace
	o.SetNamespace(cmp.Or(a.global.namespace, told.Namespace))
	o.Expr.Release = exprRelease(charts.Release{Name: cmp.Or(s.release, told.Name), Namespace: namespace, IsUpgrade: isUpgrade})
	o.Expr.Release.Revision = cmp.Or(told.Revision, o.Expr.Release.Revision)
	o.Expr.Release.Service = cmp.Or(told.Service, o.Expr.Release.Service)
}

// largeInput is where memory begins to matter more than time: below it, the heap
// may be three times what is live.
const largeInput = 8 << 20

// readAll reads a stream to its end. A file is read into one buffer of its size;
// a pipe into buffers that double, so that at most two are alive. Before a large
// one is worked on, the collector is told to keep the heap small.
func readAll(in io.Reader) ([]byte, error) {
	size := 64 << 10
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() < math.MaxInt/2 {
			size = int(info.Size()) + 1
		}
	}
	data := make([]byte, 0, size)
	for {
		n, err := in.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(make([]byte, 0, 2*cap(data)), data...)
		}
	}
	if len(data) > largeInput && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(largeGC)
	}
	return data, nil
}

// largeGC is the percentage by which the heap may grow over a large input.
const largeGC = 20
