package source

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// Columns of csvlog, by position. Versions only append: 23 up to PostgreSQL 12,
// 24 in 13, 26 since 14.
const (
	csvTime         = 0
	csvUser         = 1
	csvDatabase     = 2
	csvProcess      = 3
	csvSession      = 5
	csvLine         = 6
	csvSessionStart = 8
	csvVxid         = 9
	csvSeverity     = 11
	csvState        = 12
	csvMessage      = 13
	csvDetail       = 14
	csvContext      = 18
	csvQuery        = 19
	csvApp          = 22
	csvColumns      = 26
)

// csvReader reads csvlog. Quotes are doubled and line breaks stand as they are,
// so only reading a row from its beginning tells where it ends; after damage
// reading goes on at the next line that begins like a row.
type csvReader struct {
	longest int    // bytes of a row that are read
	row     csvRow // of begins
	passed  csvRow // of split
}

// csvRow is one row: where its fields lie.
type csvRow struct {
	fields [csvColumns + 6][]byte // as written, without the quotes around
	n      int
	open   bool // the last field has no closing quote
	folded uint64
}

type rowState uint8

const (
	rowWhole  rowState = iota
	rowShort           // the bytes end before the row does
	rowBroken          // this is no row
)

// read reads a row at the start of b and returns where the next line begins.
func (r *csvRow) read(b []byte) (end int, state rowState) {
	r.n, r.open, r.folded = 0, false, 0
	i := 0
	for {
		var field []byte
		if i < len(b) && b[i] == '"' {
			from := i + 1
			for j := from; ; {
				k := bytes.IndexByte(b[j:], '"')
				if k < 0 {
					r.open = true
					r.add(b[from:])
					return len(b), rowShort
				}
				j += k + 1
				if j < len(b) && b[j] == '"' {
					r.folded |= 1 << min(r.n, 63)
					j++
					continue
				}
				i = j
				break
			}
			field = b[from : i-1]
		} else {
			from := i
			for i+8 <= len(b) && !csvStops[b[i]] {
				if stops := csvStop(binary.LittleEndian.Uint64(b[i:])); stops != 0 {
					i += bits.TrailingZeros64(stops) / 8
					break
				}
				i += 8
			}
			for i < len(b) && !csvStops[b[i]] {
				i++
			}
			if field = b[from:i]; len(field) > 0 && field[len(field)-1] == '\r' {
				field = field[:len(field)-1]
			}
		}
		if !r.add(field) {
			return 0, rowBroken
		}
		if r.n == 1 && !isTime(field) {
			return 0, rowBroken
		}
		if i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n' {
			i++
		}
		switch {
		case i >= len(b):
			return len(b), rowShort
		case b[i] == '\n':
			if r.n < csvDetail {
				return i + 1, rowBroken
			}
			return i + 1, rowWhole
		case b[i] != ',':
			return 0, rowBroken
		}
		i++
	}
}

var lineBreak = []byte{'\n'}

// csvStops are the bytes that end a field without quotes.
var csvStops = [256]bool{',': true, '\n': true, '"': true}

// csvStop looks for them in eight bytes at once: the highest bit of the first
// one is set, and perhaps others behind it.
func csvStop(v uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	comma, quote, end := v^ones*',', v^ones*'"', v^ones*'\n'
	return ((comma-ones)&^comma | (quote-ones)&^quote | (end-ones)&^end) & high
}

func (r *csvRow) add(field []byte) bool {
	if r.n >= len(r.fields) {
		return false
	}
	r.fields[r.n] = field
	r.n++
	return true
}

// field returns the i-th field with its quotes halved, in place.
func (r *csvRow) field(i int) []byte {
	if i >= r.n {
		return nil
	}
	f := r.fields[i]
	if r.folded>>i&1 == 0 {
		return f
	}
	r.folded &^= 1 << i
	w := bytes.IndexByte(f, '"')
	if w < 0 {
		return f
	}
	for from := w; from < len(f); {
		f[w] = '"'
		w++
		from = min(from+2, len(f)) // two quotes stand for one
		n := bytes.IndexByte(f[from:], '"')
		if n < 0 {
			n = len(f) - from
		}
		w += copy(f[w:], f[from:from+n])
		from += n
	}
	r.fields[i] = f[:w]
	return f[:w]
}

func isTime(s []byte) bool {
	n := timestampLen(s)
	return n > 0 && n+zoneLen(s[n:]) == len(s)
}

// begins reports whether a line begins a row for certain: a quote inside of a
// row's text is doubled, so no text looks like this.
func (f *csvReader) begins(line []byte) bool {
	r := &f.row
	line = line[:min(len(line), maxHead)]
	if len(line) == 0 || line[0] != '"' && (line[0] < '0' || line[0] > '9') {
		return false
	}
	if _, state := r.read(line); r.n <= csvMessage || state == rowBroken && r.n == csvMessage+1 {
		return false
	}
	for _, i := range []int{csvProcess, csvLine} {
		if digits(r.fields[i]) != len(r.fields[i]) {
			return false
		}
	}
	return (len(r.fields[csvSession]) == 0 || sessionIDLen(r.fields[csvSession]) == len(r.fields[csvSession])) &&
		(len(r.fields[csvSessionStart]) == 0 || isTime(r.fields[csvSessionStart])) &&
		len(r.fields[csvState]) == 5
}

// surelyBegins reports whether a line begins a row wherever reading began.
// Within quotes all others are doubled. So who takes the inside of a text for
// its outside keeps to that error up to the next single quote, and takes that
// one, which closes the text and which a comma or the end of the row follows,
// for one that opens another text. The quote that opens the message has
// something else behind it.
func (f *csvReader) surelyBegins(line []byte) bool {
	if !f.begins(line) {
		return false
	}
	message := f.row.fields[csvMessage]
	if len(message) == 0 || message[0] == ',' || message[0] == '"' || message[0] == '\r' {
		return false
	}
	at := cap(line) - cap(message)
	return at > 0 && line[at-1] == '"'
}

// ending says what follows the bytes of a unit.
type ending uint8

const (
	endsUnknown ending = iota // more of the input, perhaps of the same row
	endsWhole                 // another row, or nothing
	endsCut                   // the rest of the last row
)

// unit finds the end of the row, or of what is none, at the start of b. known
// is false when b does not tell.
func (f *csvReader) unit(b []byte, longest int, ends ending, row *csvRow) (end int, state rowState, known bool) {
	final := ends != endsUnknown
	end, state = row.read(b[:min(len(b), longest)])
	from := 1
	switch {
	case state == rowWhole || state == rowBroken && end > 0:
		return end, state, true
	case state == rowShort && len(b) < longest && ends == endsWhole:
		state = rowBroken // a row follows: this one has no end
	case state == rowShort && len(b) < longest:
		return len(b), state, final
	case state == rowShort:
		from = longest
	}
	for {
		nl := bytes.IndexByte(b[min(from-1, len(b)):], '\n')
		if nl < 0 {
			return len(b), state, final
		}
		from += nl + 1
		line := b[from-1:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		} else if len(line) < maxHead && !final {
			return len(b), state, false
		}
		if f.begins(line) {
			return from - 1, state, true
		}
		// A line that is not even the beginning of a damaged row stands alone.
		if state == rowBroken && row.n <= 1 && from-1 <= longest {
			return from - 1, state, true
		}
	}
}

// split looks from the end for a row that begins there for certain; where there
// is none, rows are read one after the other.
func (f *csvReader) split(b []byte) int {
	if at := lastBeginning(b, f.surelyBegins); at >= 0 {
		return at
	}
	at := 0
	for at < len(b) {
		end, _, known := f.unit(b[at:], f.longest, endsUnknown, &f.passed)
		if !known {
			break
		}
		at += end
	}
	return at
}

func (f *csvReader) scan(b *block, s *scanner) {
	row, line := &s.row, b.line
	own := csvReader{} // begins keeps a row of its own
	ends := endsWhole
	if b.cut {
		ends = endsCut
	}
	for at := 0; at < len(b.data); {
		rest := b.data[at:]
		end, state, _ := own.unit(rest, b.longest, ends, row)
		breaks := int64(bytes.Count(rest[:end], lineBreak)) // before quotes are halved in place
		switch {
		case state == rowWhole:
			s.takeRow(line, b.offset+int64(at))
		case state == rowShort && row.n > csvMessage:
			s.takeRow(line, b.offset+int64(at))
		case len(bytes.TrimSpace(rest[:end])) == 0:
		default:
			if state == rowShort {
				s.cov.Truncated++
			}
			first, _, _ := bytes.Cut(rest[:end], []byte{'\n'})
			s.unreadable(line, first)
		}
		line += breaks
		at += end
	}
}

// takeRow makes a record of the row.
func (s *scanner) takeRow(line, offset int64) {
	row := &s.row
	r := &s.record
	*r = record{
		line: line, offset: offset,
		user: row.field(csvUser), database: row.field(csvDatabase), vxid: row.field(csvVxid), app: row.field(csvApp),
		severity: severityOf(row.field(csvSeverity)), message: row.field(csvMessage), detail: row.field(csvDetail),
		context: row.field(csvContext), statement: row.field(csvQuery), name: row.field(csvSession),
		cut:   row.open && row.n == csvMessage+1,
		short: row.open,
	}
	r.at, _, r.timed = s.clock.read(row.field(csvTime))
	if len(r.name) == 0 {
		r.name = row.field(csvProcess)
	}
	r.session = xxhash.Sum64(r.name)
	s.take(r)
}
