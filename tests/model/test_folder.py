from __future__ import annotations

import json
from pathlib import Path

import pytest

from stance.errors import ModelError
from stance.model.calibration import Temperature
from stance.model.folder import (
    NEEDED,
    Manifest,
    check_files,
    folder_hashes,
    read_manifest,
    seal,
    written_beside,
)
from stance.model.inputs import InputFormat
from stance.records import Label


def manifest(**fields: object) -> Manifest:
    plain: dict[str, object] = {
        "name": "m",
        "labels": ("skeptical", "neutral", "hopeful"),
        "temperature": Temperature(1.5),
        "form": InputFormat(),
        "codebook_version": 1,
        "origin": {"a": 1},
    }
    return Manifest(**{**plain, **fields})  # type: ignore[arg-type]


def test_manifest_round_trip(tmp_path: Path) -> None:
    for name in NEEDED:
        (tmp_path / name).write_bytes(b"1")
    written = manifest(files=folder_hashes(tmp_path))
    (tmp_path / "stance.json").write_text(written.to_json())
    assert read_manifest(tmp_path) == written
    check_files(tmp_path, written)
    two = manifest(files=folder_hashes(tmp_path), temperature=Temperature(2.0, 1.1))
    (tmp_path / "stance.json").write_text(two.to_json())
    assert read_manifest(tmp_path) == two
    assert two.identity != written.identity


def test_one_temperature_is_written_as_a_number() -> None:
    assert json.loads(manifest().to_json())["temperature"] == 1.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format": 99}', "format 99, this version reads 1"),
        ('{"format": 1}', "damaged"),
        (manifest(labels=("a", "b", "c")).to_json(), "expected"),
        (manifest().to_json(), r"no hash of config\.json"),
        (manifest(form=InputFormat(version=99)).to_json(), "input format 99"),
    ],
)
def test_manifest_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "stance.json").write_text(text)
    with pytest.raises(ModelError, match=message):
        read_manifest(tmp_path)


def test_a_folder_is_replaced_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with written_beside(target) as draft:
        (draft / "a").write_text("1")
        (draft / "stance.json").write_text("{}")
    with pytest.raises(RuntimeError), written_beside(target) as draft:  # noqa: PT012
        (draft / "a").write_text("2")
        raise RuntimeError
    assert (target / "a").read_text() == "1"
    with written_beside(target) as draft:
        (draft / "b").write_text("3")
    assert [p.name for p in target.iterdir()] == ["b"]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_what_a_kill_left_stays_until_a_whole_model_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".model.old"
    left.mkdir()

    def refuse(_: Path, target: Path) -> None:
        raise OSError(f"{target}: the disk is gone")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="disk is gone"), written_beside(tmp_path / "model"):
        pass
    assert left.is_dir()


def test_an_older_folder_without_floors_is_read(tmp_path: Path) -> None:
    for name in NEEDED:
        (tmp_path / name).write_bytes(b"1")
    row = json.loads(manifest(files=folder_hashes(tmp_path)).to_json())
    del row["floors"]
    (tmp_path / "stance.json").write_text(json.dumps(row))
    assert read_manifest(tmp_path).floors == {}


def test_floors_survive_the_round_trip_and_are_checked(tmp_path: Path) -> None:
    for name in NEEDED:
        (tmp_path / name).write_bytes(b"1")
    floors = {str(x): tuple(n / 100 for n in range(50)) for x in Label}
    assert seal(tmp_path, manifest(floors=floors)) == read_manifest(tmp_path)
    for damaged in ({**floors, "hopeful": (0.1,)}, {"hopeful": floors["hopeful"]}, [0.5]):
        row = json.loads((tmp_path / "stance.json").read_text()) | {"floors": damaged}
        (tmp_path / "stance.json").write_text(json.dumps(row))
        with pytest.raises(ModelError, match="damaged"):
            read_manifest(tmp_path)
