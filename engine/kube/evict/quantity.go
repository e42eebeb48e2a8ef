package evict

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Amounts are quantities of resources by name, in thousandths: 500m of cpu is 500.
type Amounts map[string]int64

// suffixes of quantities, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/.
var suffixes = map[string]float64{
	"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}

// ParseQuantity reads a quantity, such as 500m, 1.5Gi or 1e3, in thousandths, rounded up.
func ParseQuantity(text string) (int64, error) {
	digits := strings.TrimRight(text, "numkKMGTPEi")
	factor, known := suffixes[text[len(digits):]]
	number, err := strconv.ParseFloat(digits, 64)
	if err != nil || !known || math.IsNaN(number) || math.IsInf(number, 0) || strings.ContainsAny(digits, "xX_pP") {
		return 0, fmt.Errorf("%q is not a quantity: want 500m, 2 or 1.5Gi", text)
	}
	thousandths := math.Ceil(number * factor * 1000)
	if thousandths >= math.MaxInt64 {
		return math.MaxInt64, nil
	}
	return int64(max(thousandths, 0)), nil
}

// ParseAmounts reads quantities by the name of their resource.
func ParseAmounts(texts map[string]string) (Amounts, error) {
	amounts := make(Amounts, len(texts))
	for name, text := range texts {
		q, err := ParseQuantity(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		amounts[name] = q
	}
	return amounts, nil
}

// Plus is a and b together.
func (a Amounts) Plus(b Amounts) Amounts {
	sum := make(Amounts, len(a)+1)
	sum.add(a)
	sum.add(b)
	return sum
}

func (a Amounts) add(b Amounts) {
	for name, n := range b {
		if a[name] += n; a[name] < 0 { // too much to count
			a[name] = math.MaxInt64
		}
	}
}

// Max is the larger of a and b, resource by resource.
func (a Amounts) Max(b Amounts) Amounts {
	most := make(Amounts, len(a))
	for name, n := range a {
		most[name] = n
	}
	for name, n := range b {
		most[name] = max(most[name], n)
	}
	return most
}

// within says whether a is there in free. What nobody asks for is no matter.
func (a Amounts) within(free Amounts) bool {
	for name, n := range a {
		if n > 0 && n > free[name] {
			return false
		}
	}
	return true
}

// String is the cpu and memory, and whatever else is asked for, as people write them.
func (a Amounts) String() string {
	var words []string
	for _, name := range sortedNames(a) {
		switch n := a[name]; {
		case n == 0 || name == "pods":
		case name == "cpu" && n%1000 != 0:
			words = append(words, fmt.Sprintf("%s %dm", name, n))
		case name == "memory" || name == "ephemeral-storage":
			words = append(words, name+" "+binary(n/1000))
		default:
			words = append(words, fmt.Sprintf("%s %d", name, n/1000))
		}
	}
	if words == nil {
		return "no requests"
	}
	return strings.Join(words, ", ")
}

func binary(n int64) string {
	for _, unit := range []struct {
		suffix string
		size   int64
	}{{"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}} {
		if n >= unit.size {
			return strconv.FormatFloat(math.Round(10*float64(n)/float64(unit.size))/10, 'f', -1, 64) + unit.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
