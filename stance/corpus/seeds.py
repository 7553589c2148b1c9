"""The founding articles: their labels are here, their texts are brought by the user."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from stance.corpus.schema import text_sha256
from stance.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Attributes:
        placed: Names of the texts now in place.
        missing: Names of those not found.
    """

    placed: tuple[str, ...]
    missing: tuple[str, ...]


def import_seeds(source: Path, seeds: Path) -> Imported:
    """Copy the founding articles into place, recognised by their SHA-256.

    Args:
        source: A folder that holds the texts, under any names.
        seeds: The project's `seeds/` folder, with its `manifest.json`.

    Raises:
        CorpusError: There is no manifest, or none of the texts is in `source`.
    """
    manifest = seeds / "manifest.json"
    if not manifest.is_file():
        raise CorpusError(f"{manifest}: no such file: give the project's seeds folder")
    wanted = json.loads(manifest.read_text(encoding="utf-8"))["documents"]
    found = {}
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        try:
            with path.open(encoding="utf-8", newline="") as file:
                found[text_sha256(file.read())] = path
        except (OSError, UnicodeDecodeError):
            continue
    placed, missing = [], []
    for name, sha in sorted(wanted.items()):
        if sha in found:
            if found[sha].resolve() != (seeds / name).resolve():
                shutil.copyfile(found[sha], seeds / name)
            placed.append(name)
        else:
            missing.append(name)
    if not placed:
        raise CorpusError(
            f"{source}: holds none of the {len(wanted)} founding articles, or altered copies: "
            "bring the texts exactly as they were (SHA-256 in seeds/manifest.json)"
        )
    return Imported(tuple(placed), tuple(missing))
