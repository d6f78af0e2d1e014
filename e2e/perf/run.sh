#!/usr/bin/env bash
# Times helmx beside Helm 3.22.0, whole processes, in one run, and prints the
# ratios that docs/performance.md reports. Needs hyperfine and time (Debian
# packages) and node. $HELM names a Helm to compare with instead of one built here.
#
#   bash e2e/perf/run.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if test -n "${HELM:-}"; then
	cp "$HELM" "$work/helm"
else
	GOBIN="$work" go install helm.sh/helm/v3/cmd/helm@v3.22.0
fi
CGO_ENABLED=0 go build -o "$work/helmx" ./cmd/helmx
PATH="$work:$PATH"
cd "$work"

for chart in base istiod; do helmx pull "builtin:istio/$chart" --untar; done
mkdir -p tpl/templates
printf 'apiVersion: v2\nname: tpl\nversion: 1.0.0\n' >tpl/Chart.yaml
printf 'text: "value of {{ .Values.name }}"\nname: x\n' >tpl/values.yaml
cat >tpl/templates/cm.yaml <<'TEMPLATE'
apiVersion: v1
kind: ConfigMap
metadata:
  name: tpl
data:
{{- range $i := until 10000 }}
  key{{ $i }}: {{ tpl $.Values.text $ | quote }}
{{- end }}
TEMPLATE

# measure NAME ARGS...: the same arguments for both; medians and peak memory.
measure() {
	local name=$1
	shift
	local mine="helmx $* $skip" theirs="helm $*"
	hyperfine -N --warmup 2 --runs "$runs" --export-json times.json "$mine" "$theirs" >/dev/null 2>&1
	/usr/bin/time -f %M -o mine.kb $mine >/dev/null
	/usr/bin/time -f %M -o theirs.kb $theirs >/dev/null
	node -e '
		const [name, mine, theirs] = process.argv.slice(1)
		const [m, t] = require("./times.json").results.map(r => r.median * 1000)
		const f = x => x.toFixed(1)
		console.log(`| ${name} | ${f(m)} ms | ${f(t)} ms | **${(m / t).toFixed(2)}** | ${f(mine / 1024)} MB | ${f(theirs / 1024)} MB | ${(mine / theirs).toFixed(2)} |`)
	' "$name" "$(tail -1 mine.kb)" "$(tail -1 theirs.kb)"
}

echo '| | helmx | helm 3.22.0 | ratio | helmx memory | helm memory | ratio |'
echo '|---|---|---|---|---|---|---|'
skip="--skip-validation --skip-lint"
measure 'Istio base' template x base --kube-version 1.37.0
measure 'istiod' template x istiod --kube-version 1.37.0
measure '10,000 `tpl` calls' template x tpl --kube-version 1.37.0
skip=""
measure '`version`' version
