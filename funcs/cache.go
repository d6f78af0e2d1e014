package funcs

import "sync"

// maxCached bounds a cache: a chart may compute its paths and programs.
const maxCached = 10_000

// cache remembers what is made of texts, so that a path, a program or what is
// wrong with it is made out once. Its zero value is ready; it is safe for
// concurrent use, as long as what it holds is not changed.
type cache[T any] struct {
	mu   sync.RWMutex
	made map[string]made[T]
}

type made[T any] struct {
	value T
	err   error
}

func (c *cache[T]) get(text string, read func(string) (T, error)) (T, error) {
	c.mu.RLock()
	m, ok := c.made[text]
	c.mu.RUnlock()
	if ok {
		return m.value, m.err
	}
	m.value, m.err = read(text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = map[string]made[T]{}
	}
	if len(c.made) < maxCached {
		c.made[text] = m
	}
	return m.value, m.err
}
