"""The tamper matrix: each mutation of a bundle or log, and who refuses it."""

import os
import shutil
import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tamper import mutations
from verifiers import is_unsigned, verifiers

WORKERS = 2
INVALID = 8  # exit code of `ropenet evidence verify`


def read_folder(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def lay(folder, base, mutation):
    """A copy of `base` with one file changed; what is unchanged is linked."""
    for path in base.rglob("*"):
        name = path.relative_to(base).as_posix()
        if path.is_file() and name != mutation.file:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(path, folder / name)
    if mutation.content is not None:
        (folder / mutation.file).parent.mkdir(parents=True, exist_ok=True)
        (folder / mutation.file).write_bytes(mutation.content)


class Matrix:
    def __init__(self, work, installed, trusted_policy, ropenet=None):
        self.work, self.ropenet, self.trusted_policy = Path(work), ropenet, trusted_policy
        self.all = verifiers(installed, trusted_policy)
        self.failures = []

    def fail(self, words):
        self.failures.append(words)
        print("FAIL", words)

    def ropenet_exit(self, folder):
        command = [
            self.ropenet,
            "evidence",
            "verify",
            str(folder),
            "--trust",
            str(self.trusted_policy),
        ]
        return subprocess.run(command, capture_output=True, check=False).returncode

    def accepted(self, folder, algorithm):
        """The bundle as it is: every verifier that can read it must accept it."""
        files = read_folder(folder)
        for verifier in self.all:
            if not verifier.applies_to(algorithm, files):
                continue
            reason = verifier.run([folder])[str(folder)]
            if reason is not None:
                self.fail(f"{verifier.name} refuses {folder.name}: {reason}")
        if self.ropenet and self.ropenet_exit(folder) != 0:
            self.fail(f"ropenet refuses {folder.name}")

    def tampered(self, folder, algorithm):
        """Every mutation: refused by ropenet, and by each foreign reader of the file."""
        base = self.work / f"base-{folder.name}"
        shutil.rmtree(base, ignore_errors=True)
        shutil.copytree(folder, base)
        files = read_folder(base)
        cases = {}
        for number, mutation in enumerate(mutations(files)):
            cases[self.work / f"{folder.name}-{number:04}"] = mutation
            lay(self.work / f"{folder.name}-{number:04}", base, mutation)
        refused_by_us = self._ask_ropenet(cases)
        counts = defaultdict(lambda: defaultdict(int))
        for case, mutation in cases.items():
            counts[mutation.file]["mutations"] += 1
            counts[mutation.file]["ropenet"] += case in refused_by_us
            if self.ropenet and case not in refused_by_us:
                self.fail(f"ropenet accepts {folder.name} with {mutation.file} {mutation.field}")
        columns = []
        for verifier in self.all:
            if verifier.applies_to(algorithm, files):
                columns.append(verifier.name)
                self._ask_foreign(verifier, folder.name, cases, counts)
        self._print(folder.name, counts, columns)
        for case in (*cases, base):
            shutil.rmtree(case)

    def _ask_ropenet(self, cases):
        if not self.ropenet:
            return set()
        with ThreadPoolExecutor(WORKERS) as pool:
            exits = dict(zip(cases, pool.map(self.ropenet_exit, cases)))
        return {case for case, code in exits.items() if code == INVALID}

    def _ask_foreign(self, verifier, name, cases, counts):
        mine = {case: what for case, what in cases.items() if verifier.reads_file(what.file)}
        # Without its value a proof of presence is no proof of absence, but a bundle may have none.
        verdicts = verifier.run(list(mine))
        for case, mutation in mine.items():
            refused = verdicts[str(case)] is not None
            counts[mutation.file][verifier.name] += refused
            excepted = is_unsigned(verifier.name, mutation.file, mutation.field)
            if excepted and not refused:
                counts[mutation.file]["excepted"] += 1
            elif not refused:
                self.fail(f"{verifier.name} accepts {name} with {mutation.file} {mutation.field}")

    def _print(self, name, counts, columns):
        ours = ["ropenet"] if self.ropenet else []
        print(f"\n{name}: refused mutations of each file")
        print(f"  {'file':<24}{'made':>6}" + "".join(f"{column:>11}" for column in ours + columns))
        for file, row in counts.items():
            cells = [str(row[column]) if column in row else "-" for column in ours + columns]
            note = f"  ({row['excepted']} accepted: unsigned there)" if row["excepted"] else ""
            print(
                f"  {file:<24}{row['mutations']:>6}"
                + "".join(f"{cell:>11}" for cell in cells)
                + note
            )


class LogMatrix:
    """The same for a log folder, read by x/mod/sumdb and by tessera's fsck."""

    def __init__(self, work, installed, vkey, policy):
        self.work, self.tool = Path(work), str(installed / "foreign")
        self.rest = ["--", vkey, str(policy)]
        self.failures = []

    def run(self, command, folders):
        done = subprocess.run(
            [self.tool, command, *map(str, folders), *self.rest],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "refused "))]
        if len(lines) != len(folders):
            raise RuntimeError(f"{command}: {done.stderr[-500:]}")
        return [line.startswith("refused ") for line in lines], lines

    def accepted(self, log):
        for command in ("sumdb", "fsck"):
            refused, lines = self.run(command, [log])
            print(lines[0])
            if refused[0]:
                self.failures.append(lines[0])

    def tampered(self, log):
        base = self.work / "base-log"
        shutil.rmtree(base, ignore_errors=True)
        size = int((log / "checkpoint").read_text().split("\n")[1])
        for name in needed(size):
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(log / name, base / name)
        cases = {}
        for number, mutation in enumerate(mutations(read_folder(base))):
            cases[self.work / f"log-{number:04}"] = mutation
            lay(self.work / f"log-{number:04}", base, mutation)
        counts = defaultdict(lambda: defaultdict(int))
        for mutation in cases.values():
            counts[mutation.file]["mutations"] += 1
        for command in ("sumdb", "fsck"):
            refused, _ = self.run(command, list(cases))
            for mutation, is_refused in zip(cases.values(), refused):
                counts[mutation.file][command] += is_refused
                if not is_refused and not fsck_exception(command, mutation):
                    words = f"{command} accepts {mutation.file} {mutation.field}"
                    self.failures.append(words)
                    print("FAIL", words)
        print(
            "\nlog: refused mutations of each file\n"
            + f"  {'file':<24}{'made':>6}{'sumdb':>11}{'fsck':>11}"
        )
        for file, row in counts.items():
            print(f"  {file:<24}{row['mutations']:>6}{row['sumdb']:>11}{row['fsck']:>11}")
        for case in (*cases, base):
            shutil.rmtree(case)


def fsck_exception(command, mutation):
    """fsck takes the hashes that a partial tile must have and does not look at what follows them;
    sumdb compares the length of the file, so the log is refused all the same."""
    partial = mutation.file.startswith("tile/") and ".p/" in mutation.file
    of_hashes = not mutation.file.startswith("tile/entries/")
    return command == "fsck" and partial and of_hashes and mutation.field == "(one more)"


def needed(size):
    """The files of a log that a reader of its checkpoint needs."""
    names, level, width = ["checkpoint"], 0, size
    while width:
        for number in range(0, width, 256):
            part = min(256, width - number)
            kinds = [str(level), "entries"] if level == 0 else [str(level)]
            names += [tile_path(kind, number // 256, part) for kind in kinds]
        level, width = level + 1, width // 256
    return names


def tile_path(level, number, width):
    digits = f"{number % 1_000:03}"
    while number >= 1_000:
        number //= 1_000
        digits = f"x{number % 1_000:03}/{digits}"
    return f"tile/{level}/{digits}" + ("" if width == 256 else f".p/{width}")
