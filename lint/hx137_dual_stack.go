package lint

func init() {
	register(Rule{
		ID: "HX137", Title: "IPv4 and IPv6 together",
		Feature: "dual stack",
		Tags:    []string{"feature", "istiod"},
		Sources: []Source{
			{"Install Istio in dual-stack mode", "https://istio.io/latest/docs/setup/additional-setup/dual-stack/"},
		},
		Why: "Dual stack is Beta: proxies get listeners of both families for every Service, and all of the mesh - nodes, Services," +
			" proxies of every version - has to agree, or calls of one family fail.",
		Remedy: "Keep it if the cluster has both; set it for istiod and for the proxies alike, and check calls of both families after" +
			" an upgrade.",
		Bad:   istiodWith("ISTIO_DUAL_STACK", "true"),
		Good:  istiodWith("ISTIO_DUAL_STACK", "false"),
		Kinds: []string{"Deployment.apps"},
		Object: func(p *Pass, o *Object) {
			if value, at := o.IstiodEnv("ISTIO_DUAL_STACK"); isTrue(value) {
				p.Report(o, at, "the mesh takes IPv4 and IPv6 together, which is Beta", "check calls of both families after an upgrade")
			}
		},
	})
}
