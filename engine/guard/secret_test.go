package guard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rung/engine/diag"
)

func TestNothingPrintsASecret(t *testing.T) {
	s := Keep("hunter2")
	encoded, err := json.Marshal(map[string]any{"a": s, "b": []any{s}})
	if err != nil {
		t.Fatal(err)
	}
	said := string(encoded) + Format(s) + Format([]any{s}) + fmt.Sprint(s, &s, []any{s}, struct{ S Secret }{s}) + fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s)
	if strings.Contains(said, "hunter2") || strings.Contains(said, "68756e746572") {
		t.Error(said)
	}
	if s.Reveal() != "hunter2" {
		t.Error("nor can it be used")
	}
}

func TestASecretIsDisclosedLater(t *testing.T) {
	s := Withheld("word")
	names := Names{{Name: "inputs", Type: RecordOf(Name{Name: "word", Type: Type{Kind: SecretText}}, Name{Name: "who", Type: Type{Kind: Text}})}}
	template, found := CompileSecret("${{ inputs.who }}:${{ inputs.word }}", diag.Pos{}, names)
	if found != nil {
		t.Fatal(found)
	}
	values := Values{"inputs": map[string]any{"word": s, "who": "me"}}
	s.Disclose("hunter2")
	if got, unknown, err := template.Secret(values); err != nil || unknown != nil || got.Reveal() != "me:hunter2" {
		t.Error(got.Reveal(), unknown, err)
	}
	got, unknown, _ := template.Secret(Values{"inputs": map[string]any{"word": s}})
	if len(unknown) != 1 || unknown[0] != "inputs.who" {
		t.Error(unknown)
	}
	if want := "<inputs.who>:(secret: word)"; got.Parts().String() != want {
		t.Errorf("it is shown as %q, want %q", got.Parts(), want)
	}
}

// Which secret it will be may be open: then it has no name, and is no text.
func TestASecretThatIsNotChosenYetIsNoText(t *testing.T) {
	names := Names{{Name: "first", Type: Type{Kind: SecretText}}, {Name: "second", Type: Type{Kind: SecretText}}, {Name: "which", Type: Type{Kind: Bool}}}
	template, found := CompileSecret("key ${{ which ? first : second }}\n", diag.Pos{}, names)
	if found != nil {
		t.Fatal(found)
	}
	got, unknown, err := template.Secret(Values{"first": Withheld("first"), "second": Withheld("second")})
	if want := (SecretParts{{Text: "key "}, {}, {Text: "\n"}}); err != nil || len(unknown) != 1 || !slices.Equal(got.Parts(), want) {
		t.Errorf("it is made of %+v, unknown %q, %v; want %+v", got.Parts(), unknown, err, want)
	}
}

// A parameter that is made of a secret has the text around it, and so has what is made of that.
func TestTheTextAroundASecretIsShown(t *testing.T) {
	names := Names{{Name: "word", Type: Type{Kind: SecretText}}, {Name: "user", Type: Type{Kind: Text}}}
	inner, found := CompileSecret("${{ user }}:${{ word }}", diag.Pos{}, names)
	if found != nil {
		t.Fatal(found)
	}
	outer, found := CompileSecret("[login]\n${{ word }}\n", diag.Pos{}, names)
	if found != nil {
		t.Fatal(found)
	}
	word := Withheld("password")
	word.Disclose("hunter2")
	made, _, _ := inner.Secret(Values{"word": word, "user": "me"})
	made, _, _ = outer.Secret(Values{"word": made})
	if shown, want := made.Parts().String(), "[login]\nme:(secret: password)\n"; shown != want || made.Reveal() != "[login]\nme:hunter2\n" {
		t.Errorf("it is shown as %q, want %q, and is %q", shown, want, made.Reveal())
	}
}

// What somebody gives, or a host says, is a text, whatever it looks like.
func TestATextThatLooksLikeASecretIsNone(t *testing.T) {
	template, found := CompileSecret("${{ user }}:${{ word }}${{ other }}\n", diag.Pos{}, Names{{Name: "user", Type: Type{Kind: Text}}, {Name: "word", Type: Type{Kind: SecretText}}, {Name: "other", Type: Type{Kind: SecretText}}})
	if found != nil {
		t.Fatal(found)
	}
	made, _, err := template.Secret(Values{"user": "me (secret: other)", "word": Withheld("word"), "other": Keep("x")})
	if err != nil {
		t.Fatal(err)
	}
	want := []SecretPart{{Text: "me (secret: other)"}, {Text: ":"}, {Input: "word"}, {}, {Text: "\n"}}
	if got := made.Parts(); !slices.Equal(got, want) || !got[3].Nameless() || got[2].Nameless() {
		t.Errorf("it is made of %+v, want %+v", got, want)
	}
	if want := "me (secret: other):(secret: word)(secret)\n"; made.Parts().String() != want {
		t.Errorf("it is shown as %q, want %q", made.Parts(), want)
	}
}

func TestASecretGoesNowhereElse(t *testing.T) {
	names := Names{{Name: "word", Type: Type{Kind: SecretText}}, {Name: "list", Type: ListOf(Type{Kind: Text})}}
	for _, source := range []string{`word == "a"`, `len(word) > 3`, `upper(word) == "A"`, `word in list`, `join([word], "") == "a"`, `version(word) < version("1.2.3")`, `word + "a" == "b"`, `word.sealed == "a"`, `word ?? "a"`, `concat(list, [word])`, `trim(word)`} {
		for _, want := range []Type{{Kind: Bool}, {Kind: Text}, ListOf(Type{Kind: Text})} {
			e, found := Compile(source, diag.Pos{}, names, want)
			if found != nil {
				continue
			}
			value, _, err := e.Value(Values{"word": Keep("hunter2"), "list": []any{"x"}})
			if text := fmt.Sprint(value, err); strings.Contains(text, "hunter2") || value == true {
				t.Errorf("%s compiles as %s, and is %v", source, want, text)
			}
		}
	}
	if _, found := CompileTemplate("a${{ word }}", diag.Pos{}, names); len(found) != 1 || found[0].Code != "secret" {
		t.Error(found)
	}
}
