package engine

import (
	"context"
	"strings"
	"unsafe"
)

// frame is the output of one executing template: of a file, or of an include or
// tpl call. text/template hands the text of a node to Write as it is, so that
// its address says which node is executed; frame notes address and offset, and
// who wrote a byte can be found later, when somebody asks (see tracer). Noting
// costs 16 bytes and no lookup for every Write.
type frame struct {
	w     *worker
	out   strings.Builder
	steps []step
	calls []call
}

// step says that from this offset on text comes from the node at this address,
// or, when no node is there, from a value printed by an action. The address is
// an integer so that printed values are not kept alive; the trees are.
type step struct {
	off  int
	addr uintptr
}

// call is an include or tpl that was evaluated after the first n steps.
type call struct {
	n     int
	frame *frame
}

// Write implements io.Writer for text/template.
func (f *frame) Write(p []byte) (int, error) {
	f.step(p)
	if f.w.stopped() {
		return 0, f.w.halt(f, context.Cause(f.w.r.ctx))
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := f.w.spend(f, len(p)); err != nil {
		return 0, err
	}
	return f.out.Write(p)
}

// step notes what is written next. A node that wrote nothing is forgotten when
// the next begins, so that a loop without output takes no memory.
func (f *frame) step(p []byte) {
	next := step{f.out.Len(), address(p)}
	if last := len(f.steps) - 1; len(p) == 0 && last >= 0 && f.steps[last].off == next.off {
		f.steps[last] = next
		return
	}
	f.steps = append(f.steps, next)
}

// maxTraced bounds the memory that the results of include and tpl take only to
// be traced, in bytes per file. What is called beyond it is traced to the
// calling action.
const maxTraced = 32 << 20

// called notes a finished call.
func (f *frame) called(inner *frame) {
	f.w.traced += inner.out.Len() + 16*len(inner.steps)
	if f.w.traced <= maxTraced {
		f.calls = append(f.calls, call{len(f.steps), inner})
	}
}

// address is where the bytes begin, also of an empty slice.
func address(p []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(p))) }
