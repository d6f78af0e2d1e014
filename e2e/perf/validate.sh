#!/usr/bin/env bash
# Times "helmx validate" beside kubectl-validate 0.0.4 and kubeconform 0.8.0, whole
# processes, in one run, and prints the tables of docs/performance.md. kubeconform
# gets strict local schemas made from the same OpenAPI files and definitions.
# Needs hyperfine and time (Debian packages) and node. $VALIDATORS names a folder
# with both programs, to compare with these instead of ones built here.
#
#   bash e2e/perf/validate.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
runs=${1:-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if test -n "${VALIDATORS:-}"; then
	cp "$VALIDATORS/kubectl-validate" "$VALIDATORS/kubeconform" "$work"
else
	GOBIN="$work" go install sigs.k8s.io/kubectl-validate@v0.0.4
	GOBIN="$work" go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
fi
CGO_ENABLED=0 go build -o "$work/helmx" ./cmd/helmx
PATH="$work:$PATH"
cd "$work"

skip="--skip-validation --skip-lint"
for chart in base istiod; do
	helmx template mesh "builtin:istio/$chart" -n istio-system --include-crds $skip
done >mesh.yaml
helmx pull builtin:istio/base --untar
mkdir crds
cp base/files/crd-all.gen.yaml crds
kubernetes=$(cd "$root/e2e/cluster/controlplane" && go list -m -f '{{.Dir}}' k8s.io/kubernetes)
(cd "$root/e2e" && go run ./perf/kubeconformschemas "$work/schemas" "$kubernetes/api/openapi-spec/v3" "$work/crds/crd-all.gen.yaml")

conform="kubeconform -strict -n $(nproc) -schema-location $work/schemas/{{.ResourceKind}}{{.KindSuffix}}.json"
kubectl="kubectl-validate --local-crds crds"

# objects N: N Deployments and as many VirtualServices.
objects() {
	node -e '
		for (let i = 0; i < +process.argv[1]; i++) console.log(`---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${i}
  namespace: shop
  labels: {app: web-${i}}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web-${i}}
  template:
    metadata:
      labels: {app: web-${i}, version: v1}
    spec:
      serviceAccountName: web
      containers:
      - name: web
        image: example.org/web:1.${i}
        ports:
        - {name: http, containerPort: 8080}
        env:
        - {name: PORT, value: "8080"}
        - name: POD_NAME
          valueFrom: {fieldRef: {fieldPath: metadata.name}}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 256Mi}
        readinessProbe:
          httpGet: {path: /ready, port: 8080}
        volumeMounts:
        - {name: tmp, mountPath: /tmp}
      volumes:
      - name: tmp
        emptyDir: {}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web-${i}
  namespace: shop
spec:
  hosts: [web-${i}.example.org]
  http:
  - name: canary
    match:
    - headers:
        x-canary: {exact: "true"}
    route:
    - destination: {host: web-${i}, subset: v2}
  - route:
    - destination: {host: web-${i}, subset: v1}
      weight: 90
    - destination: {host: web-${i}, subset: v2}
      weight: 10
    timeout: 5s
    retries: {attempts: 3, perTryTimeout: 2s}`)
	' "$1"
}

# memory COMMAND...: peak memory in KB.
memory() {
	/usr/bin/time -f %M -o peak.kb "$@" >/dev/null
	tail -1 peak.kb
}

# against NAME GOAL FILE COMMAND: helmx and another program with the same file.
against() {
	local mine="helmx validate $3" theirs="$4 $3"
	$mine >/dev/null && $theirs >/dev/null # both must find it valid
	hyperfine -N --warmup 2 --runs "$runs" --export-json times.json "$mine" "$theirs" >/dev/null 2>&1
	node -e '
		const [name, goal, mine, theirs] = process.argv.slice(1)
		const [m, t] = require("./times.json").results.map(r => r.median * 1000)
		const f = x => x.toFixed(1)
		console.log(`| ${name} | ${f(m)} ms | ${f(t)} ms | **${(m / t).toFixed(2)}** | ${goal} | ${f(mine / 1024)} MB | ${f(theirs / 1024)} MB |`)
	' "$1" "$2" "$(memory $mine)" "$(memory $theirs)"
}

echo '| | helmx | peer | ratio | goal | helmx memory | memory of the peer |'
echo '|---|---|---|---|---|---|---|'
against 'Istio base and istiod, 1.1 MB, beside kubectl-validate' 0.25 mesh.yaml "$kubectl"
against 'the same beside kubeconform' 1.5 mesh.yaml "$conform"
objects 2500 >o5000.yaml
against '5,000 Deployments and VirtualServices beside kubeconform' 1.5 o5000.yaml "$conform"

echo
echo '| objects | size | time | ms per 1,000 objects | on one core | peak memory |'
echo '|---|---|---|---|---|---|'
for n in 1000 5000 20000; do
	objects $((n / 2)) >"o$n.yaml"
	hyperfine -N --warmup 1 --runs 5 --export-json times.json "helmx validate o$n.yaml" "env GOMAXPROCS=1 helmx validate o$n.yaml" >/dev/null 2>&1
	node -e '
		const [n, peak, bytes] = process.argv.slice(1).map(Number)
		const [all, one] = require("./times.json").results.map(r => r.median * 1000)
		const f = x => x.toFixed(1)
		console.log(`| ${n.toLocaleString("en")} | ${f(bytes / 1e6)} MB | ${f(all)} ms | ${f(all / n * 1000)} | ${f(one)} ms | ${f(peak / 1024)} MB |`)
	' "$n" "$(memory helmx validate "o$n.yaml")" "$(wc -c <"o$n.yaml")"
done
