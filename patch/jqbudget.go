package patch

import (
	"context"
	"runtime/metrics"
)

// jqGrowth bounds what a program may add to the heap: memory that a small
// machine has.
const jqGrowth = 256 << 20

// JQBudget bounds a jq program that does not end. It is a context that is done
// after a number of looks at it: gojq looks once before every step. Unlike a
// deadline it gives the same result on every machine. It serves one run of one
// program, and is not safe for concurrent use.
type JQBudget struct {
	context.Context
	steps, most int
	heap        []metrics.Sample
	limit       uint64
	closed      chan struct{}
	err         error
}

// NewJQBudget allows a number of steps, and 256 MB; err is what the run ends
// with when either is used up.
func NewJQBudget(most int, err error) *JQBudget {
	b := &JQBudget{
		Context: context.Background(), most: most, err: err, closed: make(chan struct{}),
		heap: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}},
	}
	close(b.closed)
	metrics.Read(b.heap)
	b.limit = b.heap[0].Value.Uint64() + jqGrowth
	return b
}

// Done implements context.Context.
func (b *JQBudget) Done() <-chan struct{} {
	if b.steps++; b.steps%8 == 0 && b.Spent() {
		return b.closed
	}
	return nil
}

// Spent reports whether the steps or the memory are used up.
func (b *JQBudget) Spent() bool {
	metrics.Read(b.heap)
	return b.steps > b.most || b.heap[0].Value.Uint64() > b.limit
}

// Err implements context.Context.
func (b *JQBudget) Err() error { return b.err }
