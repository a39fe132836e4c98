#!/usr/bin/python3
"""A rule that finds nothing may be blind: each is shown a planted fault here."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import documents
import layering
import sizes
import sources
import summary
import words

Path = pathlib.Path


class Layering(unittest.TestCase):
    def problems(self, path, source):
        return list(layering.problems_of(Path(path), source))

    def test_wire_must_not_know_the_profile(self):
        self.assertIn("must not include src/profile", self.problems("src/wire/x.cpp", '#include "profile/profile.h"')[0])

    def test_capture_may_include_the_recording(self):
        self.assertEqual(self.problems("agent/capture/x.cpp", '#include "wire/recording.h"\n#include <cstdint>'), [])

    def test_headers_of_others_stay_where_they_belong(self):
        self.assertTrue(self.problems("agent/preload/x.cpp", "#include <google/protobuf/message.h>"))
        self.assertTrue(self.problems("src/merge/x.cpp", "#include <mpi.h>"))

    def test_includes_are_rooted(self):
        self.assertTrue(self.problems("src/wire/x.cpp", '#include "recording.h"'))


class Words(unittest.TestCase):
    def test_last_word_of_a_name(self):
        self.assertEqual([words.last_word(name) for name in ("StringUtil", "frame_manager", "helper_programs", "tmp")],
                         ["util", "manager", "programs", "tmp"])

    def test_marks_of_unfinished_work(self):
        self.assertTrue(words.unfinished.search("// TO" + "DO: later"))
        self.assertTrue(words.unfinished.search("good enough for n" + "ow"))
        self.assertFalse(words.unfinished.search("mkstemp(pyprofXXXXXX) for nowhere"))

    def test_paths_and_hosts(self):
        self.assertTrue(words.machine_path.search('open("/ro' + 'ot/x")'))
        self.assertFalse(words.machine_path.search("network/ro" + "ot/x"))
        self.assertTrue(words.registry.search("https://py" + "pi.org/simple"))


class Sizes(unittest.TestCase):
    def test_a_function_is_measured_from_its_brace(self):
        source = "namespace a {\nclass B {\n    int f(int x) const {\n        if (x) {\n        }\n        return x;\n    }\n};\n}\n"
        self.assertEqual(list(sizes.cpp_functions(source)), [(3, 5)])

    def test_braces_in_text_do_not_count(self):
        self.assertEqual(list(sizes.cpp_functions('void f() {\n    g("}{{");  // }\n}\n')), [(1, 3)])

    def test_initialisers_are_no_functions(self):
        self.assertEqual(list(sizes.cpp_functions("constexpr Layout a{\n.x = 1,\n};\n")), [])


class Sources(unittest.TestCase):
    def test_comments_and_strings_leave_their_line_breaks(self):
        self.assertEqual(sources.code_only('a /* b\nc */ d "e" // f\ng'), "a \n d  \ng")


class Documents(unittest.TestCase):
    def test_links_are_found_and_addresses_left_alone(self):
        self.assertEqual(documents._link.findall("[a](b.md#c) [d](https://e.f) [g](#h)"), ["b.md"])


class Summary(unittest.TestCase):
    tests = [summary.Test("unit", "decoder reads", "ran", ""), summary.Test("kernels", "K05", "skipped", "no numpy")]

    def test_what_ran_is_enough(self):
        self.assertEqual(list(summary.unmet(self.tests, [("any", "^unit: ")])), [])

    def test_a_skip_of_a_required_test_is_named(self):
        self.assertIn("K05", list(summary.unmet(self.tests, [("debian", "^kernels: K05")]))[0])

    def test_a_required_test_must_exist(self):
        self.assertIn("no such test", list(summary.unmet(self.tests, [("any", "^rules: ")]))[0])

    def test_cases_that_ran_again_count_as_they_ended(self):
        def write(path, cases):
            ended = {"ran": "", "failed": "<failure/>"}
            rows = "".join(f'<testcase name="{name}">{ended[how]}</testcase>' for name, how in cases.items())
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"<testsuite>{rows}</testsuite>")

        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder)
            write(results / "first/e2e-test_x.xml", {"a": "ran", "b": "failed"})
            write(results / "e2e-test_x.xml", {"b": "ran"})
            write(results / "ctest.xml", {"test_x": "failed"})
            write(results / "again.xml", {"test_x": "ran"})
            outcomes = {test.name: test.outcome for test in summary.read_results(results, {})}
            self.assertEqual(outcomes, {"test_x a": "ran", "test_x b": "ran"})
            self.assertEqual([test.name for test in summary.failed_at_first(results, {})], ["test_x b"])

    def test_other_kinds_of_machine_are_not_asked(self):
        self.assertEqual(list(summary.required_patterns("pyenv ^e2e\nany ^unit  # always", {"any"})), [("any", "^unit")])


if __name__ == "__main__":
    unittest.main()
