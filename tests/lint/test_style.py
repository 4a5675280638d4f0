"""Goal: check_style.py reports each stop, at the first value past it. Method: plant one each."""

from planted import Planted

NAME = "check_style.py"


def function(lines, head="int f()"):
    return head + " {\n" + "    g();\n" * (lines - 2) + "}\n"


class Style(Planted):
    def accept(self, path, text):
        self.write(path, text)
        self.expect_ok(NAME, ".")

    def refuse(self, what, path, text):
        self.write(path, text)
        self.expect_fault(what, NAME, ".")

    def test_accepts_the_valid_tree(self):
        self.expect_ok(NAME, ".")

    def test_stops_a_function_at_71_lines(self):
        self.accept("src/types/a.cpp", function(70))
        self.refuse("f has 71 lines", "src/types/a.cpp", function(71))

    def test_counts_a_method_inside_a_class_inside_a_namespace(self):
        body = function(71, "[[nodiscard]] static Expected<int, E> find(View v) const noexcept")
        text = f"namespace a {{\nclass B {{\n{body}}};\n}}\n"
        self.refuse("find has 71", "src/types/a.cpp", text)

    def test_counts_a_constructor_with_braced_initialisers(self):
        body = function(71, "A::A(int x) : a_{x}, b_{{1, 2}}, c_(x)")
        self.refuse("A::A has 71", "src/types/a.cpp", body)

    def test_counts_an_operator_a_template_and_a_test(self):
        for head in (
            "bool operator==(const A& a, const A& b)",
            "template <typename T> T get(T t)",
            "TEST_F(Fixture, refuses_it)",
            "auto f(int x) -> std::pair<int, int>",
        ):
            self.refuse("has 71 lines", "src/types/a.cpp", function(71, head))

    def test_does_not_take_tables_and_namespaces_for_functions(self):
        rows = "    {1, f(2)},\n" * 80
        self.accept("src/types/a.cpp", f"namespace a {{\nconst Row kRows[] = {{\n{rows}}};\n}}\n")

    def test_is_not_fooled_by_braces_in_strings_and_comments(self):
        text = 'int f() { return "{" == R"x({{{)x"; }  // {\n/* { */\n' + "int g();\n" * 80
        self.accept("src/types/a.cpp", text)

    def test_stops_parameters_at_six(self):
        five = "int f(int a, std::map<int, int> b, F (*c)(int, int), int d = g(1, 2), int e = 3);\n"
        self.accept("src/types/a.cpp", five)
        self.refuse("f takes 6", "src/types/a.cpp", five.replace("= 3", "= 3, int more = 4"))

    def test_stops_a_header_a_source_and_a_test_at_their_own_length(self):
        opening = "// A header.\n#pragma once\n"
        for path, stop, start in (
            ("src/types/a.hpp", 250, opening),
            ("src/types/b.cpp", 500, ""),
            ("src/types/c_test.cpp", 600, ""),
            ("tools/d.py", 500, ""),
            ("tools/e.sh", 500, "#!/bin/bash\n"),
        ):
            fill = stop - start.count("\n")
            line = "int x;\n" if path.startswith("src") else "x=1\n"
            self.accept(path, start + line * fill)
            self.refuse(f"at most {stop}", path, start + line * (fill + 1))
            self.write(path, start + "\n" * (not start) + line)

    def test_stops_a_line_at_101_code_points(self):
        self.accept("src/types/a.cpp", "// " + "账" * 97 + "\n")
        self.refuse("101 columns", "src/types/a.cpp", "// " + "账" * 98 + "\n")

    def test_wants_an_opening_and_pragma_once(self):
        self.refuse("opens with", "src/types/a.hpp", "#pragma once\n")
        self.refuse("no #pragma once", "src/types/a.hpp", "// A header.\n")

    def test_refuses_ragged_text(self):
        self.refuse("one line feed", "docs/a.md", "text")
        self.refuse("one line feed", "docs/a.md", "text\n\n")
        self.refuse("blank at the end", "docs/a.md", "text \n")
        self.refuse("tab", "docs/a.md", "\ttext\n")
        (self.root / "docs/a.md").unlink()
        self.refuse("carriage return", "src/types/a.cpp", "int x;\r int y;\n")

    def test_refuses_unfinished_work_and_tests_that_cannot_fail(self):
        self.refuse("unfinished work", "docs/a.md", "TO" "DO: write it\n")
        (self.root / "docs/a.md").unlink()
        self.refuse("cannot fail", "src/types/a_test.cpp", "TEST(A, b) { EXPECT_TRUE(true); }\n")

    def test_refuses_names_that_say_nothing(self):
        for path in ("src/types/utils.cpp", "src/common/a.cpp", "tools/helpers.py", "docs/a_v2.md"):
            self.write(path, "x\n")
            self.expect_fault("says nothing", NAME, ".")
            (self.root / path).unlink()

    def test_an_exception_forgives_one_thing_and_fails_when_stale(self):
        self.write("tools/style_exceptions.txt", "src/types/a.cpp function_lines f -- a table\n")
        self.accept("src/types/a.cpp", function(80))
        self.refuse("no longer needed", "src/types/a.cpp", function(9))

    def test_an_exception_needs_a_reason(self):
        self.write("tools/style_exceptions.txt", "src/types/a.cpp function_lines f\n")
        self.write("src/types/a.cpp", function(80))
        code, output = self.run_tool(NAME, ".")
        self.assertEqual(code, 1)
        self.assertIn("reason", output)

    def test_stops_a_python_function(self):
        body = "def f(a, b, c, d, e):\n" + "    a = b\n" * 69
        self.accept("tools/a.py", body)
        self.refuse("f has 71", "tools/a.py", body + "    a = c\n")
