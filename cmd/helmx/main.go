// Command helmx renders Helm charts, patches, validates and lints what comes
// out, and post-renders for Helm. Everything it does is in internal/cli.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/helmx-dev/helmx/internal/cli"
)

func main() {
	// Whoever closes our standard output early, such as head, gets a message and
	// an exit code from us, not a silent death. The signal is caught and not
	// ignored, as programs that we start would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
