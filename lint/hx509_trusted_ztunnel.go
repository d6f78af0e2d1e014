package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX509", Title: "ztunnel that istiod does not trust", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"install", "ambient", "security"},
		Sources: []Source{
			{"ztunnel chart: its values say what istiod has to be told", "https://github.com/istio/istio/blob/master/manifests/charts/ztunnel/values.yaml"},
			{"pilot-discovery reference: CA_TRUSTED_NODE_ACCOUNTS", "https://istio.io/latest/docs/reference/commands/pilot-discovery/"},
		},
		Why: "ztunnel asks istiod for certificates of the workloads on its node. istiod gives them to the service accounts that " +
			"CA_TRUSTED_NODE_ACCOUNTS lists and to nobody else: a ztunnel in another namespace, or of another name, gets none, and " +
			"no pod of ambient mode can be reached.",
		Remedy: "Set trustedZtunnelNamespace and trustedZtunnelName in the values of the istiod chart to where ztunnel runs.",
		Bad:    istiodWith("CA_TRUSTED_NODE_ACCOUNTS", "istio-system/ztunnel") + "---\n" + ztunnelIn("kube-system", "1.31.1"),
		Good:   istiodWith("CA_TRUSTED_NODE_ACCOUNTS", "kube-system/ztunnel") + "---\n" + ztunnelIn("kube-system", "1.31.1"),
		Whole:  checkTrustedZtunnel,
	})
}

func checkTrustedZtunnel(p *Pass) {
	parts := p.Mesh.install()
	var trusted []string
	for _, o := range parts.istiods {
		list, at := o.IstiodEnv("CA_TRUSTED_NODE_ACCOUNTS")
		if at.Node == nil {
			return // from elsewhere, or an istiod of before there was such a list
		}
		for account := range strings.SplitSeq(list, ",") {
			trusted = append(trusted, strings.TrimSpace(account))
		}
	}
	if len(parts.istiods) == 0 {
		return
	}
	for _, o := range parts.ztunnels {
		at := o.First("spec.template.spec.serviceAccountName")
		account := o.Namespace() + "/" + cmp.Or(text(at.Node), "default")
		if !slices.Contains(trusted, account) {
			p.Report(o, at, fmt.Sprintf("ztunnel runs as %s, and istiod trusts %s", account, strings.Join(trusted, ", ")),
				"set trustedZtunnelNamespace and trustedZtunnelName in the values of the istiod chart")
		}
	}
}
