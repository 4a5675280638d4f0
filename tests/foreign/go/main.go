// Command foreign reads ropenet's logs and evidence bundles with libraries that ropenet did not
// write. It holds no rule of its own beyond what binds one file to another: hashes named by a
// signed record, and that a file has no second spelling which a lax parser would take as well.
//
//	foreign sumdb       LOGDIR VKEY [POLICY]     golang.org/x/mod/sumdb/tlog and note
//	foreign fsck        LOGDIR VKEY [POLICY]     github.com/transparency-dev/tessera/fsck
//	foreign consistency LOGDIR VKEY OLD          github.com/transparency-dev/merkle/proof
//	foreign inclusion   BUNDLE...                github.com/transparency-dev/merkle/proof
//	foreign policy      [-trust FILE] BUNDLE...  github.com/transparency-dev/formats/witness
//	foreign ics23       BUNDLE...                github.com/cosmos/ics23/go
//	foreign sm2         BUNDLE...                github.com/emmansun/gmsm
//
// Prints one line for each object, `ok NAME: what was verified` or `refused NAME: reason`.
// Exit 0: all verified; 1: one was refused; 2: usage.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		usage()
	}
	command, args := os.Args[1], os.Args[2:]
	var verify func(string) (string, error)
	switch command {
	case "sumdb":
		verify, args = logCommand(args, checkWithSumdb)
	case "fsck":
		verify, args = logCommand(args, checkWithFsck)
	case "consistency":
		if len(args) != 3 {
			usage()
		}
		vkey, old := args[1], args[2]
		verify = func(dir string) (string, error) { return checkConsistency(dir, vkey, old) }
		args = args[:1]
	case "inclusion":
		verify = checkInclusion
	case "policy":
		trusted := ""
		if len(args) >= 2 && args[0] == "-trust" {
			trusted, args = args[1], args[2:]
		}
		verify = func(dir string) (string, error) { return checkPolicy(dir, trusted) }
	case "ics23":
		verify = checkState
	case "sm2":
		verify = checkSM2
	default:
		usage()
	}
	os.Exit(run(verify, args))
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: foreign sumdb|fsck LOGDIR VKEY [POLICY]")
	fmt.Fprintln(os.Stderr, "       foreign consistency LOGDIR VKEY OLDCHECKPOINT")
	fmt.Fprintln(os.Stderr, "       foreign inclusion|ics23|sm2 BUNDLE...")
	fmt.Fprintln(os.Stderr, "       foreign policy [-trust FILE] BUNDLE...")
	os.Exit(2)
}

// logCommand reads LOGDIR VKEY [POLICY]; several log folders may stand before a `--`.
func logCommand(args []string, check func(dir, vkey, policy string) (string, error)) (
	func(string) (string, error), []string) {
	dirs := args[:1]
	rest := args[1:]
	for i, arg := range args {
		if arg == "--" {
			dirs, rest = args[:i], args[i+1:]
			break
		}
	}
	if len(dirs) == 0 || len(rest) == 0 || len(rest) > 2 {
		usage()
	}
	vkey, policy := rest[0], ""
	if len(rest) == 2 {
		policy = rest[1]
	}
	return func(dir string) (string, error) { return check(dir, vkey, policy) }, dirs
}

func run(verify func(string) (string, error), names []string) int {
	status := 0
	for _, name := range names {
		what, err := guarded(verify, name)
		if err != nil {
			fmt.Printf("refused %s: %s\n", name, oneLine(err.Error()))
			status = 1
			continue
		}
		fmt.Printf("ok %s: %s\n", name, what)
	}
	return status
}

// guarded turns a panic of a library over hostile bytes into a refusal.
func guarded(verify func(string) (string, error), name string) (what string, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the library panicked: %v", fault)
		}
	}()
	return verify(name)
}

func oneLine(text string) string {
	out := []rune(text)
	for i, r := range out {
		if r < ' ' {
			out[i] = ' '
		}
	}
	if len(out) > 200 {
		out = out[:200]
	}
	return string(out)
}
