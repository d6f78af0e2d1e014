#!/usr/bin/env bash
# Times helmx as a post-renderer beside "kustomize build" 5.8.2 with the same
# patches, and measures large streams; prints the tables of docs/performance.md.
# Needs hyperfine and time (Debian packages) and node. $KUSTOMIZE names a
# kustomize to compare with instead of one built here.
#
#   bash e2e/perf/stream.sh [RUNS]
set -euo pipefail
. "$(dirname "$0")/beside-kustomize.bash"

skip="--skip-validation --skip-lint"
for chart in base istiod; do
	helmx template mesh "builtin:istio/$chart" -n istio-system --include-crds $skip
done >mesh.yaml

cat >patches.yaml <<'CONFIG'
apiVersion: helmx.dev/v1alpha1
kind: Config
patches:
- name: priority
  target: {kind: Deployment, name: istiod}
  set: {spec.template.spec.priorityClassName: high}
- name: local
  target: {kind: Service, name: istiod}
  set: {spec.internalTrafficPolicy: Local}
- name: history
  target: {kind: Deployment, name: istiod}
  set: {spec.revisionHistoryLimit: 3}
CONFIG
mkdir identity patches
printf 'resources: [mesh.yaml]\n' | tee identity/kustomization.yaml >patches/kustomization.yaml
cp mesh.yaml identity
cp mesh.yaml patches
cat >>patches/kustomization.yaml <<'KUSTOMIZATION'
patches:
- target: {kind: Deployment, name: istiod}
  patch: |
    - {op: add, path: /spec/template/spec/priorityClassName, value: high}
    - {op: add, path: /spec/revisionHistoryLimit, value: 3}
- target: {kind: Service, name: istiod}
  patch: |
    - {op: add, path: /spec/internalTrafficPolicy, value: Local}
KUSTOMIZATION

# from FILE COMMAND: the command with FILE on standard input, as hyperfine takes it.
from() { echo "sh -c 'exec $2 <$1'"; }

# memory FILE COMMAND...: peak memory of a command in KB, FILE on standard input.
memory() {
	local in=$1
	shift
	/usr/bin/time -f %M -o peak.kb "$@" <"$in" >/dev/null
	tail -1 peak.kb
}

# against NAME CONFIG: helmx with a configuration beside kustomize in folder NAME.
against() {
	local mine="helmx $2 $skip" theirs="kustomize build $1"
	hyperfine -N --warmup 2 --runs "$runs" --export-json times.json "$(from mesh.yaml "$mine")" "$(from /dev/null "$theirs")" >/dev/null 2>&1
	node -e '
		const [name, mine, theirs] = process.argv.slice(1)
		const [m, t] = require("./times.json").results.map(r => r.median * 1000)
		const f = x => x.toFixed(1)
		console.log(`| ${name} | ${f(m)} ms | ${f(t)} ms | **${(m / t).toFixed(2)}** | ${f(mine / 1024)} MB | ${f(theirs / 1024)} MB | **${(mine / theirs).toFixed(2)}** |`)
	' "$1" "$(memory mesh.yaml $mine)" "$(memory /dev/null $theirs)"
}

echo '| 1.1 MB, Istio base and istiod | helmx | kustomize 5.8.2 | ratio | helmx memory | kustomize memory | ratio |'
echo '|---|---|---|---|---|---|---|'
against identity ""
against patches "-c patches.yaml"

# copies MB: a stream of that size, each copy with names of its own, but for the
# first, which the patches are for.
copies() {
	node -e '
		const fs = require("fs"), mesh = fs.readFileSync("mesh.yaml", "utf8"), size = process.argv[1] * 1e6
		const out = fs.openSync(`s${process.argv[1]}.yaml`, "w")
		for (let n = 0, i = 0; n < size; i++) {
			const copy = i == 0 ? mesh : mesh.replace(/^  name: "?([a-z.-]+)"?$/gm, `  name: $1${i}`)
			n += fs.writeSync(out, copy)
		}
	' "$1"
}

echo
echo '| 3-field patch | time | ms per MB | peak memory, from a file | from a pipe | times the input |'
echo '|---|---|---|---|---|---|'
for size in 10 50 100; do
	copies "$size"
	command="helmx -c patches.yaml $skip"
	hyperfine -N --warmup 1 --runs 5 --export-json times.json "$(from "s$size.yaml" "$command")" >/dev/null 2>&1
	file=$(memory "s$size.yaml" $command)
	cat "s$size.yaml" | /usr/bin/time -f %M -o pipe.kb $command >/dev/null
	node -e '
		const [size, file, pipe, bytes] = process.argv.slice(1).map(Number)
		const ms = require("./times.json").results[0].median * 1000
		const f = x => x.toFixed(1)
		console.log(`| ${size} MB | ${f(ms)} ms | ${(ms / bytes * 1e6).toFixed(2)} | ${f(file / 1024)} MB | ${f(pipe / 1024)} MB | **${(pipe * 1024 / bytes).toFixed(2)}** |`)
	' "$size" "$file" "$(tail -1 pipe.kb)" "$(wc -c <"s$size.yaml")"
	rm "s$size.yaml"
done
