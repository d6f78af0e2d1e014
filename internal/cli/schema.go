package cli

import (
	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/internal/config"
)

// schemaCommand prints JSON Schemas, with which editors complete and check.
func (a *app) schemaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "print JSON Schemas for editors",
		Args:  unknownCommand,
		RunE: func(*cobra.Command, []string) error {
			return usageError{"schema needs to know of what", "write helmx schema config"}
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:     "config",
		Short:   "print the JSON Schema of helmx.yaml",
		Example: "  helmx schema config > helmx.schema.json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			a.stdout.Write(config.Schema)
			return nil
		},
	})
	return cmd
}
