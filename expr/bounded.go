package expr

import (
	"fmt"
	"strconv"
	"strings"
)

// maxText and maxItems bound what one call may make of a number: a manifest
// must not be able to fill the memory of whoever looks at it.
const (
	maxText  = 1 << 20 // bytes, what etcd takes for one object
	maxItems = 100_000
)

func repeat(count int, text string) (string, error) {
	if count < 0 || len(text) > 0 && count > maxText/len(text) {
		return "", fmt.Errorf("repeat: %d times is out of bounds: the result may have 0 to %d bytes", count, maxText)
	}
	return strings.Repeat(text, count), nil
}

func indent(spaces int, text string) (string, error) {
	pad, err := repeat(spaces, " ")
	if lines := 1 + strings.Count(text, "\n"); err != nil || len(pad) > maxText/lines {
		return "", fmt.Errorf("indent: %d spaces are out of bounds", spaces)
	}
	return pad + strings.ReplaceAll(text, "\n", "\n"+pad), nil
}

func nindent(spaces int, text string) (string, error) {
	text, err := indent(spaces, text)
	return "\n" + text, err
}

func until(count int) ([]int, error) {
	return untilStep(0, count, step(0, count))
}

// untilStep lists the numbers from start towards stop, which is not among them.
func untilStep(start, stop, step int) ([]int, error) {
	numbers := []int{}
	if step == 0 {
		return numbers, nil
	}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(numbers) == maxItems {
			return nil, fmt.Errorf("more than %d numbers", maxItems)
		}
		numbers = append(numbers, i)
	}
	return numbers, nil
}

func step(start, end int) int {
	if end < start {
		return -1
	}
	return 1
}

// seq prints numbers as the command of that name does: LAST, FIRST LAST or
// FIRST STEP LAST, the last one included.
func seq(params ...int) (string, error) {
	first, by, last := 1, 0, 0
	switch len(params) {
	case 0:
		return "", nil
	case 1:
		last = params[0]
	case 2:
		first, last = params[0], params[1]
	case 3:
		first, by, last = params[0], params[1], params[2]
	default:
		return "", fmt.Errorf("seq: want one to three numbers, got %d", len(params))
	}
	if by == 0 && len(params) < 3 {
		by = step(first, last)
	}
	numbers, err := untilStep(first, last+step(0, by), by)
	text := make([]string, len(numbers))
	for i, n := range numbers {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, " "), err
}
