package cli

import (
	"context"
	"slices"

	"rung/engine/report"
	"rung/engine/twin"
)

// mostForeseen is how many hosts a rehearsal has that nobody asked for: a larger one takes its time.
const mostForeseen = 60

// expected rehearses what r renders, where it is said what the cluster is like. It is nil where that is not so, and where
// no such cluster can be simulated: a runbook is one without it.
func (a *app) expected(ctx context.Context, r rendering) *report.Expected {
	if r.facts == "" && r.from == "" {
		return nil
	}
	rehearsed := rehearsal{request: r.request, from: r.from, facts: r.facts, packages: twin.Yum, quiet: true}
	scene, p, err := a.scene(&rehearsed)
	if err != nil || len(p.Hosts()) > mostForeseen || len(scene.Away(p)) > 0 {
		return nil
	}
	forecast := report.NewForecast(nil, report.ForecastOptions{})
	if scene.Play(ctx, p, forecast); ctx.Err() != nil || len(scene.Cluster.Unknown()) > 0 {
		return nil
	}
	return forecast.Expected(rehearsed.on(scene), slices.Concat(rehearsed.absent, scene.Absent()))
}
