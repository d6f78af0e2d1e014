#!/usr/bin/env bash
# Times 20 patches over a stream of 4,000 objects (1 MB), each of one object and each
# of all of them: the whole command of helmx beside "kustomize build" 5.8.2 with the
# same patches; and three fields of the rendered Istio charts istiod and base beside
# an empty helmx.yaml. Takes some minutes, most of them kustomize's. Needs hyperfine (a Debian package). $KUSTOMIZE names a
# kustomize to compare with instead of one built here.
#
#   bash e2e/perf/patches.sh [RUNS]
set -euo pipefail
. "$(dirname "$0")/beside-kustomize.bash"
export HOME="$work"

# objects N: ConfigMaps, Services and Deployments in turn, with comments.
objects() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			kind = i % 4 == 0 ? "Deployment" : i % 4 == 1 ? "Service" : "ConfigMap"
			printf "---\n# Source: big/templates/object-%d.yaml\n", i
			printf "apiVersion: %s\nkind: %s\n", kind == "Deployment" ? "apps/v1" : "v1", kind
			printf "metadata:\n  name: object-%d # the name\n  namespace: big\n  labels: {app: \"object-%d\"}\n", i, i
			if (kind == "Deployment") printf "spec:\n  replicas: 1\n  selector:\n    matchLabels: {app: \"object-%d\"}\n  template:\n    metadata:\n      labels: {app: \"object-%d\"}\n    spec:\n      containers:\n      - name: main\n        image: \"image:1\" # pinned\n        resources:\n          requests: {cpu: 10m}\n", i, i
			else if (kind == "Service") printf "spec:\n  selector: {app: \"object-%d\"}\n  ports:\n  - name: http # plain\n    port: 80\n", i
			else printf "data:\n  key: \"value %d\"\n  text: |\n    several\n    lines\n", i
		}
	}'
}
objects 4000 >stream.yaml

{
	printf 'apiVersion: helmx.dev/v1alpha1\nkind: Config\npatches:\n'
	for i in $(seq 0 199 3800); do
		o=$((i / 4 * 4))
		printf -- '- name: patch-%d\n  target: {kind: Deployment, name: object-%d}\n  merge: {spec: {replicas: 3, template: {spec: {containers: [{name: main, image: "image:2"}]}}}}\n' "$o" "$o"
	done
} >patches.yaml
{
	printf 'resources: [stream.yaml]\nsortOptions: {order: fifo}\npatches:\n'
	for i in $(seq 0 199 3800); do
		o=$((i / 4 * 4))
		printf -- '- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: object-%d, namespace: big}\n    spec: {replicas: 3, template: {spec: {containers: [{name: main, image: "image:2"}]}}}\n' "$o"
	done
} >kustomization.yaml

# result WHAT FILE INDEX: the median or the min of a hyperfine run, in milliseconds.
result() { node -e 'const [what, file, i] = process.argv.slice(1); console.log((require("./" + file).results[i][what] * 1000).toFixed(1))' "$@"; }

# patches: the table row of docs/performance.md.
patches() {
	hyperfine --warmup 2 --runs "$runs" --export-json helmx.json \
		'helmx post-render -c patches.yaml --skip-validation --skip-lint <stream.yaml >out.yaml' >/dev/null 2>&1
	hyperfine -N --runs 1 --export-json kustomize.json 'kustomize build .' >/dev/null 2>&1
	local mine theirs
	mine=$(result median helmx.json 0) theirs=$(result median kustomize.json 0)
	node -e '
		const [m, t] = process.argv.slice(1).map(Number)
		console.log(`| 20 patches over 4,000 objects (${(require("fs").statSync("stream.yaml").size / 1e6).toFixed(2)} MB) | ${m} ms | ${t} ms | **${(m / t).toFixed(5)}** |`)
	' "$mine" "$theirs"
}

# everywhere: 20 patches that each change every one of the 4,000 objects.
everywhere() {
	mkdir everywhere
	cp stream.yaml everywhere
	{
		printf 'apiVersion: helmx.dev/v1alpha1\nkind: Config\npatches:\n'
		for i in $(seq 20); do printf -- '- {name: label-%d, target: {name: "object-*"}, set: {metadata.labels.l%d: x}}\n' "$i" "$i"; done
	} >everywhere/patches.yaml
	{
		printf 'resources: [stream.yaml]\nsortOptions: {order: fifo}\npatches:\n'
		for i in $(seq 20); do printf -- '- target: {name: "object-.*"}\n  patch: |\n    - {op: add, path: /metadata/labels/l%d, value: x}\n' "$i"; done
	} >everywhere/kustomization.yaml
	hyperfine --runs 1 --export-json everywhere.json \
		'helmx post-render -c everywhere/patches.yaml --skip-validation --skip-lint <stream.yaml >out.yaml' 'kustomize build everywhere' >/dev/null 2>&1
	node -e '
		const [m, t] = process.argv.slice(1).map(Number)
		console.log(`| 20 patches, each of all 4,000 objects | ${m} ms | ${t} ms | **${(m / t).toFixed(3)}** |`)
	' "$(result median everywhere.json 0)" "$(result median everywhere.json 1)"
}

# fields: three fields of istiod in a stream of 1.1 MB, beside no patch at all. The
# fastest runs are compared, since the rest is a few milliseconds.
fields() {
	for chart in base istiod; do
		helmx template "$chart" "builtin:istio/$chart" -n istio-system --skip-validation --skip-lint
	done >mesh.yaml
	printf 'apiVersion: helmx.dev/v1alpha1\nkind: Config\n' >empty.yaml
	printf 'apiVersion: helmx.dev/v1alpha1\nkind: Config\npatches:\n- name: fields\n  target: {kind: Deployment, name: istiod}\n  set:\n    "spec.template.spec.containers[name=discovery].resources.requests.memory": 4Gi\n    "spec.template.spec.containers[name=discovery].resources.requests.cpu": 1\n    "spec.template.spec.containers[name=discovery].image": pilot\n' >fields.yaml
	hyperfine --warmup 3 --runs "$((runs * 3))" --export-json fields.json 'helmx version' \
		'helmx post-render -c empty.yaml --skip-validation --skip-lint <mesh.yaml >out.yaml' \
		'helmx post-render -c fields.yaml --skip-validation --skip-lint <mesh.yaml >out.yaml' >/dev/null 2>&1
	node -e '
		const [start, none, three] = process.argv.slice(1).map(Number)
		console.log(`| three fields of istiod + base (1.1 MB) | ${three} ms | start ${start} ms, no patch ${none} ms | ${(three - start).toFixed(1)} ms beyond the start |`)
	' "$(result min fields.json 0)" "$(result min fields.json 1)" "$(result min fields.json 2)"
}

echo '| | helmx | beside | ratio or rest |'
echo '|---|---|---|---|'
fields
patches
everywhere
