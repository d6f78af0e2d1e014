package patch

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// clusterKinds are the built-in kinds, and those of the Gateway API, whose
// objects have no namespace. Those of CRDs in the stream say so themselves.
var clusterKinds = []string{
	"APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ClusterTrustBundle",
	"ComponentStatus", "CustomResourceDefinition", "DeviceClass", "FlowSchema", "GatewayClass", "IPAddress", "IngressClass",
	"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume",
	"PriorityClass", "PriorityLevelConfiguration", "ResourceSlice", "RuntimeClass", "SelfSubjectAccessReview", "SelfSubjectReview",
	"SelfSubjectRulesReview", "ServiceCIDR", "StorageClass", "StorageVersion", "StorageVersionMigration", "SubjectAccessReview",
	"TokenReview", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
	"VolumeAttributesClass",
}

// namespaceReference is a field that names the namespace of another object.
type namespaceReference struct {
	kinds []string      // whose objects have the field
	at    manifest.Path // of the map with name and namespace
	to    string        // the kind that is meant; "" where the map has a kind
}

var (
	namespaceField      = manifest.Keys("metadata", "namespace")
	namespaceReferences = []namespaceReference{
		{kinds: []string{"RoleBinding", "ClusterRoleBinding"}, at: manifest.Path{{Key: "subjects"}, {Kind: manifest.All}}},
		{kinds: []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}, at: manifest.Path{{Key: "webhooks"}, {Kind: manifest.All}, {Key: "clientConfig"}, {Key: "service"}}, to: "Service"},
		{kinds: []string{"CustomResourceDefinition"}, at: manifest.Keys("spec", "conversion", "webhook", "clientConfig", "service"), to: "Service"},
		{kinds: []string{"APIService"}, at: manifest.Keys("spec", "service"), to: "Service"},
	}
)

// moved is an object whose namespace a patch has changed, by its old name.
type moved struct{ kind, namespace, name string }

// namespace reads `namespace: NAME`: the namespace of every object that has one,
// and of references to these objects.
func (p *parser) namespace(patch *Patch, key, n *manifest.Node) {
	p.everywhere(patch)
	p.text("namespace", n)
	n = manifest.Copy(n)
	set := setText(p.span(key), namespaceField, n)
	patch.changes = append(patch.changes, change{span: set.span, path: set.path, apply: func(o *object) ([]removal, *problem) {
		if o.run.isClusterScoped(o.id) {
			return nil, nil
		}
		o.run.moved[moved{o.id.Kind, o.id.Namespace, o.id.Name}] = true
		return set.apply(o)
	}}, change{span: p.span(key), kinds: referringKinds(), apply: func(o *object) ([]removal, *problem) { return nil, o.followMoved(p.span(key), n) }})
}

func referringKinds() []string {
	var kinds []string
	for _, r := range namespaceReferences {
		kinds = append(kinds, r.kinds...)
	}
	return kinds
}

// followMoved changes what an object says about the namespaces of moved ones.
func (o *object) followMoved(span diag.Span, to *manifest.Node) *problem {
	for _, r := range namespaceReferences {
		if !slices.Contains(r.kinds, o.id.Kind) {
			continue
		}
		found, _ := r.at.Find(o.root)
		for _, f := range found {
			if !o.run.moved[r.named(f.Node)] {
				continue
			}
			if _, p := setText(span, f.Path.Child("namespace"), to).apply(o); p != nil {
				return p
			}
		}
	}
	return nil
}

// named is the object that a reference names.
func (r namespaceReference) named(n *manifest.Node) moved {
	text := func(key string) string {
		_, v := manifest.Lookup(n, key)
		s, _ := manifest.Value(v).(string)
		return s
	}
	m := moved{kind: r.to, namespace: text("namespace"), name: text("name")}
	if m.kind == "" {
		m.kind = text("kind")
	}
	return m
}

// isClusterScoped reports whether objects of a kind have no namespace. What is
// not known has one, unless a CRD of the stream says otherwise.
func (r *run) isClusterScoped(id manifest.ID) bool {
	if slices.Contains(clusterKinds, id.Kind) {
		return true
	}
	if r.scopes == nil {
		r.scopes = r.readScopes()
	}
	return r.scopes[id.Group()+"/"+id.Kind] == "Cluster"
}

// readScopes returns the scopes of the stream's own kinds by group/Kind.
func (r *run) readScopes() map[string]string {
	scopes := map[string]string{}
	for _, d := range r.candidates(&Target{Kind: Patterns{{text: "CustomResourceDefinition"}}}) {
		root, err := d.Tree()
		if err != nil {
			continue
		}
		text := func(keys ...string) string {
			s, _ := manifest.Value(manifest.Keys(keys...).Get(root)).(string)
			return s
		}
		scopes[text("spec", "group")+"/"+text("spec", "names", "kind")] = text("spec", "scope")
	}
	return scopes
}

// everywhere makes a patch one for every object that it concerns, unless it has
// a target of its own.
func (p *parser) everywhere(patch *Patch) { patch.anywhere, patch.convenient = true, true }
