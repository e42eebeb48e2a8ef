package twin

import (
	"runtime"
	"testing"
)

func TestEveryNumberIsInOnePart(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, processors := range []int{1, 2, 3, 16} {
		runtime.GOMAXPROCS(processors)
		for _, n := range []int{0, 1, fewThings, fewThings + 1, 2*fewThings + 3, 1000} {
			times := make([]int, n)
			inParts(n, func(from, to int) {
				for i := from; i < to; i++ {
					times[i]++
				}
			})
			for i, done := range times {
				if done != 1 {
					t.Fatalf("%d processors, %d things: that of %d was done %d times", processors, n, i, done)
				}
			}
		}
	}
}
