#!/usr/bin/env python3
"""Runs the `sh run` blocks of a guide, in order, in an empty folder, as a reader would.

run_guide.py ROPENET WORK_FOLDER GUIDE
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


def main():
    binary, work, guide = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    blocks = re.findall(r"^```sh run\n(.*?)^```", guide.read_text(), re.S | re.M)
    if not blocks:
        print(f"FAIL {guide.name} has no block to run")
        return 1
    # The reader's shell: what one block sets, the next one has; what fails stops it.
    script = "set -eu\ntrap 'kill $! 2> /dev/null || true; wait' EXIT\n" + "\n".join(blocks)
    python = Path(sys.executable).parent
    environment = dict(os.environ, PATH=f"{binary.parent}:{python}:{os.environ['PATH']}")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout + done.stderr)
    # What the output must hold stands in the guide, unseen by its reader.
    expected = re.findall(r"^<!-- expect: (.*) -->$", guide.read_text(), re.M)
    missing = [words for words in expected if words not in done.stdout]
    print(f"{guide.name}: {len(blocks)} blocks, exit {done.returncode}, missing {missing}")
    return 1 if done.returncode != 0 or missing else 0


if __name__ == "__main__":
    sys.exit(main())
