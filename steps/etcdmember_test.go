package steps

import (
	"errors"
	"testing"

	"rung/engine/step"
)

func TestANewMemberOfEtcdIsRefusedForTheFieldThatIsWrong(t *testing.T) {
	for _, test := range []struct {
		add   EtcdMemberAdd
		field string // "": it is taken
	}{
		{EtcdMemberAdd{"cp2", "https://192.0.2.12:2380"}, ""},
		{EtcdMemberAdd{"<steps.old.name>", "<steps.old.peer>"}, ""},
		{EtcdMemberAdd{"a b", "https://192.0.2.12:2380"}, "name"},
		{EtcdMemberAdd{"a b", "<steps.old.peer>"}, "name"},
		{EtcdMemberAdd{"cp2=x", "https://192.0.2.12:2380"}, "name"},
		{EtcdMemberAdd{"", "https://192.0.2.12:2380"}, "name"},
		{EtcdMemberAdd{"cp2", "192.0.2.12:2380"}, "peer"},
		{EtcdMemberAdd{"<steps.old.name>", "https://192.0.2.12:2380,https://192.0.2.13:2380"}, "peer"},
	} {
		_, err := test.add.Plan(step.Scope{})
		of, refused := errors.AsType[*step.FieldError](err)
		if refused != (test.field != "") || refused && of.Field != test.field {
			t.Errorf("%+v: %v, want a refusal of %q", test.add, err, test.field)
		}
	}
}
