package manifest

import (
	"bytes"
	"strings"
)

// blockText is the layout of a literal or folded scalar.
type blockText struct {
	header   int // behind the last byte of "|-" and the like
	indent   int // 0-based column of the content
	explicit bool
	end      int
}

// blockScalar reads a block scalar whose header begins at an offset. indent is
// the column of the collection around it, which an indentation indicator adds to.
func (l *layout) blockScalar(at, indent int) blockText {
	t := blockText{header: at + 1}
	keep, digit := false, 0
	for t.header < len(l.src) && strings.IndexByte("+-123456789", l.src[t.header]) >= 0 {
		switch c := l.src[t.header]; c {
		case '+':
			keep = true
		case '-':
		default:
			digit = int(c - '0')
		}
		t.header++
	}
	t.end = t.header
	if digit > 0 {
		t.explicit, t.indent = true, max(indent, 0)+digit
	}
	for at = l.nextLine(at); at < len(l.src); at = l.nextLine(at) {
		lineEnd := l.lineEnd(at)
		spaces := lineEnd - at - len(bytes.TrimLeft(l.src[at:lineEnd], " "))
		if at+spaces == lineEnd && (t.indent == 0 || spaces <= t.indent) {
			if keep {
				t.end = lineEnd
			}
			if lineEnd == len(l.src) {
				break
			}
			continue
		}
		if t.indent == 0 {
			t.indent = max(spaces, indent+1, 1)
		}
		if spaces < t.indent {
			break
		}
		t.end = lineEnd
		if lineEnd == len(l.src) {
			break
		}
	}
	return t
}
