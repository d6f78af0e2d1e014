.PHONY: build test generate e2e bench lint ci plugin-package
BUILD     = -trimpath -ldflags="-s -w"
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64
DIST      = dist

build:    ; CGO_ENABLED=0 go build $(BUILD) ./cmd/helmx
test:     ; go test ./...
generate: ; HELMX_UPDATE=1 go test ./internal/docgen && go generate ./schema
e2e:      ; cd e2e && REQUIRE_HELM=1 REQUIRE_CLUSTER=1 go test ./...
bench:    ; go test -run '^$$' -bench . -benchmem ./...
lint:     ; go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
ci:       ; bash .ci/run

# Archives for "helm plugin install", below $(DIST)/plugins; their version is what Go writes into the binary: the tag, or
# the commit. KEY=user and KEYRING=file of secret keys sign them.
plugin-package:
	set -e; for p in $(PLATFORMS); do \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build $(BUILD) -o '$(DIST)'/bin/$$p/ ./cmd/helmx; \
	done
	go run ./cmd/helmx plugin package --out '$(DIST)'/plugins $(if $(KEY),--key '$(KEY)' --keyring '$(KEYRING)') \
		$(foreach p,$(PLATFORMS),'$(DIST)'/bin/$(p)/helmx$(if $(filter windows/%,$(p)),.exe))
