package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// announced are APIs that k8s.io/api no longer holds, those of the modules beside
// it, and deprecations that are only announced in comments: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
var announced = []pack.Lifecycle{
	life("admissionregistration.k8s.io", "v1beta1", "MutatingWebhookConfiguration", 9, 16, 22, "admissionregistration.k8s.io/v1"),
	life("admissionregistration.k8s.io", "v1beta1", "ValidatingWebhookConfiguration", 9, 16, 22, "admissionregistration.k8s.io/v1"),
	{Version: "v1", Kind: "Endpoints", Introduced: 1, Deprecated: 33, Replacement: "discovery.k8s.io/v1 EndpointSlice"},
	{Version: "v1", Kind: "ComponentStatus", Introduced: 1, Deprecated: 19},
	life("apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition", 7, 16, 22, "apiextensions.k8s.io/v1"),
	life("apiregistration.k8s.io", "v1beta1", "APIService", 7, 19, 22, "apiregistration.k8s.io/v1"),
	life("autoscaling", "v2beta1", "HorizontalPodAutoscaler", 8, 22, 25, "autoscaling/v2"),
	life("autoscaling", "v2beta2", "HorizontalPodAutoscaler", 12, 22, 26, "autoscaling/v2"),
	life("batch", "v2alpha1", "CronJob", 4, 8, 21, "batch/v1"),
	life("rbac.authorization.k8s.io", "v1alpha1", "ClusterRole", 5, 17, 22, "rbac.authorization.k8s.io/v1"),
	life("rbac.authorization.k8s.io", "v1alpha1", "ClusterRoleBinding", 5, 17, 22, "rbac.authorization.k8s.io/v1"),
	life("rbac.authorization.k8s.io", "v1alpha1", "Role", 5, 17, 22, "rbac.authorization.k8s.io/v1"),
	life("rbac.authorization.k8s.io", "v1alpha1", "RoleBinding", 5, 17, 22, "rbac.authorization.k8s.io/v1"),
	life("scheduling.k8s.io", "v1alpha1", "PriorityClass", 8, 14, 22, "scheduling.k8s.io/v1"),
}

// life is an API that another version of the same kind replaced.
func life(group, version, kind string, introduced, deprecated, removed int, apiVersion string) pack.Lifecycle {
	return pack.Lifecycle{Group: group, Version: version, Kind: kind,
		Introduced: introduced, Deprecated: deprecated, Removed: removed, Replacement: apiVersion + " " + kind}
}

// replaced completes lifecycles that name no replacement though there is one:
// their own API version was retired together with the type behind it.
var replaced = map[string]string{
	"policy/v1beta1 PodSecurityPolicy":     "Pod Security admission (labels on the Namespace)",
	"extensions/v1beta1 PodSecurityPolicy": "Pod Security admission (labels on the Namespace)",
}

// groups are API groups whose name is not the folder name in k8s.io/api; the
// others are the folder name, or that with ".k8s.io".
var groups = map[string]string{
	"core": "", "rbac": "rbac.authorization.k8s.io", "flowcontrol": "flowcontrol.apiserver.k8s.io",
	"apps": "apps", "autoscaling": "autoscaling", "batch": "batch", "extensions": "extensions", "policy": "policy",
}

// readLifecycles reads when APIs came and went. APIs that are neither
// deprecated nor removed are left out: the kinds of a release say enough.
func readLifecycles(module string) ([]pack.Lifecycle, error) {
	dir, err := moduleDir(module)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*/*/zz_generated.prerelease-lifecycle.go"))
	if err != nil {
		return nil, err
	}
	all := map[gvk]pack.Lifecycle{}
	for _, l := range announced {
		all[gvk{l.Group, l.Version, l.Kind}] = l
	}
	for _, f := range files {
		if err := readLifecycle(f, all); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	return sortLifecycles(all), nil
}

func sortLifecycles(all map[gvk]pack.Lifecycle) []pack.Lifecycle {
	var out []pack.Lifecycle
	for _, l := range all {
		if name := pack.APIVersion(l.Group, l.Version) + " " + l.Kind; l.Replacement == "" {
			l.Replacement = replaced[name]
		}
		if l.Deprecated != 0 || l.Removed != 0 {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b pack.Lifecycle) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// readLifecycle reads one generated file: methods on a kind's type that return
// literals.
func readLifecycle(file string, all map[gvk]pack.Lifecycle) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	version := filepath.Base(filepath.Dir(file))
	folder := filepath.Base(filepath.Dir(filepath.Dir(file)))
	group, ok := groups[folder]
	if !ok {
		group = folder + ".k8s.io"
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil {
			continue
		}
		kind := fn.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
		key := gvk{group, version, kind}
		l := all[key] // what is known already stays, where the file is silent
		l.Group, l.Version, l.Kind = group, version, kind
		readMethod(fn, &l)
		if !strings.HasSuffix(kind, "List") {
			all[key] = l
		}
	}
	return nil
}

func readMethod(fn *ast.FuncDecl, l *pack.Lifecycle) {
	ret, ok := fn.Body.List[0].(*ast.ReturnStmt)
	if !ok {
		return
	}
	switch strings.TrimPrefix(fn.Name.Name, "APILifecycle") {
	case "Introduced":
		l.Introduced = minor(ret)
	case "Deprecated":
		l.Deprecated = minor(ret)
	case "Removed":
		l.Removed = minor(ret)
	case "Replacement":
		l.Replacement = replacement(ret.Results[0])
	}
}

func minor(ret *ast.ReturnStmt) int {
	if lit, ok := ret.Results[len(ret.Results)-1].(*ast.BasicLit); ok {
		n, _ := strconv.Atoi(lit.Value)
		return n
	}
	return 0
}

func replacement(e ast.Expr) string {
	fields := map[string]string{}
	if lit, ok := e.(*ast.CompositeLit); ok {
		for _, e := range lit.Elts {
			kv := e.(*ast.KeyValueExpr)
			fields[kv.Key.(*ast.Ident).Name] = stringLiteral(kv.Value)
		}
	}
	return pack.APIVersion(fields["Group"], fields["Version"]) + " " + fields["Kind"]
}
