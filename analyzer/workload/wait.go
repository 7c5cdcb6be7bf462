package workload

import "math"

// waited is what a session's log says about the locks that its running
// statement waits for. A statement's own duration, which holds the waiting, is
// logged after it.
type waited struct {
	got   int64 // µs, of locks that it has by now
	still int64 // µs, of one that it had not yet when the log told last
	at    int64 // when the log told last, µs since 1970; 0 unknown
}

// clockStep is how coarse the times of a log can be (%t), µs.
const clockStep = 1_000_000

func (w *waited) add(e *Event) {
	if e.Start != 0 {
		w.at = e.Start + e.Dur
	}
	if e.Flags&FlagStillWaiting != 0 {
		w.still = max(w.still, e.Dur)
		return
	}
	w.got = min(w.got+e.Dur, math.MaxInt64/2) // from the beginning of the wait
	w.still = 0
}

func (w *waited) sum() int64 { return w.got + w.still }

// settle gives the waiting to the execution that ended, unless it was over
// before that began: then a statement waited whose duration is not in the log.
func (w *waited) settle(e *Event) {
	if w.sum() == 0 {
		return
	}
	if w.within(e) {
		e.Lock = uint32(min(int64(e.Lock)+w.sum(), e.Dur, math.MaxUint32))
	}
	*w = waited{}
}

// planned takes the waiting away that lies within a parse or bind step; a
// shorter step cannot hold it.
func (w *waited) planned(e *Event) {
	if w.sum() > 0 && e.Dur >= w.sum() && w.within(e) {
		*w = waited{}
	}
}

func (w *waited) within(e *Event) bool {
	return w.at == 0 || e.Start == 0 || w.at >= e.Start-clockStep
}
