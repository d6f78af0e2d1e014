package strategicmerge

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// differences are patches that helmx does otherwise than the API server, on
// purpose; what apimachinery makes of each is tested too, so that an entry goes
// when the reason does.
var differences = []struct {
	why           string
	object, patch string // below spec.template.spec of a Deployment
	theirs, ours  string // the result; where ours is a message, it begins with "refused: "
}{
	{
		why:    "apimachinery changes the first port of a number, whatever the protocol",
		object: `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "TCP"}]}]}`,
		patch:  `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "TCP", "hostPort": 53}]}]}`,
		theirs: `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "TCP", "hostPort": 53}, {"containerPort": 53, "protocol": "TCP"}]}]}`,
		ours:   `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "TCP", "hostPort": 53}]}]}`,
	},
	{
		why:    "without a protocol nobody can say which of two ports is meant",
		object: `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "TCP"}]}]}`,
		patch:  `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "hostPort": 53}]}]}`,
		theirs: `{"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "UDP", "hostPort": 53}, {"containerPort": 53, "protocol": "TCP"}]}]}`,
		ours:   `refused: PA107: p: 2 items of`,
	},
	{
		why:    "a value of another type is nearly always a mistake",
		object: `{"hostname": "a"}`, patch: `{"hostname": {"b": "c"}}`, theirs: `{"hostname": {"b": "c"}}`, ours: `refused: PA103: p: spec.template.spec.hostname is a string`,
	},
	{
		why:    "a map that is deleted is gone, not empty",
		object: `{"hostname": "a", "securityContext": {"runAsUser": 1}}`, patch: `{"securityContext": {"$patch": "delete"}}`,
		theirs: `{"hostname": "a", "securityContext": {}}`, ours: `{"hostname": "a"}`,
	},
	{
		why:    "$patch: replace gives its map also where there was none",
		object: `{"hostname": "a"}`, patch: `{"securityContext": {"$patch": "replace", "runAsUser": 1}}`,
		theirs: `{"hostname": "a"}`, ours: `{"hostname": "a", "securityContext": {"runAsUser": 1}}`,
	},
	{
		why:    "directives in a new item are for something that is not there, and no content",
		object: `{"hostname": "a"}`, patch: `{"volumes": [{"name": "v", "$retainKeys": ["name", "emptyDir"], "emptyDir": {}}]}`,
		theirs: `{"hostname": "a", "volumes": [{"name": "v", "$retainKeys": ["name", "emptyDir"], "emptyDir": {}}]}`,
		ours:   `{"hostname": "a", "volumes": [{"name": "v", "emptyDir": {}}]}`,
	},
}

func TestDifferences(t *testing.T) {
	around := func(spec string) []byte {
		return []byte(`{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"template": {"spec": ` + spec + `}}}`)
	}
	for _, d := range differences {
		t.Run(d.why, func(t *testing.T) {
			change := []byte(`{"spec": {"template": {"spec": ` + d.patch + `}}}`)
			theirs, err := strategicpatch.StrategicMergePatch(around(d.object), change, appsv1.Deployment{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(decode(t, around(d.theirs)), decode(t, theirs)); diff != "" {
				t.Errorf("apimachinery (-written here +now):\n%s", diff)
			}
			ours, refused := merged(t, around(d.object), "Deployment", change)
			if message, ok := strings.CutPrefix(d.ours, "refused: "); ok {
				if !strings.HasPrefix(refused, message) {
					t.Errorf("helmx says %q, want %q", refused, message)
				}
				return
			}
			if refused != "" {
				t.Fatal(refused)
			}
			if diff := gocmp.Diff(decode(t, around(d.ours)), decode(t, ours)); diff != "" {
				t.Errorf("helmx (-want +got):\n%s", diff)
			}
		})
	}
}
