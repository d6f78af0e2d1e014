module github.com/helmx-dev/helmx/schema/gen

go 1.26.0

require (
	github.com/helmx-dev/helmx v0.0.0
	sigs.k8s.io/yaml v1.6.0
)

require (
	github.com/santhosh-tekuri/jsonschema/v5 v5.3.1 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/helmx-dev/helmx => ../..
