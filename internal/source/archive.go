package source

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/compression"
)

// Archives are opened: each file in them is an input of its own. They may hold
// archives, up to this depth and number of files.
const (
	maxArchives = 4
	maxMembers  = 10_000
)

// archive names what holds several files.
func archive(head []byte) string {
	switch {
	case begins(head, "PK\x03\x04"), begins(head, "PK\x05\x06"):
		return "zip"
	case len(head) >= 262 && string(head[257:262]) == "ustar":
		return "tar"
	}
	return ""
}

// archived reads the files of an archive.
func (r *reading) archived(in *workload.Input, name string, src *bufio.Reader, file *os.File, depth int) error {
	in.Envelopes = append(in.Envelopes, name)
	if depth >= maxArchives {
		return r.refuse(in, "archives lie in archives more than four deep")
	}
	var members int
	var err error
	if name == "zip" {
		members, err = r.zipped(in, src, file, depth)
	} else {
		members, err = r.tarred(in, src, depth)
	}
	var broken archiveError
	switch {
	case errors.As(err, &broken):
		return r.refuse(in, broken.Error())
	case err != nil:
		return err
	case members == 0:
		return r.refuse(in, "the "+name+" archive holds no file")
	}
	return nil
}

// archiveError is one of the archive, not of reading on.
type archiveError struct{ error }

func (r *reading) zipped(in *workload.Input, src *bufio.Reader, file *os.File, depth int) (members int, err error) {
	if file == nil {
		if file, err = spool(src); err != nil {
			return 0, archiveError{fmt.Errorf("keeping the zip archive: %w", err)}
		}
		defer os.Remove(file.Name())
		defer file.Close()
	}
	info, err := file.Stat()
	if err != nil {
		return 0, archiveError{err}
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		return 0, archiveError{fmt.Errorf("the zip archive is damaged: %w", err)}
	}
	for _, f := range r.sortedMembers(z) {
		if members++; members > maxMembers {
			return members, archiveError{fmt.Errorf("the zip archive holds more than %d files: the others were not read", maxMembers)}
		}
		member := inside(in, f.Name)
		const encrypted = 1
		if f.Flags&encrypted != 0 {
			if err := r.refuse(member, "the file is encrypted"); err != nil {
				return members, err
			}
			continue
		}
		content, err := f.Open()
		if err == nil {
			err = r.content(member, compression.Guard("zip", content, int64(f.CompressedSize64)), nil, depth+1)
			content.Close()
			if err != nil {
				return members, err
			}
			continue
		}
		if err := r.refuse(member, "the file cannot be unpacked: "+err.Error()); err != nil {
			return members, err
		}
	}
	return members, nil
}

// sortedMembers lists the files of a zip archive in the order in which they
// were written.
func (r *reading) sortedMembers(z *zip.Reader) []*zip.File {
	files := slices.DeleteFunc(slices.Clone(z.File), func(f *zip.File) bool {
		return f.FileInfo().IsDir() || hidden(f.Name)
	})
	if len(files) < 2 || len(files) > maxMembers || !r.mayBeLog() {
		return files
	}
	return inOrder(files, func(f *zip.File) string { return f.Name }, func(f *zip.File) (int64, bool) {
		return r.memberBeginning(f)
	})
}

// memberBeginning returns the first time in a file of a zip archive.
func (r *reading) memberBeginning(f *zip.File) (us int64, ok bool) {
	content, err := f.Open()
	if err != nil {
		return 0, false
	}
	defer content.Close()
	return r.beginning(compression.Guard("zip", content, int64(f.CompressedSize64)), nil)
}

// zipBeginning returns the first time in a zip archive.
func (r *reading) zipBeginning(file *os.File) (first int64, ok bool) {
	info, err := file.Stat()
	if err != nil {
		return 0, false
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		return 0, false
	}
	for _, f := range z.File[:min(len(z.File), maxMembers)] {
		if f.FileInfo().IsDir() || hidden(f.Name) {
			continue
		}
		if us, dated := r.memberBeginning(f); dated && (!ok || us < first) {
			first, ok = us, true
		}
	}
	return first, ok
}

func (r *reading) tarred(in *workload.Input, src io.Reader, depth int) (members int, err error) {
	t := tar.NewReader(src)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return members, archiveError{fmt.Errorf("the tar archive is damaged: %w", err)}
		}
		if h.Typeflag != tar.TypeReg || hidden(h.Name) {
			continue
		}
		if members++; members > maxMembers {
			return members, archiveError{fmt.Errorf("the tar archive holds more than %d files: the others were not read", maxMembers)}
		}
		if err := r.content(inside(in, h.Name), t, nil, depth+1); err != nil {
			return members, err
		}
		if err := r.ctx.Err(); err != nil {
			return members, nil
		}
	}
}

// inside describes a file of an archive.
func inside(in *workload.Input, name string) *workload.Input {
	return &workload.Input{
		Path: in.Path + "/" + strings.TrimPrefix(name, "./"), Kind: "unknown", Format: "unknown",
		Envelopes: append([]string(nil), in.Envelopes...),
	}
}

// hidden files are left out, as in folders; __MACOSX is what macOS adds.
func hidden(name string) bool {
	for part := range strings.SplitSeq(strings.TrimPrefix(name, "./"), "/") {
		if strings.HasPrefix(part, ".") || part == "__MACOSX" {
			return true
		}
	}
	return false
}

// spool keeps what cannot be read from its end in a temporary file.
func spool(src io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "apilint-zip-")
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, src); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

// refuse notes why an input is not read.
func (r *reading) refuse(in *workload.Input, why string) error {
	in.Notes = append(in.Notes, why)
	r.input(in, workload.SourceLog)
	return nil
}
