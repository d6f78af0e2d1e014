package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/plugins"
)

func (a *app) pluginCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:   "plugin",
		Short: "install helmx as a plugin of Helm, or pack it as one",
		Args:  unknownCommand,
		RunE: func(*cobra.Command, []string) error {
			return usageError{"plugin needs install or package", "see `helmx plugin --help`"}
		},
	}
	parent.AddCommand(a.pluginInstallCommand(), a.pluginPackageCommand())
	return parent
}

const pluginInstallLong = `Install this helmx as a plugin of the Helm at hand, or bring the plugin up to
date. Helm 4 gets two: the post-renderer "helmx", for --post-renderer helmx, and
"helmx-cli", the command "helm helmx". Helm 3 gets the command alone; its
post-renderer is the helmx in $PATH. "helm plugin uninstall" removes them.

The binary is copied. A folder that Helm 3 uses is not touched for Helm 4: one
plugin of the newer kind there makes Helm 3 refuse all plugins of the user.`

func (a *app) pluginInstallCommand() *cobra.Command {
	var o plugins.InstallOptions
	var kind string
	cmd := &cobra.Command{
		Use:   "install",
		Short: "put the plugins that fit the Helm at hand in place",
		Long:  pluginInstallLong,
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--kind", kind, []string{"all", string(plugins.PostRenderer), string(plugins.CLI)}); err != nil {
				return err
			}
			if kind != "all" {
				o.Kinds = []plugins.Kind{plugins.Kind(kind)}
			}
			o.Helm = cmp.Or(o.Helm, a.Getenv("HELM_BIN"), "helm")
			return a.pluginInstall(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Helm, "helm", "", "`PROGRAM` to install for (default $HELM_BIN, else the helm in $PATH)")
	f.StringVar(&kind, "kind", "all", "what to install: post-renderer, cli or all")
	f.StringVar(&o.Folder, "dir", "", "plugins `FOLDER` to install to (default: where that Helm looks for plugins)")
	f.BoolVar(&o.Helm3IsGone, "helm3-is-gone", false, "no Helm 3 uses the folder any more, whatever it looks like")
	f.BoolVar(&o.DryRun, "dry-run", false, "say what would be done and do nothing")
	return cmd
}

func (a *app) pluginInstall(ctx context.Context, o plugins.InstallOptions) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	o.Binary, o.Version = binary, version()
	done, err := plugins.Install(ctx, o)
	if err != nil {
		return refused(err)
	}
	fmt.Fprintf(&a.stdout, "Helm %d (%s, %s)\n", done.Major, done.Helm, done.Version)
	for _, p := range done.Plugins {
		state := string(p.State)
		if o.DryRun && p.State != plugins.Unchanged {
			state = "would be " + state
		}
		fmt.Fprintf(&a.stdout, "%s %s in %s\n", p.Name, state, p.Dir)
	}
	for _, p := range done.Plugins {
		fmt.Fprintln(&a.stdout, usageOf(p.Kind))
	}
	if done.Major == 3 {
		fmt.Fprintln(&a.stdout, helm3PostRenderer())
	}
	if !done.Seen {
		fmt.Fprintf(&a.stdout, "%s does not look for plugins there: export HELM_PLUGINS=%s for it\n", done.Helm, shellWord(done.Folder))
	}
	return nil
}

var plainWord = regexp.MustCompile(`^[\w/.,:@%+=-]+$`)

// shellWord quotes what a shell would take apart.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// refused makes a mistake of the user's out of a refusal.
func refused(err error) error {
	var r plugins.Refusal
	if errors.As(err, &r) {
		return usageError{r.Message, r.Hint}
	}
	return err
}

func usageOf(kind plugins.Kind) string {
	if kind == plugins.PostRenderer {
		return "use: helm install NAME CHART --post-renderer helmx"
	}
	return "use: helm helmx template NAME CHART"
}

// helm3PostRenderer says how Helm 3 runs a post-renderer.
func helm3PostRenderer() string {
	const text = "Helm 3 needs no plugin for helm install NAME CHART --post-renderer helmx, only helmx in $PATH"
	if _, err := exec.LookPath("helmx"); err != nil {
		return text + ", where it is not now"
	}
	return text
}

const pluginPackageLong = `Write the archives that "helm plugin install" takes, for each BINARY of helmx -
this one when none is named. A binary may be built for another platform; its
version and platform are read out of it. Below --out:

  helm4-OS-ARCH/helmx-VERSION.tgz       the post-renderer of Helm 4
  helm4-OS-ARCH/helmx-cli-VERSION.tgz   the command "helm helmx" of Helm 4
  helm3-OS-ARCH/helmx-VERSION.tgz       the command "helm helmx" of Helm 3
  checksums.txt                         as sha256sum writes it`

func (a *app) pluginPackageCommand() *cobra.Command {
	var o plugins.PackOptions
	var key, keyring string
	cmd := &cobra.Command{
		Use:   "package [BINARY]...",
		Short: "write the archives that helm plugin install takes",
		Long:  pluginPackageLong,
		RunE: func(_ *cobra.Command, binaries []string) error {
			if (key == "") != (keyring == "") {
				return usageError{"--key and --keyring need each other", "give both to sign, or none"}
			}
			if key != "" {
				signer, err := plugins.NewSigner(keyring, key)
				if err != nil {
					return refused(err)
				}
				o.Signer = signer
			}
			return a.pluginPackage(o, binaries)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Out, "out", "dist/plugins", "`FOLDER` to write to")
	f.StringVar(&key, "key", "", "sign with the key of this user `NAME`, or a part of it that only one key has")
	f.StringVar(&keyring, "keyring", "", "`FILE` of secret keys, as gpg --export-secret-keys writes it")
	return cmd
}

func (a *app) pluginPackage(o plugins.PackOptions, binaries []string) error {
	if len(binaries) == 0 {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		binaries = []string{self}
	}
	var written []string
	for _, b := range binaries {
		paths, err := plugins.Pack(b, o)
		if err != nil {
			return refused(err)
		}
		written = append(written, paths...)
	}
	sums, err := plugins.Checksums(o.Out, written)
	if err != nil {
		return err
	}
	a.stdout.Write(sums)
	return os.WriteFile(filepath.Join(o.Out, "checksums.txt"), sums, 0o644)
}
