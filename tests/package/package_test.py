#!/usr/bin/env python3
"""The Debian package, the unit file, completion and manual pages, all made of one build.

package_test.py BUILD_FOLDER WORK_FOLDER
"""

import filecmp
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest
from pathlib import Path

BUILD, WORK = Path(sys.argv[1]), Path(sys.argv[2])
BINARY = str(BUILD / "bin/ropenet")
ROOT = Path(__file__).parents[2]
# At /usr/bin on Debian; a test that cannot find them fails, it does not pass by being left out.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(WORK)}


def run(*args, ok=True, **more):
    done = subprocess.run(
        args, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=ROOT, **more
    )
    if ok and done.returncode != 0:
        raise AssertionError(f"{args}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def help_of(*words):
    return run(BINARY, *words, "--help").stdout


def verbs_of(*words):
    """What `--help` lists below SUBCOMMANDS: the tree as people see it, to hold the others to."""
    text = help_of(*words)
    if "Subcommands:" not in text:
        return []
    lines = text.split("Subcommands:")[1].splitlines()
    return re.findall(r"^  ([a-z]+)", "\n".join(lines), re.M)


def commands(*above):
    out = [("ropenet", *above)]
    for verb in verbs_of(*above):
        out += commands(*above, verb)
    return out


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = commands()
        made = run("tools/package", str(BUILD), str(WORK / "one")).stdout.strip()
        cls.deb, cls.tree = Path(made), WORK / "tree"
        run("dpkg-deb", "--raw-extract", made, str(cls.tree))

    def test_packing_twice_gives_the_same_bytes_whatever_umask_and_place(self):
        previous = os.umask(0o077)
        try:
            again = run("tools/package", str(BUILD), str(WORK / "two")).stdout.strip()
        finally:
            os.umask(previous)
        self.assertTrue(filecmp.cmp(self.deb, again, shallow=False))

    def test_it_depends_on_the_libraries_that_the_program_needs(self):
        depends = run("dpkg-deb", "--field", str(self.deb), "Depends").stdout
        for name in ("libc6", "libssl3", "libstdc++6", "adduser"):
            self.assertRegex(depends, rf"(^|, ){re.escape(name)}\b")

    def test_files_belong_to_root_and_only_scripts_and_the_program_run(self):
        listing = run("dpkg-deb", "--contents", str(self.deb)).stdout.splitlines()
        for line in listing:
            self.assertRegex(line, r"^\S+ root/root ")
        runnable = [line.split()[-1] for line in listing if line.startswith("-rwx")]
        self.assertEqual(runnable, ["./usr/bin/ropenet"])

    def test_the_packed_program_says_its_version(self):
        packed = run(str(self.tree / "usr/bin/ropenet"), "--version").stdout
        self.assertEqual(packed, run(BINARY, "--version").stdout)

    def test_the_unit_file_is_one_that_systemd_takes(self):
        unit = WORK / "ropenet.service"
        text = (self.tree / "lib/systemd/system/ropenet.service").read_text()
        unit.write_text(text.replace("/usr/bin/ropenet", BINARY))
        done = run("systemd-analyze", "verify", "--man=no", str(unit), ok=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        self.assertIn("RestartPreventExitStatus=74 78\n", text)
        broken = WORK / "broken.service"
        broken.write_text(text.replace("/usr/bin/ropenet", "/usr/bin/no-such-program"))
        self.assertNotEqual(run("systemd-analyze", "verify", str(broken), ok=False).stderr, "")

    def test_a_node_tells_the_service_manager_when_it_serves_and_when_it_stops(self):
        place = WORK / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(str(place))
            told.settimeout(30)
            command = [BINARY, "dev", "--ephemeral", "--http", "127.0.0.1:0", "--json"]
            with subprocess.Popen(
                command, env=ENVIRONMENT | {"NOTIFY_SOCKET": str(place)}, stdout=subprocess.PIPE
            ) as node:
                self.assertEqual(json.loads(node.stdout.readline())["event"], "ready")
                self.assertEqual(told.recv(100), b"READY=1")
                node.send_signal(signal.SIGTERM)
                self.assertEqual(told.recv(100), b"STOPPING=1")
                self.assertEqual(node.wait(30), 0)

    def test_every_command_has_a_manual_page_without_faults(self):
        pages = self.tree / "usr/share/man/man1"
        expected = {"-".join(words) + ".1.gz" for words in self.commands}
        self.assertEqual({page.name for page in pages.iterdir()}, expected)
        self.assertGreater(len(expected), 20)
        plain = WORK / "man"
        run(BINARY, "man", "--out", str(plain))
        for page in sorted(plain.iterdir()):
            done = run("man", "--warnings", "--local-file", str(page))
            self.assertEqual(done.stderr, "", page.name)
            for title in ("NAME", "SYNOPSIS", "EXIT STATUS", "SEE ALSO"):
                self.assertIn(title, done.stdout, page.name)
        done = run("mandoc", "-Tlint", "-Wwarning", *map(str, sorted(plain.iterdir())), ok=False)
        self.assertEqual(done.stdout, "")

    def test_manual_pages_name_every_option_of_the_help(self):
        run(BINARY, "man", "--out", str(WORK / "man2"))
        for words in self.commands[1:]:
            page = (WORK / "man2" / ("-".join(words) + ".1")).read_text().replace("\\-", "-")
            for option in re.findall(r"^  (?:-\w,)?(--[a-z-]+)", help_of(*words[1:]), re.M):
                self.assertIn(option, page, words)


class Completion(unittest.TestCase):
    CASES = (
        (["ev"], {"evidence"}, set()),
        (["evidence", ""], {"deposit", "export", "import", "verify"}, {"send"}),
        (["--data", "evidence", "tx", ""], {"send", "show", "list"}, {"deposit"}),
        (["evidence", "import", "--ma"], {"--map", "--mapping"}, {"--set"}),
        (["rope", "export", "--format", ""], {"ndjson", "cbor"}, {"csv"}),
        (["tx", "list", "--lang", ""], {"en", "zh"}, set()),
        (["completion", ""], {"bash", "zsh", "fish"}, {"send"}),
        (["evidence", "verify", "tools/pack"], {"tools/package"}, set()),
        (["log", "verify", "--dir", "tools/pack"], {"tools/package"}, set()),
    )

    def check(self, offered):
        for words, there, not_there in self.CASES:
            got = {line.split("\t")[0].split(":")[0] for line in offered(words).split("\n")}
            self.assertLessEqual(there, got, words)
            self.assertFalse(not_there & got, words)

    def test_bash_completes_verbs_options_choices_and_files(self):
        script = (
            f"source <({BINARY} completion bash); complete -p ropenet >/dev/null || exit 1; "
            'COMP_WORDS=(ropenet "$@"); COMP_CWORD=$#; _ropenet; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        self.check(lambda words: run("bash", "-euc", script, "bash", *words).stdout)

    def test_fish_completes_verbs_options_choices_and_files(self):
        path = WORK / "ropenet.fish"
        path.write_text(run(BINARY, "completion", "fish").stdout)
        run("fish", "--no-execute", str(path))

        def offered(words):
            line = " ".join(["ropenet", *words])
            return run("fish", "--no-config", "-c", f"source {path}; complete -C'{line}'").stdout

        self.check(offered)

    def test_zsh_completes_verbs_options_choices_and_files(self):
        path = WORK / "_ropenet"
        path.write_text(run(BINARY, "completion", "zsh").stdout)
        run("zsh", "-n", str(path))
        # What zsh's own completion functions would show, said instead of shown.
        stubs = (
            "compdef() { :; }; compadd() { shift; print -l -- ${@}; }; "
            "_describe() { print -l -- ${(P)4}; }; "
            "_files() { print -l -- ${words[CURRENT]}*(N); }; "
        )
        script = f'{stubs} source {path}; words=(ropenet "$@"); CURRENT=${{#words}}; _ropenet'

        def offered(words):
            lines = run("zsh", "-fc", script, "zsh", *words).stdout.split("\n")
            return "\n".join(line for line in lines if line.startswith(words[-1]))  # as zsh does

        self.check(offered)


if __name__ == "__main__":
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    unittest.main(argv=sys.argv[:1], verbosity=1)
