#!/usr/bin/env python3
"""Goal: the benchmark tool runs, and says what its README says. No number is judged.

Method: --list against the table of README.md; every figure once, with --quick; usage errors.
Usage: bench_test.py BENCH ROPENET README FOLDER
"""

import json
import pathlib
import re
import subprocess
import sys

BENCH, ROPENET, README, FOLDER = sys.argv[1:]
KEYS = ["name", "value", "unit", "baseline", "ratio", "pairs", "note"]


def run(*arguments):
    return subprocess.run(
        [BENCH, *arguments], capture_output=True, text=True, timeout=500, check=False
    )


def names_of_readme():
    text = pathlib.Path(README).read_text(encoding="utf-8")
    figures = text.split("## Figures")[1].split("\n## ")[0]
    return re.findall(r"^\| `([a-z0-9_]+)` \|", figures, re.MULTILINE)


def check_list():
    listed = run("--list").stdout.split()
    assert listed == names_of_readme(), "README.md lists other figures, or in another order"
    assert len(set(listed)) == len(listed), "a name twice"
    return listed


def check_line(line):
    figure = json.loads(line)
    assert list(figure) == KEYS, line
    for key in ("value", "baseline", "ratio"):
        assert figure[key] is None or isinstance(figure[key], (int, float)), line
    assert isinstance(figure["pairs"], int), line
    assert figure["value"] is not None or figure["note"], line
    assert (figure["ratio"] is None) == (figure["baseline"] is None), line
    assert (figure["pairs"] == 0) == (figure["baseline"] is None), line
    return figure["name"]


def check_run(listed):
    done = run("--quick", "--json", "--binary", ROPENET, "--folder", FOLDER)
    assert done.returncode == 0, done.stderr
    seen = [check_line(line) for line in done.stdout.splitlines()]
    assert sorted(seen) == sorted(listed), set(listed) ^ set(seen)
    assert not list(pathlib.Path(FOLDER).iterdir()), "files are left behind"


def check_only(listed):
    done = run("--quick", "--json", "--only", listed[0], "--binary", ROPENET, "--folder", FOLDER)
    assert done.returncode == 0, done.stderr
    assert [check_line(line) for line in done.stdout.splitlines()] == [listed[0]]


def check_usage():
    assert run("--only", "no_such_figure").returncode == 2
    assert run("--no-such-option").returncode == 2
    assert run("--only").returncode == 2
    assert run("--quick", "--binary", "/nonexistent").returncode == 78
    assert run("--quick", "--folder", "/nonexistent").returncode == 74
    assert "Examples" in run("--help").stdout or "示例" in run("--help").stdout


pathlib.Path(FOLDER).mkdir(parents=True, exist_ok=True)
names = check_list()
check_usage()
check_run(names)
check_only(names)
print(f"{len(names)} figures")
