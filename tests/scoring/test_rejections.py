from __future__ import annotations

import json
from pathlib import Path

import pytest

from stance.errors import StoreError
from stance.reading.items import Rejected
from stance.scoring.rejections import Rejections

FAULT = Rejected("no text: give one", "news.csv", "row 3")


def test_every_fault_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "out.rejected.jsonl"
    with Rejections(path) as reject:
        reject(FAULT)
    assert json.loads(path.read_text()) == {
        "source": "news.csv",
        "position": "row 3",
        "reason": "no text: give one",
    }
    assert reject.count == 1


def test_a_source_whose_name_is_not_utf8_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "out.rejected.jsonl"
    with Rejections(path) as reject:
        reject(Rejected("no text", "caf\udce9.dat", ""))
    assert json.loads(path.read_text(encoding="utf-8"))["source"] == "caf\udce9.dat"


def test_a_run_without_faults_leaves_no_older_list(tmp_path: Path) -> None:
    path = tmp_path / "out.rejected.jsonl"
    path.write_text("{}\n")
    with Rejections(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_growing_list_keeps_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "out.rejected.jsonl"
    for _ in range(2):
        with Rejections(path, grow=True) as reject:
            reject(FAULT)
    assert len(path.read_text().splitlines()) == 2


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose a place"):
        Rejections(tmp_path / "file" / "out.rejected.jsonl")


def test_a_run_under_way_leaves_no_file_that_a_kill_could_orphan(tmp_path: Path) -> None:
    with Rejections(tmp_path / "out.rejected.jsonl") as reject:
        reject(FAULT)
        assert list(tmp_path.iterdir()) == []


def fail(reject: Rejections, faults: int) -> None:
    with reject:
        for _ in range(faults):
            reject(FAULT)
        raise KeyboardInterrupt


def test_a_run_that_was_stopped_leaves_its_list_or_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "out.rejected.jsonl"
    for faults, lines in [(2, 2), (0, 2), (1, 1)]:
        with pytest.raises(KeyboardInterrupt):
            fail(Rejections(path), faults)
        assert len(path.read_text().splitlines()) == lines


def test_a_full_disk_is_a_store_error() -> None:
    with (
        pytest.raises(StoreError, match="make room"),
        Rejections(Path("/dev/full"), grow=True) as reject,
    ):
        reject(FAULT)
