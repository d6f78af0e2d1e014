package charts

import (
	"bytes"
	"context"

	"github.com/helmx-dev/helmx/diag"
)

// Limits of Helm (pkg/chart/loader): no file of a chart above 5 MiB, no archive
// above 100 MiB when unpacked.
const (
	maxFileSize  = 5 << 20
	maxChartSize = 100 << 20
)

// What Helm leaves open. An archive of empty files costs no bytes that Helm
// counts, and an archive in charts/ may hold the next one, each with an
// allowance of its own; a chart within these limits loads as in Helm.
const (
	manyFiles     = 10_000  // reported, loaded all the same
	maxEntries    = 100_000 // of one load, nested archives included
	maxTotalBytes = 4 * maxChartSize
)

var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// file is a file of a chart: its slash-separated path in the chart and its
// bytes without byte order mark.
type file struct {
	name string
	data []byte
}

// reading is one call of Load: what it has found besides errors and how much it
// may still read. It is used by one goroutine.
type reading struct {
	ctx     context.Context
	found   diag.List
	entries int
	bytes   int64
}

func (r *reading) report(d diag.Diagnostic) { r.found = append(r.found, d) }

// countEntry and countBytes hold what an archive says it contains against the
// limits of the whole load.
func (r *reading) countEntry(archive string) error {
	if r.entries++; r.entries > maxEntries {
		return refuse("CH007", "the chart holds more than %d files", maxEntries).in(archive)
	}
	return context.Cause(r.ctx)
}

func (r *reading) countBytes(archive string, size int64) error {
	if r.bytes += size; r.bytes > maxTotalBytes {
		return refuse("CH007", "the chart and the archives inside it are larger than %d bytes when unpacked", int64(maxTotalBytes)).in(archive)
	}
	return nil
}

// reportMany warns once about a chart that holds what hardly belongs to it.
func (r *reading) reportMany(at string, files int) {
	if files >= manyFiles {
		d := warning("CH016", at, "the chart holds %d files", files)
		d.Hint = "list what does not belong to the chart in .helmignore and package it again"
		r.report(d)
	}
}

func withoutBOM(data []byte) []byte { return bytes.TrimPrefix(data, utf8BOM) }
