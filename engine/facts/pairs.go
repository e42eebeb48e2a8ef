package facts

// pair is a step on a host in two files; nil in one that has not read it.
type pair struct{ was, now *Finding }

// pairs are the steps of two files, in the order of the first: those of a type and a name, for a step that is put in front of
// others moves them all, and of one name that stands there several times in their order; and what is left by its place, for
// a name may be new, or have other words. Without a name nobody tells which of its type it was.
func pairs(was, now []Finding) []pair {
	place := func(f *Finding) key { return key{f.Host, f.Type, f.Stage, f.Step, ""} }
	inStage := func(f *Finding) key {
		if f.Title == "" {
			return place(f)
		}
		return key{f.Host, f.Type, f.Stage, "", f.Title}
	}
	onHost := func(f *Finding) key {
		if f.Title == "" {
			return place(f)
		}
		return key{f.Host, f.Type, "", "", f.Title}
	}
	all := make([]pair, len(was))
	for i := range was {
		all[i].was = &was[i]
	}
	var rest []*Finding
	for i := range now {
		rest = append(rest, &now[i])
	}
	for _, of := range []func(*Finding) key{inStage, onHost, place} {
		rest = match(all, rest, of)
	}
	for _, f := range rest {
		all = append(all, pair{now: f})
	}
	return all
}

// key is by what steps are paired: those of its parts that count.
type key struct{ host, kind, stage, step, title string }

// match puts those of now that have the same key to those in all that are alone, one after the other where there are as many,
// and returns those that are left: of two that were and three that are, nobody tells by their name which is new.
func match(all []pair, now []*Finding, of func(*Finding) key) []*Finding {
	alone, come := map[key][]int{}, map[key]int{}
	for i, p := range all {
		if p.now == nil {
			alone[of(p.was)] = append(alone[of(p.was)], i)
		}
	}
	for _, f := range now {
		come[of(f)]++
	}
	var left []*Finding
	for _, f := range now {
		k := of(f)
		if len(alone[k]) != come[k] {
			left = append(left, f)
			continue
		}
		all[alone[k][0]].now, alone[k], come[k] = f, alone[k][1:], come[k]-1
	}
	return left
}
