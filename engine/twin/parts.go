package twin

import (
	"runtime"
	"sync"
)

// fewThings is how many things are done one after the other: to have some of them done elsewhere would take longer.
const fewThings = 300

// inParts does work for the numbers below n, in as many parts as there are processors, side by side, and returns when all is
// done. What is done for one number touches nothing that is touched for another. A panic of a part is one of inParts.
func inParts(n int, work func(from, to int)) {
	if n <= fewThings {
		work(0, n)
		return
	}
	size := (n-1)/runtime.GOMAXPROCS(0) + 1
	faults := make([]any, (n-1)/size+1) // what each part panicked with
	part := func(i int) {
		defer func() { faults[i] = recover() }()
		work(i*size, min(i*size+size, n))
	}
	var others sync.WaitGroup
	for i := 1; i < len(faults); i++ {
		others.Go(func() { part(i) })
	}
	part(0)
	others.Wait()
	for _, fault := range faults {
		if fault != nil {
			panic(fault)
		}
	}
}
