package steps

import "rung/engine/kube/evict"

// filled is a cluster as its pods fill it now.
type filled struct {
	placed  evict.Placed
	packing *evict.Packing
}

var lastFilled lately[filled]

// readFilled reads what placeableNodes, runningPods and boundVolumes said.
func readFilled(nodes, pods, volumes []byte) (filled, error) {
	return lastFilled.read(func() (f filled, err error) {
		list, err := readNodes(nodes)
		if err != nil {
			return f, err
		}
		running, err := readPods(pods, volumes)
		if err != nil {
			return f, err
		}
		return filled{evict.Place(running), evict.Pack(list, running)}, nil
	}, nodes, pods, volumes)
}
