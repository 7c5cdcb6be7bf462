//go:build unix

package pgserver

import (
	"fmt"
	"io"
	"os/exec"
	"strconv"
)

// watchdog is a small process that ends the server and removes its folder when
// this program dies without doing so: its input is then closed. (Linux could
// signal the server itself, but macOS could not, and neither would remove the
// folder.)
type watchdog struct {
	cmd   *exec.Cmd
	input io.WriteCloser
}

// watchScript gets the server's process and its folder. Any line of input is
// the all-clear. Where nobody collects orphans, the process lives on as a
// zombie: hence the end of the counting.
const watchScript = `
read -r line && exit 0
kill -INT "$1" 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 1; done
kill -KILL "$1" 2>/dev/null
cd / && rm -rf -- "$2"
`

func watch(run account, process int, dir string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", "-c", watchScript, "apilint-pg-watchdog", strconv.Itoa(process), dir)
	run.prepare(cmd, dir)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the watchdog of PostgreSQL: %w", err)
	}
	return &watchdog{cmd, input}, nil
}

// dismiss ends the watchdog without an action. A nil watchdog is no watchdog.
func (w *watchdog) dismiss() {
	if w == nil || w.input == nil {
		return
	}
	io.WriteString(w.input, "stopped\n")
	w.input.Close()
	w.input = nil
	w.cmd.Wait()
}
