package twin

import (
	"path"
	"time"
)

// watched is the last time at which the kubelet looked into the folder of manifests, before now or just now. What it started
// by then runs on without it, up to the end of this boot: false where nothing of it runs any more.
func (h *host) watched(now time.Time) (at time.Time, ever bool) {
	if h.kubelet.at(now).active {
		return now, true
	}
	for i, m := range h.kubelet {
		if m.value.active && !m.from.After(now) && i+1 < len(h.kubelet) {
			at, ever = h.kubelet[i+1].from, true
		}
	}
	return at, ever && !h.boots.since(now).After(at)
}

// noticed is when the kubelet saw what came to lie in that folder at a time: at once, where it ran.
func (h *host) noticed(at, now time.Time) time.Time {
	if h.kubelet.at(at).active {
		return at
	}
	for _, m := range h.kubelet {
		if m.value.active && m.from.After(at) && !m.from.After(now) {
			return m.from
		}
	}
	return now
}

// runningImage is the image of a static pod that the kubelet has started; empty where there is none.
func (h *host) runningImage(component string, now time.Time) string {
	at, ever := h.watched(now)
	if !ever {
		return ""
	}
	return h.image(component, at)
}

// cameBack is the last time at which a component was to start again: its container was stopped, or its manifest came to
// lie there again after it had been gone.
func (h *host) cameBack(component string, now time.Time) (at time.Time, ever bool) {
	at, ever = h.returned(component, now)
	for _, stop := range h.stops[component] {
		if !stop.After(now) && (!ever || stop.After(at)) {
			at, ever = stop, true
		}
	}
	return at, ever
}

// returned is the last time at which the manifest of a component came to lie there again after it had been gone.
func (h *host) returned(component string, now time.Time) (at time.Time, ever bool) {
	over := h.disk.written[path.Join(manifests, component+".yaml")]
	if over == nil {
		return time.Time{}, false
	}
	gone := false
	for _, m := range *over {
		if m.from.After(now) {
			break
		}
		if m.value.exists() && gone {
			at, ever = m.from, true
		}
		gone = !m.value.exists()
	}
	return at, ever
}

// arrived is when a manifest came to lie there as it is: a file that is moved keeps its time.
func (h *host) arrived(component string, f file, now time.Time) time.Time {
	if at, ever := h.cameBack(component, now); ever && at.After(f.mtime) {
		return at
	}
	return f.mtime
}

// started is when the container of a component that runs now was started.
func (h *host) started(component string, now time.Time) time.Time {
	at := h.bootedAt(now)
	later := func(t time.Time) {
		if !t.After(now) && t.After(at) {
			at = t
		}
	}
	if over := h.disk.written[path.Join(manifests, component+".yaml")]; over != nil {
		later(over.since(now))
	}
	if back, ever := h.cameBack(component, now); ever {
		later(back)
	}
	if component == "kube-apiserver" {
		for _, o := range h.outages {
			later(o.until)
		}
	}
	return at
}

// certOver tells whether the certificate that the apiserver read as it started has expired.
func (h *host) certOver(now time.Time) bool {
	if h.certsLast == 0 && h.certs == nil {
		return false
	}
	return now.After(h.expiry("apiserver", h.started("kube-apiserver", now)))
}
