"""A small repository in a temporary folder, valid until a test breaks one thing."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

LAYERS = """
planned = ["vm"]
[may_include]
base = []
types = ["base"]
vm = ["base", "types"]
storage = ["base"]
node = ["*"]
[programs]
folders = ["apps"]
[owners]
rocksdb = ["storage"]
CLI = ["apps"]
openssl = ["types"]
"openssl/ssl.h" = ["storage"]
[core]
modules = ["base", "types", "vm"]
banned_headers = ["chrono", "cmath"]
[core.exceptions]
"types/number.cpp" = { headers = ["cmath"], why = "a test" }
"""

FILES = {
    "tools/layers.toml": LAYERS,
    "src/base/bytes.hpp": "// Bytes.\n#pragma once\n\nusing Byte = unsigned char;\n",
    "src/types/name.hpp": '// A name.\n#pragma once\n\n#include "base/bytes.hpp"\n',
    "src/types/number.cpp": "#include <cmath>\n",
    "src/types/name_test.cpp": '#include <chrono>\n\n#include "storage/store.hpp"\n',
    "src/types/testing/fake_name.hpp": "// A name for tests.\n#pragma once\n",
    "src/storage/store.hpp": "// A store.\n#pragma once\n\n#include <rocksdb/db.h>\n",
    "src/node/node.hpp": '// A node.\n#pragma once\n\n#include "storage/store.hpp"\n',
    "apps/main.cpp": '#include <CLI/CLI.hpp>\n\n#include "node/node.hpp"\n',
    "apps/tool/verb.cpp": '#include "tool/verb.hpp"\n',
    "apps/tool/verb.hpp": "// A verb.\n#pragma once\n",
    ".clang-format": "BasedOnStyle: Google\nIndentWidth: 4\nColumnLimit: 100\n",
    "README.md": "# Title\n\nSee [the name](src/types/name.hpp) and [above](#title).\n",
}


class Planted(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="ropenet-lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")

    def append(self, path, text):
        self.write(path, (self.root / path).read_text(encoding="utf-8") + text)

    def run_unchecked(self, name, *arguments):
        return subprocess.run(
            [sys.executable, str(ROOT / "tools" / name), *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def run_tool(self, name, *arguments):
        done = self.run_unchecked(name, *arguments)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def expect_ok(self, name, *arguments):
        code, output = self.run_tool(name, *arguments)
        self.assertEqual((code, output.count("\n")), (0, 1), output)

    def expect_fault(self, what, name, *arguments):
        code, output = self.run_tool(name, *arguments)
        self.assertEqual(code, 1, output)
        self.assertIn(what, output)
        self.assertEqual(output.count("\n"), 1, f"more than the planted fault: {output}")
