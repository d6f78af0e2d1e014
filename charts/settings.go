package charts

import (
	"os"
	"path/filepath"
	"strconv"

	"helm.sh/helm/v3/pkg/helmpath"
	"helm.sh/helm/v3/pkg/registry"
)

// Settings is Helm's environment: where its repositories, caches and
// credentials lie. Flags of the same names overwrite the fields. The zero value
// knows no repositories, caches nothing, and leaves the logins of registries to
// the default places of Helm and Docker.
type Settings struct {
	Namespace        string // HELM_NAMESPACE or -n; "" asks the kubeconfig, see ReleaseNamespace
	KubeConfig       string // --kubeconfig; "" means KUBECONFIG, else ~/.kube/config
	KubeContext      string // HELM_KUBECONTEXT
	RepositoryConfig string // HELM_REPOSITORY_CONFIG: repositories.yaml
	RepositoryCache  string // HELM_REPOSITORY_CACHE: folder of cached indexes
	RegistryConfig   string // HELM_REGISTRY_CONFIG: credentials for OCI registries
	Debug            bool   // HELM_DEBUG
}

// SettingsFromEnv reads the variables that Helm reads, with its defaults below
// HELM_CONFIG_HOME, HELM_CACHE_HOME and the XDG folders. A variable that is set
// to nothing counts, as in Helm.
func SettingsFromEnv() Settings {
	debug, _ := strconv.ParseBool(os.Getenv("HELM_DEBUG"))
	return Settings{
		Namespace:        os.Getenv("HELM_NAMESPACE"),
		KubeContext:      os.Getenv("HELM_KUBECONTEXT"),
		RepositoryConfig: envOr("HELM_REPOSITORY_CONFIG", helmpath.ConfigPath("repositories.yaml")),
		RepositoryCache:  envOr("HELM_REPOSITORY_CACHE", helmpath.CachePath("repository")),
		RegistryConfig:   envOr("HELM_REGISTRY_CONFIG", helmpath.ConfigPath(registry.CredentialsFileBasename)),
		Debug:            debug,
	}
}

func envOr(name, fallback string) string {
	if v, ok := os.LookupEnv(name); ok {
		return v
	}
	return fallback
}

// DefaultKeyring is the public keyring that --verify uses when none is named.
func DefaultKeyring() string {
	if home, ok := os.LookupEnv("GNUPGHOME"); ok {
		return filepath.Join(home, "pubring.gpg")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".gnupg", "pubring.gpg")
}
