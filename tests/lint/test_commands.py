"""Goal: ./run and ./test refuse what they do not understand, find what is missing, and count
honestly. Method: the scripts themselves, with a package list and reports made for the test."""

import importlib.util
import pathlib
import subprocess
import tempfile
import unittest

from planted import ROOT

REPORT = """<testsuite tests="5">
<testcase name="a" status="run"/><testcase name="b" status="run"/>
<testcase name="c" status="fail"><system-out>why</system-out></testcase>
<testcase name="d" status="notrun"/><testcase name="e" status="disabled"/>
</testsuite>"""


def bash(script, *arguments):
    return subprocess.run(
        ["bash", "-c", script, "bash", *arguments],
        cwd=ROOT,
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


class Commands(unittest.TestCase):
    def test_help_leads_with_examples(self):
        for command in ("./run", "./test"):
            done = bash(f"{command} --help")
            self.assertEqual((done.returncode, done.stdout[:9]), (0, "Examples:"))

    def test_refuses_unknown_options_and_missing_values_with_exit_2(self):
        for line in ("./run --bogus", "./run --http", "./test --bogus", "./test --only"):
            done = bash(line)
            self.assertEqual((line, done.returncode, done.stdout), (line, 2, ""))
            self.assertIn("--help", done.stderr)


class Packages(unittest.TestCase):
    def missing(self, lines):
        with tempfile.TemporaryDirectory() as folder:
            tools = pathlib.Path(folder) / "tools"
            tools.mkdir()
            (tools / "packages.txt").write_text(lines, encoding="utf-8")
            done = bash(
                f"root={folder}; set -euo pipefail; . tools/lib/say.sh; "
                ". tools/lib/packages.sh; missing_packages run"
            )
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_names_a_package_that_is_not_installed(self):
        self.assertEqual(
            self.missing("run  no-such-package-here  -  a test\n"), ["no-such-package-here"]
        )

    def test_leaves_other_sets_and_comments_alone(self):
        self.assertEqual(self.missing("# run x - y\n\ntest no-such-package-here - a test\n"), [])

    def test_takes_a_command_of_the_right_version_instead(self):
        self.assertEqual(self.missing("run no-such-package-here bash a test\n"), [])
        self.assertEqual(self.missing("run no-such-package-here bash>=3.2 a test\n"), [])
        self.assertEqual(
            self.missing("run no-such-package-here bash>=99 a test\n"), ["no-such-package-here"]
        )


class Counting(unittest.TestCase):
    def setUp(self):
        spec = importlib.util.spec_from_file_location("run_ctest", ROOT / "tools" / "run_ctest.py")
        self.tool = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.tool)

    def test_counts_a_test_that_did_not_run_as_failed(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(REPORT)
            file.flush()
            self.assertEqual(self.tool.count(file.name), (2, 3))

    def test_counts_a_missing_report_as_a_failure(self):
        self.assertEqual(self.tool.count("no/such/report.xml"), (0, 1))
