package source

import (
	"bufio"
	"bytes"
	"fmt"

	"github.com/apilint/apilint/analyzer/workload"
)

// digestMagic begins what apilint digest writes, without its compression.
const digestMagic = "apilint digest "

// isDigest reports whether the input is a digest.
func isDigest(br *bufio.Reader) bool {
	head, _ := br.Peek(len(digestMagic))
	return bytes.Equal(head, []byte(digestMagic))
}

// digest hands a digest to whoever asked for them. Its inputs are those of the
// report, not the file.
func (r *reading) digest(in *workload.Input, src *bufio.Reader) error {
	if r.o.Digest == nil {
		return r.refuse(in, "this is a digest, which is not read here")
	}
	r.release()
	if err := r.o.Digest(src); err != nil {
		return fmt.Errorf("reading %s: %w", in.Path, err)
	}
	return r.ctx.Err()
}
