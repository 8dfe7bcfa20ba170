"""What a demo that was killed left beside its folder goes with the next one."""

from pathlib import Path

from pipelines.demo.write import finished


def test_the_next_demo_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    out, left = tmp_path / "company", tmp_path / ".company.partial"
    out.mkdir()
    left.mkdir()
    (left / "Account.csv").write_text("half", encoding="utf-8")
    with finished(out) as folder:
        assert folder == left
        (left / "Lead.csv").write_text("whole", encoding="utf-8")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Lead.csv", "company"]
