module github.com/helmx-dev/helmx/e2e

go 1.26.0

require (
	github.com/gofrs/flock v0.13.0
	github.com/google/go-cmp v0.7.0
)

require (
	github.com/stretchr/testify v1.12.1 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace github.com/helmx-dev/helmx => ../
