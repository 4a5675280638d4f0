"""Goal: check_layers.py and check_unordered.py report each kind of fault. Method: plant one."""

from planted import LAYERS, Planted

ARGUMENTS = ("src", "tools/layers.toml")


class Layers(Planted):
    def fault(self, what):
        self.expect_fault(what, "check_layers.py", *ARGUMENTS)

    def test_accepts_the_valid_tree(self):
        self.expect_ok("check_layers.py", *ARGUMENTS)

    def test_refuses_core_that_includes_shell(self):
        self.append("src/types/name.hpp", '#include "storage/store.hpp"\n')
        self.fault("types may not include storage")

    def test_refuses_an_upward_include_inside_core(self):
        self.append("src/base/bytes.hpp", '#include "types/name.hpp"\n')
        self.fault("base may not include types")

    def test_refuses_a_library_outside_its_owner(self):
        self.append("src/node/node.hpp", "#include <rocksdb/db.h>\n")
        self.fault("only storage may include <rocksdb>")

    def test_refuses_a_program_that_takes_a_modules_library(self):
        self.append("apps/main.cpp", "#include <rocksdb/db.h>\n")
        self.fault("only storage may include <rocksdb>")

    def test_lets_the_longest_prefix_decide(self):
        self.append("src/types/number.cpp", "#include <openssl/evp.h>\n")
        self.expect_ok("check_layers.py", *ARGUMENTS)
        self.append("src/types/number.cpp", "#include <openssl/ssl.h>\n")
        self.fault("only storage may include <openssl/ssl.h>")

    def test_refuses_a_banned_header_in_core(self):
        self.append("src/types/name.hpp", "#include <chrono>\n")
        self.fault("core may not include <chrono>")

    def test_lets_the_shell_use_what_is_banned_in_core(self):
        self.append("src/storage/store.hpp", "#include <chrono>\n")
        self.expect_ok("check_layers.py", *ARGUMENTS)

    def test_refuses_an_exception_that_is_not_needed(self):
        self.write("src/types/number.cpp", "\n")
        self.fault("does not need its exception for <cmath>")

    def test_refuses_production_that_includes_a_fake(self):
        self.append("src/types/name.hpp", '#include "types/testing/fake_name.hpp"\n')
        self.fault("production may not include a fake")

    def test_refuses_an_include_it_cannot_read(self):
        self.append("src/types/name.hpp", "#include NAME_HEADER\n")
        self.fault("an include we cannot read")

    def test_refuses_our_headers_in_angle_brackets(self):
        self.append("src/types/name.hpp", "#include <storage/store.hpp>\n")
        self.fault("included with quotes")

    def test_refuses_a_path_that_climbs(self):
        self.append("src/types/name.hpp", '#include "../storage/store.hpp"\n')
        self.fault("names no module")

    def test_refuses_a_header_that_is_not_there(self):
        self.append("src/types/name.hpp", '#include "base/gone.hpp"\n')
        self.fault("is not a file of src")

    def test_refuses_a_folder_without_a_policy(self):
        self.write("src/extra/extra.hpp", "// Extra.\n")
        self.fault("extra: in src or in the policy, not both")

    def test_refuses_a_policy_without_a_folder(self):
        self.write("tools/layers.toml", LAYERS.replace('planned = ["vm"]', "planned = []"))
        self.fault("vm: in src or in the policy, not both")

    def test_refuses_a_planned_module_that_exists(self):
        self.write("src/vm/vm.hpp", "// Runs code.\n")
        self.fault("vm: exists in src")

    def test_refuses_a_cycle_in_the_policy(self):
        self.write("tools/layers.toml", LAYERS.replace("base = []", 'base = ["types"]'))
        self.fault("the policy itself has a cycle")

    def test_refuses_a_policy_that_lets_core_reach_the_shell(self):
        changed = LAYERS.replace('types = ["base"]', 'types = ["base", "storage"]')
        self.write("tools/layers.toml", changed)
        self.fault("types: core may not include the shell (storage)")

    def test_refuses_files_of_another_kind_in_src(self):
        self.write("src/types/name.inl", "\n")
        self.fault("nothing else")

    def test_does_not_take_a_string_of_python_for_an_include(self):
        self.append("src/types/number.cpp", 'const char* k = R"(\nimport json\n)";\n')
        self.expect_ok("check_layers.py", *ARGUMENTS)


class Unordered(Planted):
    MAP = "#include <unordered_map>\nstd::unordered_map<int, std::pair<int, int>> counts;\n"

    def plant(self, text):
        self.write("src/types/number.cpp", "#include <cmath>\n" + self.MAP + text)

    def fault(self):
        self.expect_fault("walks through", "check_unordered.py", *ARGUMENTS)

    def test_accepts_a_look_up(self):
        self.plant("bool has(int k) { return counts.find(k) != counts.end(); }\n")
        self.expect_ok("check_unordered.py", *ARGUMENTS)

    def test_refuses_a_range_for(self):
        self.plant("int f() {\n    int n = 0;\n    for (auto& [k, v] : counts) n += k;\n}\n")
        self.fault()

    def test_refuses_an_iterator(self):
        self.plant("int f() { return counts.begin()->first; }\n")
        self.fault()

    def test_sees_through_an_alias_and_a_member_of_the_header(self):
        alias = "using Seen = std::unordered_set<int>;\nstruct A { Seen seen; };\n"
        self.append("src/types/name.hpp", alias)
        self.plant("int f(A& a) { for (int k : a.seen) return k; return 0; }\n")
        self.fault()

    def test_leaves_the_shell_alone(self):
        walk = "void g() { for (auto& c : counts) use(c); }\n"
        self.append("src/storage/store.hpp", self.MAP + walk)
        self.expect_ok("check_unordered.py", *ARGUMENTS)
