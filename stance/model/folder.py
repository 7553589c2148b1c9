"""The model folder: the one thing that learning writes and scoring reads."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from stance.errors import ModelError
from stance.model.calibration import Temperature
from stance.model.conformal import LEVELS
from stance.model.inputs import InputFormat
from stance.records import Label

FORMAT = 1
MANIFEST = "stance.json"
GRAPH = "model.int8.onnx"
PROBE = "relevance.safetensors"
"""Where a model keeps what tells relevance; not every model has it."""
NEEDED = frozenset({GRAPH, "model.safetensors", "config.json", "tokenizer.json"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `stance.json` says of a model.

    Attributes:
        name: Name and version of the model.
        labels: Labels in the order of the logits.
        temperature: Divides the logits before the softmax.
        form: How inputs are made.
        codebook_version: The codebook that the training labels follow.
        origin: Base model, data, libraries: what the model was made from.
        files: SHA-256 of every other file of the folder.
        floors: For every label, the least probability at which it joins a label
            set, at each of `conformal.LEVELS`; empty in folders from before those.
    """

    name: str
    labels: tuple[str, ...]
    temperature: Temperature
    form: InputFormat
    codebook_version: int
    origin: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    floors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """SHA-256 over all that a probability depends on; the card and the figures do not count."""
        # Not in folders without it: their identity stays what it was.
        told = {PROBE} & self.files.keys()
        parts = {
            "labels": list(self.labels),
            "temperature": _plain(self.temperature),
            "input": self.form.to_dict(),
            "files": {name: self.files.get(name) for name in sorted(NEEDED | told)},
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        """The manifest as the text of `stance.json`."""
        return json.dumps(
            {
                "format": FORMAT,
                "name": self.name,
                "labels": list(self.labels),
                "temperature": _plain(self.temperature),
                "floors": dict(self.floors),
                "input": self.form.to_dict(),
                "codebook_version": self.codebook_version,
                "origin": dict(self.origin),
                "files": dict(self.files),
            },
            indent=2,
        )


def read_manifest(folder: Path) -> Manifest:
    """Read `stance.json`.

    Raises:
        ModelError: The folder or its manifest is missing, of another format,
            or lacks a field.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelError(
            f"{folder}: no model folder: expected {MANIFEST} in it; "
            "give a folder that `stance train` wrote"
        )
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row["format"] != FORMAT:
            raise ModelError(
                f"{path}: format {row['format']}, this version reads {FORMAT}: "
                "train the model again or install a matching version"
            )
        if set(row["labels"]) != set(Label):
            raise ModelError(f"{path}: labels {row['labels']}: expected {[str(x) for x in Label]}")
        if row["input"]["version"] != InputFormat().version:
            raise ModelError(
                f"{path}: input format {row['input']['version']}, this version makes "
                f"{InputFormat().version}: train the model again or install a matching version"
            )
        if unlisted := sorted(NEEDED - set(row["files"])):
            raise ModelError(f"{path}: no hash of {', '.join(unlisted)}: restore the folder")
        return Manifest(
            name=row["name"],
            labels=tuple(row["labels"]),
            temperature=_temperature(row["temperature"]),
            form=InputFormat(**row["input"]),
            codebook_version=int(row["codebook_version"]),
            origin=row["origin"],
            files=row["files"],
            floors=_floors(row.get("floors", {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{path}: damaged ({error!r}): restore the folder") from None


def _temperature(row: float | Mapping[str, float]) -> Temperature:
    if isinstance(row, Mapping):
        return Temperature(float(row["relevant"]), float(row["irrelevant"]))
    return Temperature(float(row))


def _plain(temperature: Temperature) -> float | dict[str, float]:
    """As a number where there is one for all, as folders had it before there could be two."""
    return temperature.relevant if temperature.irrelevant is None else asdict(temperature)


def _floors(row: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    floors = {label: tuple(map(float, values)) for label, values in dict(row).items()}
    if floors and {label: len(v) for label, v in floors.items()} != dict.fromkeys(
        Label, len(LEVELS)
    ):
        raise ValueError(f"floors: expected {len(LEVELS)} a label")
    return floors


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the hash that the manifest gives.

    Raises:
        ModelError: A file is missing or altered.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path}: missing: restore the folder or train the model again")
        if file_sha256(path) != expected:
            raise ModelError(
                f"{path}: altered: its SHA-256 is not the one in {MANIFEST}; restore the file"
            )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder but the manifest, by name."""
    return {
        path.name: file_sha256(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST
    }


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with the hashes of the folder's files as they are now."""
    sealed = replace(manifest, files=folder_hashes(folder))
    (folder / MANIFEST).write_text(sealed.to_json() + "\n", encoding="utf-8")
    return sealed


def check_target(target: Path) -> None:
    """Make sure that nothing but an older model stands where one is to be written.

    Raises:
        ModelError: Something else does.
    """
    if target.exists() and not (target / MANIFEST).is_file():
        if target.is_dir() and not any(target.iterdir()):
            return
        raise ModelError(
            f"{target}: holds something that is no model, which would be lost: "
            "give a new folder, or one that `stance train` wrote"
        )


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Write a folder beside its place, and move it there once it is whole.

    Args:
        target: Where the folder shall stand; an older model there is replaced.

    Yields:
        An empty folder to write into.

    Raises:
        ModelError: Something else than a model stands there.
    """
    check_target(target)
    target = target.resolve()
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        # Where nothing stands, a kill may have left the only model there.
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def default_folder() -> Path:
    """The model that ships with the package.

    Raises:
        ModelError: The package was installed without its model.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "default_model", package.parent / "models" / "default"):
        if (folder / MANIFEST).is_file():
            return folder
    raise ModelError("this install has no default model: install the wheel, or name a folder")
