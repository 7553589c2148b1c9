from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from stance.scoring.drafts import replaced


def test_a_place_holds_the_old_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with replaced(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def broken(path: Path) -> None:
    with replaced(path) as draft:
        draft.write_text("half")
        raise KeyboardInterrupt


def test_what_fails_leaves_the_old_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        broken(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_that_a_kill_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".out.csv.new").write_text("a long draft that was never finished")
    with replaced(tmp_path / "out.csv") as draft:
        draft.write_text("new")
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_two_writers_of_one_place_go_one_after_the_other(tmp_path: Path) -> None:
    path, steps, begun = tmp_path / "out.csv", [], Event()

    def second() -> None:
        begun.set()
        with replaced(path) as draft:
            steps.append("second")
            draft.write_text("second")

    other = Thread(target=second)
    with replaced(path) as draft:
        draft.write_text("first")
        other.start()
        begun.wait()
        other.join(0.2)
        steps.append("first")
    other.join()
    assert steps == ["first", "second"]
    assert path.read_text() == "second"
