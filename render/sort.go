package render

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/render/engine"
	"github.com/helmx-dev/helmx/render/helmyaml"
)

// entry is one document of a rendered file.
type entry struct {
	file  *engine.File
	start int    // offset of text in file.Text
	text  string // without separator and white space around it
	head  helmyaml.SimpleHead
	err   error
	test  bool // a hook that is a test
}

// installOrder is the order in which Helm installs kinds. Kinds it does not
// know come last, by name.
var installOrder = func() map[string]int {
	order := map[string]int{}
	for i, kind := range strings.Fields(`PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange
		PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList ConfigMap StorageClass
		PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList
		ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet
		Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob
		IngressClass Ingress APIService`) {
		order[kind] = i
	}
	return order
}()

const (
	hookAnnotation = "helm.sh/hook"
	testHook       = "test"
)

// hookEvents are the values of the hook annotation that Helm knows.
// "test-success" is from Helm 2.
var hookEvents = map[string]bool{
	"pre-install": true, "post-install": true, "pre-delete": true, "post-delete": true, "pre-upgrade": true,
	"post-upgrade": true, "pre-rollback": true, "post-rollback": true, testHook: true, "test-success": true,
}

// sortFiles splits files into documents and sorts them as Helm installs them:
// by kind, then by file name, then by place in the file. Hooks go apart, in the
// same order; documents with an unknown hook are dropped, as Helm does.
func sortFiles(files []*engine.File, f finder, warn func(string)) (objects, hooks []*entry, findings diag.List) {
	files = slices.SortedFunc(slices.Values(files), func(a, b *engine.File) int { return cmp.Compare(a.Name, b.Name) })
	var all []*entry
	for _, file := range files {
		for _, p := range split(file.Text) {
			all = append(all, &entry{file: file, start: p.start, text: file.Text[p.start:p.end]})
		}
	}
	readHeads(all)
	for _, e := range all {
		if e.err != nil {
			findings = append(findings, f.badDocument(e))
			continue
		}
		annotation, isHook := e.head.Annotation(hookAnnotation)
		switch {
		case !isHook:
			objects = append(objects, e)
		case e.knownHook(annotation):
			hooks = append(hooks, e)
		default:
			if warn != nil {
				warn("info: skipping unknown hook: " + quoted(annotation))
			}
			findings = append(findings, f.unknownHook(e, annotation))
		}
	}
	slices.SortStableFunc(objects, byKind)
	slices.SortStableFunc(hooks, byKind)
	return objects, hooks, findings
}

// knownHook reads the hook annotation: a list of events, all of which Helm has
// to know.
func (e *entry) knownHook(annotation string) bool {
	for event := range strings.SplitSeq(annotation, ",") {
		event = strings.ToLower(strings.TrimSpace(event))
		if !hookEvents[event] {
			return false
		}
		e.test = e.test || strings.HasPrefix(event, testHook)
	}
	return true
}

func byKind(a, b *entry) int {
	x, known := installOrder[a.head.Kind]
	y, other := installOrder[b.head.Kind]
	switch {
	case known && other:
		return cmp.Compare(x, y)
	case known:
		return -1
	case other:
		return 1
	}
	return cmp.Compare(a.head.Kind, b.head.Kind)
}

// readHeads fills head and err of the entries, on all processors.
func readHeads(entries []*entry) {
	const batch = 8 // documents are small: hand out several at once
	var next sync.Mutex
	at := 0
	take := func() []*entry {
		next.Lock()
		defer next.Unlock()
		from := min(at, len(entries))
		at = min(from+batch, len(entries))
		return entries[from:at]
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(entries)/batch+1) {
		wg.Go(func() {
			for work := take(); len(work) > 0; work = take() {
				for _, e := range work {
					e.head, e.err = helmyaml.ReadHead(e.text)
				}
			}
		})
	}
	wg.Wait()
}
