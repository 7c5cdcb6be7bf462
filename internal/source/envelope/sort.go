package envelope

import (
	"bufio"
	"cmp"
	"container/heap"
	varint "encoding/binary"
	"io"
	"os"
	"slices"
)

// sorter puts records in the order of their time that come with the newest
// first; of records of one time the last one is the oldest. What it does not
// hold in memory lies in a temporary file, which is gone as soon as it is open.
type sorter struct {
	limit int   // bytes of records that are held
	full  bool  // all records were taken
	end   error // after the last one
	run   []kept
	size  int
	n     int64
	file  *os.File
	ends  []int64 // of the runs in the file
	heap  runs
}

// maxRun is the limit of what is held.
const maxRun = 8 << 20

type kept struct {
	item
	n int64
}

func (a kept) before(b kept) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.n, a.n)) }

// all takes the records of an input and returns how it ended.
func (x *extractor) all(s *sorter) error {
	s.full = true
	for {
		it, err := x.next()
		if err != nil {
			if failed := s.finish(); failed != nil {
				return failed
			}
			return err
		}
		if it == nil {
			continue
		}
		if err := s.add(it); err != nil {
			s.finish()
			return err
		}
	}
}

func (s *sorter) add(it *item) error {
	k := kept{item: *it, n: s.n}
	s.n++
	held := make([]byte, len(it.key)+len(it.text))
	n := copy(held, it.key)
	copy(held[n:], it.text)
	k.key, k.text = held[:n:n], held[n:]
	s.run = append(s.run, k)
	if s.size += len(held) + 96; s.size >= s.limit {
		return s.write()
	}
	return nil
}

// write appends the run to the file.
func (s *sorter) write() error {
	if s.file == nil {
		f, err := os.CreateTemp("", "apilint-sort-")
		if err != nil {
			return err
		}
		_ = os.Remove(f.Name()) // where an open file cannot be removed, close does
		s.file = f
	}
	slices.SortFunc(s.run, kept.before)
	w := bufio.NewWriterSize(s.file, 256<<10)
	var b []byte
	for _, k := range s.run {
		b = varint.AppendVarint(b[:0], k.at)
		b = varint.AppendVarint(b, k.n)
		partial := uint64(0)
		if k.partial {
			partial = 1
		}
		b = varint.AppendUvarint(b, partial)
		b = varint.AppendUvarint(b, uint64(len(k.key)))
		b = varint.AppendUvarint(b, uint64(len(k.text)))
		b = append(append(b, k.key...), k.text...)
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	end, err := s.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	s.ends = append(s.ends, end)
	s.run, s.size = s.run[:0], 0
	return nil
}

// finish prepares the runs to be merged.
func (s *sorter) finish() error {
	slices.SortFunc(s.run, kept.before)
	s.heap = nil
	if len(s.run) > 0 {
		s.heap = append(s.heap, &run{memory: s.run})
	}
	from := int64(0)
	for _, end := range s.ends {
		s.heap = append(s.heap, &run{file: bufio.NewReaderSize(io.NewSectionReader(s.file, from, end-from), 16<<10)})
		from = end
	}
	for _, r := range s.heap {
		if err := r.advance(); err != nil {
			return err
		}
	}
	heap.Init(&s.heap)
	return nil
}

// next returns the next record, or how the input ended.
func (s *sorter) next() (*item, error) {
	if len(s.heap) == 0 {
		if s.file != nil {
			s.file.Close()
			_ = os.Remove(s.file.Name())
			s.file = nil
		}
		if s.end == nil {
			s.end = io.EOF
		}
		return nil, s.end
	}
	r := s.heap[0]
	it := r.first.item
	switch err := r.advance(); err {
	case nil:
		heap.Fix(&s.heap, 0)
	case io.EOF:
		heap.Pop(&s.heap)
	default:
		heap.Pop(&s.heap)
		s.end = err
	}
	return &it, nil
}

// run is a sorted part of the records.
type run struct {
	first  kept
	memory []kept
	file   *bufio.Reader
}

func (r *run) advance() error {
	if r.file == nil {
		if len(r.memory) == 0 {
			return io.EOF
		}
		r.first, r.memory = r.memory[0], r.memory[1:]
		return nil
	}
	at, err := varint.ReadVarint(r.file)
	if err != nil {
		return err
	}
	var k kept
	k.at = at
	if k.n, err = varint.ReadVarint(r.file); err != nil {
		return err
	}
	var sizes [3]uint64 // partial, key, text
	for i := range sizes {
		if sizes[i], err = varint.ReadUvarint(r.file); err != nil {
			return err
		}
	}
	held := make([]byte, sizes[1]+sizes[2])
	if _, err := io.ReadFull(r.file, held); err != nil {
		return err
	}
	k.partial, k.key, k.text = sizes[0] == 1, held[:sizes[1]:sizes[1]], held[sizes[1]:]
	r.first = k
	return nil
}

// runs is a heap of them by their first record.
type runs []*run

func (r runs) Len() int           { return len(r) }
func (r runs) Less(i, k int) bool { return r[i].first.before(r[k].first) < 0 }
func (r runs) Swap(i, k int)      { r[i], r[k] = r[k], r[i] }
func (r *runs) Push(x any)        { *r = append(*r, x.(*run)) }
func (r *runs) Pop() any {
	old := *r
	last := old[len(old)-1]
	*r = old[:len(old)-1]
	return last
}
