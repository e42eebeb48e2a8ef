package facts

import "testing"

func TestADifferenceOfRecordsIsToldByTheirNames(t *testing.T) {
	d := Difference{
		Host: "cp1", What: "cluster-facts nodes",
		Was: `[{"name":"a","kubelet":"1.31.4","ready":true},{"name":"b","kubelet":"1.31.4"},{"name":"gone"}]`,
		Now: `[{"name":"a","kubelet":"1.32.6","ready":true},{"name":"b","kubelet":"1.31.4"},{"name":"new"}]`,
	}
	if got, want := d.String(), `cp1: cluster-facts nodes: - {"name":"gone"} + {"name":"new"} a kubelet 1.31.4 → 1.32.6`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := (Difference{Host: "w1", What: "x", Was: `["a","b"]`, Now: `["b","c"]`}).String(), "w1: x: - a + c"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
