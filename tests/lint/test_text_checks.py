"""Goal: the checks of links, words, format and headers report a planted fault, and only that."""

import shutil
import unittest

from planted import Planted


class Docs(Planted):
    def fault(self, link):
        self.write("README.md", f"# Title\n\n[a]({link})\n")
        self.expect_fault(link, "check_docs.py", ".")

    def test_accepts_the_valid_tree(self):
        self.expect_ok("check_docs.py", ".")

    def test_refuses_a_missing_file(self):
        self.fault("docs/gone.md")

    def test_refuses_a_missing_heading(self):
        self.fault("#gone")

    def test_refuses_a_link_out_of_the_repository(self):
        self.fault("../elsewhere.md")

    def test_does_not_follow_sites_or_code(self):
        text = (
            "# 第一个 证据\n\n[a](https://example.org/x) `[b](gone.md)` [c](#第一个-证据)\n\n"
            "```\n[d](gone)\n```\n"
        )
        self.write("README.md", text)
        self.expect_ok("check_docs.py", ".")


class Words(Planted):
    def fault(self, what, path, text):
        self.write(path, text)
        self.expect_fault(what, "check_banned_words.py", ".")

    def test_accepts_the_valid_tree(self):
        self.expect_ok("check_banned_words.py", ".")

    def test_refuses_a_path_of_one_machine(self):
        self.fault("a path of one machine", "docs/a.md", "in /ro" "ot/ropenet/build\n")

    def test_refuses_a_registry_host(self):
        self.fault("a registry host", "docs/a.md", "from py" "pi.org\n")

    def test_lock_files_may_name_hosts(self):
        self.write("tests/go.sum", "proxy.go" "lang.org\n")
        self.expect_ok("check_banned_words.py", ".")

    def test_refuses_rejected_words_in_identifiers_only(self):
        self.write("src/types/a.cpp", '// a txn, as others say\nconst char* k = "txn";\n')
        self.expect_ok("check_banned_words.py", ".")
        self.fault("we say tx", "src/types/a.cpp", "int txn_count;\n")
        self.fault("we say height", "src/types/a.cpp", "int block_number;\n")


@unittest.skipUnless(shutil.which("clang-format-19"), "clang-format-19 is not installed")
class Format(Planted):
    def test_refuses_a_wrong_indent_and_mends_it(self):
        self.expect_ok("check_format.py", ".")
        self.write("src/types/a.cpp", "int f() {\n  return 1;\n}\n")
        done = self.run_unchecked("check_format.py", ".")
        self.assertEqual(done.returncode, 1)
        self.assertIn("src/types/a.cpp:1", done.stdout)
        self.run_unchecked("check_format.py", "--fix", ".")
        self.expect_ok("check_format.py", ".")


@unittest.skipUnless(shutil.which("clang++-19"), "clang++-19 is not installed")
class Headers(Planted):
    def setUp(self):
        super().setUp()
        self.write("src/storage/store.hpp", "// A store.\n#pragma once\n")

    def check(self):
        done = self.run_unchecked("check_headers.py", "--cache", "cache.json", ".")
        return done.returncode, done.stdout

    def test_refuses_a_header_that_leans_on_its_includer(self):
        self.assertEqual(self.check(), (0, "headers: 6, compiled now 6, failed 0\n"))
        self.append("src/types/name.hpp", "inline std::string name() { return {}; }\n")
        code, output = self.check()
        self.assertEqual(code, 1)
        self.assertIn("src/types/name.hpp: does not compile on its own", output)

    def test_compiles_again_only_what_changed_or_includes_it(self):
        self.check()
        self.assertEqual(self.check(), (0, "headers: 6, compiled now 0, failed 0\n"))
        self.append("src/base/bytes.hpp", "using Word = unsigned;\n")
        self.assertEqual(self.check(), (0, "headers: 6, compiled now 2, failed 0\n"))
        self.write("src/base/bytes.hpp", "// Bytes.\n#pragma once\n#error broken\n")
        self.assertEqual(self.check()[0], 1)
        self.assertEqual(self.check()[0], 1)  # a failure is not remembered as a pass
