package run

import "container/heap"

// sleepers is a heap: the first is who wakes next. Each knows its place, so that one whose sleep ends before its time
// need not be looked for.
type sleepers []*sleeper

func (h sleepers) Len() int { return len(h) }

func (h sleepers) Less(i, j int) bool {
	if a, b := h[i].until, h[j].until; !a.Equal(b) {
		return a.Before(b)
	}
	return h[i].number < h[j].number
}

func (h sleepers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push is of heap.Interface.
func (h *sleepers) Push(x any) {
	s := x.(*sleeper)
	s.at = len(*h)
	*h = append(*h, s)
}

// Pop is of heap.Interface.
func (h *sleepers) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	(*h)[last], *h, s.at = nil, (*h)[:last], -1
	return s
}

func (h *sleepers) insert(s *sleeper) { heap.Push(h, s) }
func (h *sleepers) remove(s *sleeper) { heap.Remove(h, s.at) }
