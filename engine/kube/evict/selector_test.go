package evict

import (
	"encoding/json"
	"testing"
)

func TestRequirementsMatchAsKubernetesDoes(t *testing.T) {
	labels := map[string]string{"zone": "a", "cores": "8"}
	for text, want := range map[string]bool{
		`{"key":"zone","operator":"In","values":["a","b"]}`:    true,
		`{"key":"zone","operator":"In","values":["b"]}`:        false,
		`{"key":"gone","operator":"In","values":["a"]}`:        false,
		`{"key":"zone","operator":"NotIn","values":["b"]}`:     true,
		`{"key":"gone","operator":"NotIn","values":["b"]}`:     true,
		`{"key":"zone","operator":"NotIn","values":["a"]}`:     false,
		`{"key":"zone","operator":"Exists"}`:                   true,
		`{"key":"gone","operator":"Exists"}`:                   false,
		`{"key":"gone","operator":"DoesNotExist"}`:             true,
		`{"key":"zone","operator":"DoesNotExist"}`:             false,
		`{"key":"cores","operator":"Gt","values":["4"]}`:       true,
		`{"key":"cores","operator":"Gt","values":["8"]}`:       false,
		`{"key":"cores","operator":"Lt","values":["16"]}`:      true,
		`{"key":"zone","operator":"Lt","values":["16"]}`:       false,
		`{"key":"zone","operator":"Resembles","values":["a"]}`: false,
	} {
		var r Requirement
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if r.matches(labels) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}

func TestANodeSelectorMatchesOneOfItsTerms(t *testing.T) {
	n := &Node{Name: "w1", Labels: map[string]string{"zone": "a"}}
	for terms, want := range map[string]bool{
		`[{"matchExpressions":[{"key":"zone","operator":"In","values":["b"]}]},{"matchFields":[{"key":"metadata.name","operator":"In","values":["w1"]}]}]`: true,
		`[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]},{"key":"gone","operator":"Exists"}]}]`:                                        false,
		`[{}]`: false,
		`[]`:   false,
	} {
		s := nodeSelector(t, terms)
		if s.matches(n) != want {
			t.Errorf("%s: %v", terms, !want)
		}
	}
	var none *NodeSelector
	if !none.matches(n) {
		t.Error("no selector keeps a pod off")
	}
}

func TestTolerationsAnswerTaints(t *testing.T) {
	taint := Taint{Key: "k", Value: "v", Effect: "NoSchedule"}
	for _, test := range []struct {
		toleration Toleration
		want       bool
	}{
		{Toleration{Key: "k", Operator: "Exists"}, true},
		{Toleration{Key: "k", Value: "v"}, true},
		{Toleration{Key: "k", Operator: "Equal", Value: "w"}, false},
		{Toleration{Key: "other", Operator: "Exists"}, false},
		{Toleration{Operator: "Exists"}, true},
		{Toleration{Operator: "Exists", Effect: "NoExecute"}, false},
		{Toleration{}, false},
	} {
		if test.toleration.tolerates(taint) != test.want {
			t.Errorf("%+v: %v", test.toleration, !test.want)
		}
	}
}

func TestQuantities(t *testing.T) {
	for text, want := range map[string]int64{
		"2": 2000, "500m": 500, "1.5": 1500, "0": 0, "1Ki": 1024_000, "24581684Ki": 24581684 * 1024 * 1000, "1.5Gi": 3 << 29 * 1000, "1e3": 1_000_000, "1k": 1_000_000,
		"243497856212": 243497856212_000, "100n": 1, "15E": 1<<63 - 1, "110": 110_000, "128974848": 128974848_000,
	} {
		if got, err := ParseQuantity(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Gi", "1.5Qi", "x", "0x1p3", "NaN", "1 Gi", "--1"} {
		if got, err := ParseQuantity(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
	if _, err := ParseAmounts(map[string]string{"cpu": "much"}); err == nil {
		t.Error("much is a quantity")
	}
	amounts, _ := ParseAmounts(map[string]string{"cpu": "1500m", "memory": "1.5Gi", "pods": "1", "gpu": "2", "ephemeral-storage": "512"})
	if got := amounts.String(); got != "cpu 1500m, ephemeral-storage 512, gpu 2, memory 1.5Gi" {
		t.Errorf("%q", got)
	}
	if got := (Amounts{}).String(); got != "no requests" {
		t.Errorf("%q", got)
	}
	if got := (Amounts{"cpu": 1, "a": 5}).Max(Amounts{"cpu": 3, "b": 2}); got["cpu"] != 3 || got["a"] != 5 || got["b"] != 2 {
		t.Errorf("%v", got)
	}
}
