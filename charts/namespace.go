package charts

import (
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

const (
	defaultNamespace  = "default"
	serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount"
)

// kubeconfig is the little of a kubeconfig file that names a namespace.
type kubeconfig struct {
	CurrentContext string `json:"current-context"`
	Contexts       []struct {
		Name    string `json:"name"`
		Context struct {
			Namespace string `json:"namespace"`
		} `json:"context"`
	} `json:"contexts"`
}

// ReleaseNamespace is the namespace of a release when -n does not say: the
// setting, else that of the kubeconfig's context, else the pod's own, else
// "default". A kubeconfig that cannot be read or lacks the context counts as
// none: rendering needs no cluster. The order is client-go's
// (tools/clientcmd, DeferredLoadingClientConfig.Namespace).
func (s Settings) ReleaseNamespace() string {
	if s.Namespace != "" {
		return s.Namespace
	}
	found, readable := s.contextNamespace()
	if !readable {
		return defaultNamespace
	}
	if found != "" {
		return found
	}
	return podNamespace()
}

// contextNamespace looks the context up in all kubeconfig files; in each the
// first one that says something wins. readable is false when a file is broken
// or names a context that does not exist.
func (s Settings) contextNamespace() (namespace string, readable bool) {
	context, namespaces := s.KubeContext, map[string]string{}
	for _, file := range s.kubeconfigFiles() {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // client-go skips what is not there
		}
		var k kubeconfig
		if err := yaml.Unmarshal(data, &k); err != nil {
			return "", false
		}
		if context == "" {
			context = k.CurrentContext
		}
		for _, c := range k.Contexts {
			if _, known := namespaces[c.Name]; !known {
				namespaces[c.Name] = c.Context.Namespace
			}
		}
	}
	if context == "" {
		return "", true
	}
	namespace, known := namespaces[context]
	return namespace, known
}

func (s Settings) kubeconfigFiles() []string {
	if s.KubeConfig != "" {
		return []string{s.KubeConfig}
	}
	if list := os.Getenv("KUBECONFIG"); list != "" {
		return filepath.SplitList(list)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return []string{filepath.Join(home, ".kube", "config")}
}

// podNamespace is where helmx itself runs, when that is a pod.
func podNamespace() string {
	token, err := os.Stat(filepath.Join(serviceAccountDir, "token"))
	inPod := err == nil && !token.IsDir() &&
		os.Getenv("KUBERNETES_SERVICE_HOST") != "" && os.Getenv("KUBERNETES_SERVICE_PORT") != ""
	if !inPod {
		return defaultNamespace
	}
	if namespace := os.Getenv("POD_NAMESPACE"); namespace != "" {
		return namespace
	}
	data, err := os.ReadFile(filepath.Join(serviceAccountDir, "namespace"))
	if namespace := strings.TrimSpace(string(data)); err == nil && namespace != "" {
		return namespace
	}
	return defaultNamespace
}
