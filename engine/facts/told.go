package facts

import "fmt"

// told is an answer as a file has it: with the numbers of its long texts, from 1.
type told struct {
	Answer
	Asked  int `json:"asked,omitempty"`  // in place of Command, however short: every host is asked the same
	Said   int `json:"said,omitempty"`   // in place of Stdout
	Warned int `json:"warned,omitempty"` // in place of Stderr
}

// short is how many bytes at most of what was said stand in an answer itself.
const short = 80

// numbers are those of the texts that were written.
type numbers map[string]int

// shorten is a as it is written, behind the texts of it that nobody had before.
func (n numbers) shorten(a Answer) (t told, first []string) {
	of := func(text string) int {
		if n[text] == 0 {
			n[text] = len(n) + 1
			first = append(first, text)
		}
		return n[text]
	}
	t.Answer = a
	t.Asked, t.Command = of(a.Command), ""
	if len(a.Stdout) > short {
		t.Said, t.Stdout = of(a.Stdout), ""
	}
	if len(a.Stderr) > short {
		t.Warned, t.Stderr = of(a.Stderr), ""
	}
	return t, first
}

// whole is t with its texts.
func (t *told) whole(texts []string) (Answer, error) {
	a := t.Answer
	for _, of := range []struct {
		number int
		text   *string
	}{{t.Asked, &a.Command}, {t.Said, &a.Stdout}, {t.Warned, &a.Stderr}} {
		switch {
		case of.number == 0: // it stands in the answer
		case of.number < 0 || of.number > len(texts):
			return a, fmt.Errorf("it names the text %d, and there are %d before it", of.number, len(texts))
		default:
			*of.text = texts[of.number-1]
		}
	}
	return a, nil
}
