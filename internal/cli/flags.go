package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

// oneOf refuses a flag value that is not allowed.
func oneOf(flag, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	names := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	return usageError{
		fmt.Sprintf("%s is %q, expected one of %s", flag, value, strings.Join(names, ", ")),
		diag.DidYouMean(value, names),
	}
}

// registerSelectionFlags adds the flags that say which chart is meant.
func registerSelectionFlags(f *pflag.FlagSet, o *charts.Selection) {
	f.StringVar(&o.Version, "version", "", "chart `VERSION` or constraint, such as 1.2.3 or ^2.0.0 (default: the latest)")
	f.BoolVar(&o.Devel, "devel", false, "take development versions too; ignored with --version")
	f.StringVar(&o.RepoURL, "repo", "", "`URL` of the chart repository that holds the chart")
	f.BoolVar(&o.PassCredentials, "pass-credentials", false, "send credentials to all hosts")
}

// registerAccessFlags adds the flags that say how to talk to repositories and
// whom to trust.
func registerAccessFlags(f *pflag.FlagSet, o *charts.Access) {
	f.BoolVar(&o.Verify, "verify", false, "verify the chart's signature before using it")
	f.StringVar(&o.Keyring, "keyring", charts.DefaultKeyring(), "`FILE` of public keys for --verify")
	f.StringVar(&o.Username, "username", "", "user name for the repository")
	f.StringVar(&o.Password, "password", "", "password for the repository")
	f.StringVar(&o.CertFile, "cert-file", "", "TLS client certificate `FILE`")
	f.StringVar(&o.KeyFile, "key-file", "", "TLS client key `FILE`")
	f.StringVar(&o.CAFile, "ca-file", "", "verify servers with this CA bundle `FILE`")
	f.BoolVar(&o.InsecureSkipTLSVerify, "insecure-skip-tls-verify", false, "do not check the server's certificate")
	f.BoolVar(&o.PlainHTTP, "plain-http", false, "talk plain HTTP to OCI registries")
}

// registerSettingsFlags adds Helm's global flags that matter without a cluster,
// and accepts those that do not, so that callers of Helm need no change.
func registerSettingsFlags(f *pflag.FlagSet, s *charts.Settings) {
	f.StringVar(&s.RegistryConfig, "registry-config", s.RegistryConfig, "`FILE` with the credentials of OCI registries")
	f.StringVar(&s.RepositoryConfig, "repository-config", s.RepositoryConfig, "`FILE` with repository names and URLs")
	f.StringVar(&s.RepositoryCache, "repository-cache", s.RepositoryCache, "`FOLDER` with cached repository indexes")
	f.StringVar(&s.KubeContext, "kube-context", s.KubeContext, "kubeconfig context whose namespace is the default")
	f.StringVar(&s.KubeConfig, "kubeconfig", s.KubeConfig, "kubeconfig `FILE` whose namespace is the default; nothing else of it is read")
	acceptForHelm(f, func(f *pflag.FlagSet) {
		for _, name := range []string{"kube-apiserver", "kube-as-user", "kube-ca-file", "kube-tls-server-name", "kube-token"} {
			f.String(name, "", "")
		}
		f.StringArray("kube-as-group", nil, "")
		f.Bool("kube-insecure-skip-tls-verify", false, "")
		f.Float32("qps", 0, "")
		f.Int("burst-limit", 0, "")
	})
}

// acceptForHelm adds flags that Helm takes and that have no effect where no
// cluster is asked, there or here. Their types are Helm's, so that a value that
// Helm refuses is refused; they are hidden from --help.
func acceptForHelm(f *pflag.FlagSet, register func(*pflag.FlagSet)) {
	accepted := pflag.NewFlagSet("", pflag.ContinueOnError)
	register(accepted)
	accepted.VisitAll(func(flag *pflag.Flag) {
		flag.Usage, flag.Hidden = "accepted as in Helm; without a cluster it has no effect there either", true
		f.AddFlag(flag)
	})
}

// stdinOnce refuses -f - where standard input holds something else.
func stdinOnce(files []string, held string) error {
	if !slices.Contains(files, "-") {
		return nil
	}
	return usageError{"-f - cannot be used here: standard input holds " + held, "write the values to a file and name that with -f"}
}

// registerValueFlags adds Helm's flags for values.
func registerValueFlags(f *pflag.FlagSet, o *charts.ValuesOptions) {
	f.StringSliceVarP(&o.Files, "values", "f", nil, "values `FILE` or URL, - for standard input; repeatable, later ones win")
	f.StringArrayVar(&o.Values, "set", nil, "set values: `key1=val1,key2=val2`; repeatable")
	f.StringArrayVar(&o.StringValues, "set-string", nil, "set string values: `key1=val1,key2=val2`; repeatable")
	f.StringArrayVar(&o.FileValues, "set-file", nil, "set values from files: `key1=path1,key2=path2`; repeatable")
	f.StringArrayVar(&o.JSONValues, "set-json", nil, "set JSON values: `key1=json1,key2=json2`; repeatable")
	f.StringArrayVar(&o.LiteralValues, "set-literal", nil, "set one literal string: `key=value`; repeatable")
}

// registerLayerFlags adds the values layers that helmx knows and Helm does not.
func registerLayerFlags(f *pflag.FlagSet, o *charts.ValuesOptions) {
	f.StringArrayVar(&o.Profiles, "profile", nil, "values profile `NAME`, of the chart or helmx.yaml; repeatable, later ones win")
	f.StringVar(&o.Platform, "platform", "", "platform `NAME` that the chart knows, such as openshift")
	f.StringVar(&o.CompatibilityVersion, "compatibility-version", "", "keep the behaviour of this `VERSION`, where the chart can")
}
