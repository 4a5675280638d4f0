#!/usr/bin/env python3
"""Runs ctest on a build folder: short progress, the whole output of what fails, counts for ./test.

Usage: tools/run_ctest.py BUILD_DIR RESULTS_FILE [CTEST_ARGUMENT...]

Appends `PASSED FAILED` to RESULTS_FILE, counted from ctest's JUnit report. A test that was chosen
but did not run counts as failed. Exits 0 when ctest ran at all: ./test decides from the counts.
"""

import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

DONE = re.compile(r"^\s*(\d+)/(\d+) Test\s+#\d+: (\S+) \.*\s*(\*\*\*)?(\S.*?)\s+([\d.]+) sec")
QUIET_SECONDS_MAX = 15


class Progress:
    def __init__(self):
        self.terminal = sys.stderr.isatty()
        self.failed = 0
        self.last = time.monotonic()

    def show(self, match):
        number, total, name, bad = match[1], match[2], match[3], match[4]
        self.failed += bool(bad)
        if self.terminal:
            end = "\n" if bad else ""
            mark = f"FAILED {name}" if bad else name
            sys.stderr.write(f"\r\033[K  [{number}/{total}] {mark}{end}")
        elif bad:
            sys.stderr.write(f"  [{number}/{total}] FAILED {name}\n")
        elif number == total or time.monotonic() - self.last > QUIET_SECONDS_MAX:
            self.last = time.monotonic()
            sys.stderr.write(f"  [{number}/{total}] {self.failed} failed so far\n")
        sys.stderr.flush()

    def end(self):
        if self.terminal:
            sys.stderr.write("\r\033[K")


def count(report):
    """(passed, failed) of a JUnit report, or (0, 1) when ctest left none."""
    try:
        cases = xml.etree.ElementTree.parse(report).getroot().iter("testcase")
        statuses = [case.get("status") for case in cases]
    except (OSError, xml.etree.ElementTree.ParseError):
        return 0, 1
    passed = statuses.count("run")
    return passed, len(statuses) - passed


def print_failures(report):
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        if case.get("status") != "run":
            print(f"----- {case.get('name')}: {case.get('status')}", file=sys.stderr)
            print((case.findtext("system-out") or "").rstrip(), file=sys.stderr)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    report = (build / "junit.xml").resolve()
    report.unlink(missing_ok=True)
    # ctest keeps only the first 1,024 bytes of what a passed test printed, and all of a failed one.
    command = [
        "ctest",
        "--test-dir",
        str(build),
        "--output-junit",
        str(report),
        "--test-output-size-failed",
        "65536",
        *sys.argv[3:],
    ]
    progress, other = Progress(), []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as running:
        for line in running.stdout:
            match = DONE.match(line)
            if match:
                progress.show(match)
            else:
                other.append(line)
    progress.end()
    passed, failed = count(report)
    if failed and report.exists():
        print_failures(report)
    elif failed:
        print("".join(other[-40:]), end="", file=sys.stderr)
    with results.open("a", encoding="utf-8") as file:
        file.write(f"{passed} {failed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
