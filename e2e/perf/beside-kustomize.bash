# Sourced by scripts that time helmx beside kustomize: sets $runs from the first
# argument, makes a folder $work that is removed at the end, puts a kustomize and
# the helmx of this tree there and first in $PATH, and goes to that folder.
cd "$(dirname "$0")/../.."
runs=${1:-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if test -n "${KUSTOMIZE:-}"; then
	cp "$KUSTOMIZE" "$work/kustomize"
else
	GOBIN="$work" go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
fi
CGO_ENABLED=0 go build -o "$work/helmx" ./cmd/helmx
PATH="$work:$PATH"
cd "$work"
