package steps

import "testing"

func TestB10AHookIsToldWhatItIsCalledFor(t *testing.T) {
	for _, with := range []string{"with timeout", "without timeout"} {
		t.Run(with, func(t *testing.T) {
			b := newBench(t)
			if with == "with timeout" {
				b.tool("timeout", `test "$1 $2 $3" = "-k 10 60" || exit 9; shift 3; exec "$@"`)
			}
			b.tool("hook", `echo "$RUNG_EVENT of $RUNG_NODE on $RUNG_HOST to $RUNG_HOP in $RUNG_RUN"; test "$1" != refused || exit 3`)
			call := func(event string) string {
				return "hook: {run: " + b.path("bin/hook") + ", event: " + event + ", hop: 1.34.2, args: [two words], timeout: 1m}"
			}
			said, _ := b.exits(actionsOf(t, call("node-before"), "name=w3\nnode=three")[0].Do, 0)
			wantText(t, "what it knows", said, "node-before of three on w3 to 1.34.2 in r7")
			b.exits(actionsOf(t, call("refused"), "name=w3")[0].Do, 3)
		})
	}
}
