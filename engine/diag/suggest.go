package diag

import "unicode/utf8"

// Suggest returns the candidate nearest to word, or "" when none is near
// enough to be what was meant: one edit, and another for every three runes
// beyond the first three.
func Suggest(word string, candidates []string) string {
	best, nearest := "", min(max(1, utf8.RuneCountInString(word)/3)+1, utf8.RuneCountInString(word))
	for _, c := range candidates {
		if d := distance([]rune(word), []rune(c)); d < nearest {
			best, nearest = c, d
		}
	}
	return best
}

// distance is the number of runes to insert, delete, replace or swap with a
// neighbour to get from a to b.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// DidYouMean returns a hint with the nearest candidate, or "".
func DidYouMean(word string, candidates []string) string {
	if s := Suggest(word, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	return ""
}
