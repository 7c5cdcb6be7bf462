// Command apilint reads PostgreSQL logs, statistics and traces, and says which
// queries run in loops, which indexes are missing, and what to do about it.
package main

import (
	"os"

	"github.com/apilint/apilint/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
