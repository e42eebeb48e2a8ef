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

// Whoever asked has its fault told; a goroutine that panics ends the whole process.
func TestAPanicOfAnyPartIsOneOfWhoeverAsked(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	const n = 3 * fewThings
	for _, broken := range []int{0, fewThings, n - 1} {
		done := [n]bool{}
		fault := func() (fault any) {
			defer func() { fault = recover() }()
			inParts(n, func(from, to int) {
				for i := from; i < to; i++ {
					if i == broken {
						panic(i)
					}
					done[i] = true
				}
			})
			return nil
		}()
		if fault != broken {
			t.Errorf("a panic with %d is one with %v", broken, fault)
		}
		for i := range n {
			if i/fewThings != broken/fewThings && !done[i] {
				t.Errorf("after a panic with %d it went on before %d was done", broken, i)
				break
			}
		}
	}
}
