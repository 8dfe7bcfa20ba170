"""The closing line of a test run: which capabilities the passed tests prove."""

import pytest

from pipelines.home import PROJECT_ROOT

pytest_plugins = ["pytester"]


def test_only_passed_tests_prove_a_capability(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((PROJECT_ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = capability(id): what a test proves\n")
    pytester.makepyfile("""
        import pytest

        @pytest.mark.capability("E6")
        def test_passes(): pass

        @pytest.mark.capability("E10")
        @pytest.mark.capability("E2")
        def test_passes_too(): pass

        @pytest.mark.capability("M1")
        def test_fails(): assert False

        @pytest.mark.capability("M2")
        def test_is_skipped(): pytest.skip("not here")
    """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["capabilities proven: E2 E6 E10"])
