package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX210", Title: "Certificate of the other side not verified",
		Severity: diag.Error,
		Tags:     []string{"security", "tls"},
		Sources: []Source{
			{"DestinationRule reference: ClientTLSSettings", "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings"},
		},
		Why: "Without verification anyone on the way can answer with a certificate of their own and read or change what " +
			"passes: the encryption protects from nobody who can be there.",
		Remedy: "Remove insecureSkipVerify; name the authority with caCertificates or credentialName, and the expected names with " +
			"subjectAltNames.",
		Bad: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: bank
  namespace: shop
spec:
  host: bank.example.com
  trafficPolicy:
    tls:
      mode: SIMPLE
      insecureSkipVerify: true
`,
		Good: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: bank
  namespace: shop
spec:
  host: bank.example.com
  trafficPolicy:
    tls:
      mode: SIMPLE
      caCertificates: /etc/ssl/certs/bank-ca.pem
`,
		Kinds:  []string{destinationRule, istioGateway, "Deployment.apps"},
		Object: checkSkipVerify,
	})
}

func checkSkipVerify(p *Pass, o *Object) {
	var found []manifest.Found
	switch o.ID.Kind {
	case "DestinationRule":
		for _, policy := range trafficPolicies(o) {
			found = append(found, o.below(policy, "tls.insecureSkipVerify")...)
		}
	case "Gateway":
		found = o.Find("spec.servers[*].tls.insecureSkipVerify")
	default:
		_, at := o.IstiodEnv("JWKS_RESOLVER_INSECURE_SKIP_VERIFY")
		found = []manifest.Found{at}
	}
	for _, at := range found {
		if isTrue(text(at.Node)) {
			p.Report(o, at, "the certificate of the other side is not verified", "remove it, and name the authority that is to be trusted")
		}
	}
}
