package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX209", Title: "Server certificate that is checked against no name",
		Severity: diag.Info,
		Tags:     []string{"security", "tls"},
		Also:     []string{"IST0128", "IST0129"},
		Sources: []Source{
			{"Istio, NoServerCertificateVerificationDestinationLevel", "https://istio.io/latest/docs/reference/config/analysis/ist0128/"},
			{"Istio, NoServerCertificateVerificationPortLevel", "https://istio.io/latest/docs/reference/config/analysis/ist0129/"},
			{"Destination rule reference", "https://istio.io/latest/docs/reference/config/networking/destination-rule/"},
		},
		Why: "With TLS that the proxy begins and neither caCertificates, subjectAltNames nor sni, Istio up to 1.20 takes every " +
			"certificate. Since 1.21 it takes one that the authorities of the operating system have signed for the name of the " +
			"host; that is an info, since it is rarely what is wanted inside of a mesh.",
		Remedy: "Set caCertificates or credentialName, and subjectAltNames or sni.",
		Bad:    destinationRuleTLS(""),
		Good:   destinationRuleTLS("      caCertificates: /etc/certs/bank.pem\n      sni: bank.example.com\n"),
		Kinds:  []string{destinationRule},
		Object: checkServerVerified,
	})
}

func checkServerVerified(p *Pass, o *Object) {
	for _, policy := range trafficPolicies(o) {
		for _, tls := range o.below(policy, "tls") {
			mode := first(o.below(tls, "mode"))
			if name := text(mode.Node); name != "SIMPLE" && name != "MUTUAL" || saysWhom(o, tls) {
				continue
			}
			if p.Mesh.Before("1.21") {
				p.Report(o, mode, "any certificate is taken for the server's: no authority is named", "set caCertificates, and subjectAltNames or sni").Severity = p.graded(diag.Warning)
				continue
			}
			p.Report(o, mode, "the server is checked against the authorities of the operating system alone", "set caCertificates, and subjectAltNames or sni")
		}
	}
}

// saysWhom reports whether TLS settings say whom to trust, or that nobody is
// checked, which another rule reports.
func saysWhom(o *Object, tls manifest.Found) bool {
	for _, field := range []string{"caCertificates", "credentialName", "subjectAltNames[*]", "sni", "insecureSkipVerify"} {
		if text(first(o.below(tls, field)).Node) != "" {
			return true
		}
	}
	return false
}

// destinationRuleTLS is an example for rules: TLS that the proxy begins.
func destinationRuleTLS(settings string) string {
	return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: bank
  namespace: shop
spec:
  host: bank.example.com
  trafficPolicy:
    tls:
      mode: SIMPLE
` + settings
}
