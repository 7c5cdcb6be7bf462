package workload

// numbered maps hashes to numbers. Most records come from what came lately:
// those are found without the map.
type numbered struct {
	all    map[uint64]uint32
	recent *[256]recentNumber
}

type recentNumber struct {
	hash   uint64
	number uint32
	set    bool
}

func newNumbered() numbered {
	return numbered{all: map[uint64]uint32{}, recent: new([256]recentNumber)}
}

func (n *numbered) get(hash uint64) (uint32, bool) {
	r := &n.recent[uint8(hash)]
	if r.set && r.hash == hash {
		return r.number, true
	}
	number, ok := n.all[hash]
	if ok {
		*r = recentNumber{hash, number, true}
	}
	return number, ok
}

func (n *numbered) put(hash uint64, number uint32) {
	n.all[hash] = number
	n.recent[uint8(hash)] = recentNumber{hash, number, true}
}
