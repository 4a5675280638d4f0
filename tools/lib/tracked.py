"""The files of the repository, as every check sees them."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__", ".git", ".cache"}


def tracked_files(root=ROOT):
    """Relative paths, sorted: what git tracks, or every file when this is no git checkout."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        names = [name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not names:
        names = [
            path.relative_to(root).as_posix()
            for path in root.rglob("*")
            if path.is_file() and not SKIPPED_FOLDERS & set(path.relative_to(root).parts)
        ]
    return [pathlib.Path(name) for name in sorted(names) if (root / name).is_file()]
