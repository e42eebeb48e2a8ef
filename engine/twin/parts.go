package twin

import (
	"runtime"
	"sync"
)

// fewThings is how many things are done one after the other: to have some of them done elsewhere would take longer.
const fewThings = 300

// inParts does work for the numbers below n, in as many parts as there are processors, side by side, and returns when all is
// done. What is done for one number touches nothing that is touched for another.
func inParts(n int, work func(from, to int)) {
	size := n
	if n > fewThings {
		size = (n-1)/runtime.GOMAXPROCS(0) + 1
	}
	var others sync.WaitGroup
	for from := size; from < n; from += size {
		others.Go(func() { work(from, min(from+size, n)) })
	}
	work(0, size)
	others.Wait()
}
