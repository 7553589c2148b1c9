"""Macro-F1 on the validation splits of recipes and of parts of the training data, over seeds.

    python benchmarks/accuracy.py --sentiment FILE
    python benchmarks/accuracy.py --share 0.1 --share 0.25 --share 0.5 --share 1
    python benchmarks/accuracy.py --part original --part wire --part both
    python benchmarks/accuracy.py --checkpoints FOLDER    # go on where it was cut off
    python benchmarks/accuracy.py --first-seed 15 --seeds 1 --json FILE    # one seed more

Test splits are never scored here: recipes are chosen on validation. Every network is the one
of its best epoch on corpus and wire validation together, so the figures flatter all alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sklearn.model_selection import GroupShuffleSplit

from stance.corpus.collection import load_training
from stance.corpus.schema import AnnotatedArticle
from stance.learning.base import find_base, load_tokenizer
from stance.learning.dataset import encode_articles
from stance.learning.fingerprint import articles_sha256
from stance.learning.pipeline import training_device
from stance.learning.recipe import Recipe
from stance.learning.seeds import fine_tuned
from stance.learning.training import TrainingConfig, marked_labels, validation_macro_f1
from stance.model.inputs import InputBuilder, InputFormat

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = TrainingConfig(bf16=True)
RECIPES = {
    "shipped": Recipe(config=SHIPPED),
    "fixed passages": Recipe(config=replace(SHIPPED, layouts=False)),
    "one sentence and the headline": Recipe(
        form=InputFormat(max_tokens=1, before_tokens=0), config=SHIPPED
    ),
    "short passages": Recipe(
        form=InputFormat(max_tokens=160, before_tokens=64, window_tokens=80), config=SHIPPED
    ),
    "no class weights": Recipe(config=replace(SHIPPED, class_weight=0)),
    "full class weights": Recipe(config=replace(SHIPPED, class_weight=1)),
    "half the rate": Recipe(config=replace(SHIPPED, learning_rate=4e-5)),
    "twice the rate": Recipe(config=replace(SHIPPED, learning_rate=1.6e-4)),
    "smoothed labels": Recipe(config=replace(SHIPPED, label_smoothing=0.1)),
    "twice the epochs": Recipe(config=replace(SHIPPED, epochs=8)),
    "rates falling by layer": Recipe(config=replace(SHIPPED, layer_falloff=0.9)),
    "what is irrelevant apart": Recipe(config=replace(SHIPPED, relevance=True)),
    "spliced": Recipe(config=replace(SHIPPED, splices=0.5)),
    "soft labels": Recipe(config=replace(SHIPPED, soft_labels=True)),
    "contrast groups in one batch": Recipe(config=replace(SHIPPED, groups_together=True)),
    "real news twice": Recipe(config=SHIPPED, real_copies=2),
    "real news four times": Recipe(config=SHIPPED, real_copies=4),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the table: a recipe on a part of the training data."""

    recipe: str
    part: str
    share: float

    @property
    def folder(self) -> str:
        """Where its checkpoints are kept."""
        return f"{self.recipe}-{self.part}-{self.share:g}".replace(" ", "-")


def main() -> None:
    """Train every combination asked for, and print mean and spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--recipe", action="append", choices=list(RECIPES))
    parser.add_argument("--part", action="append", choices=["original", "wire", "both"])
    parser.add_argument("--share", action="append", type=float)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=SHIPPED.seed)
    parser.add_argument("--sentiment", type=Path)
    parser.add_argument("--checkpoints", type=Path, help="keep them here, and go on from them")
    parser.add_argument("--json", type=Path, help="add the rows to this file as they are made")
    given = parser.parse_args()
    rows = []
    for run in runs(given.recipe, given.part, given.share):
        chosen_recipe = RECIPES[run.recipe]
        recipe = replace(
            chosen_recipe,
            config=replace(chosen_recipe.config, seed=given.first_seed),
            sentiment=given.sentiment,
            warmup=replace(Recipe().warmup, bf16=True),
            seeds=given.seeds,
        )
        rows.append(measured(run, recipe, given.data, given.checkpoints))
        if given.json:
            keep(rows[-1], given.json)
    print_table(rows)


def keep(row: dict[str, Any], file: Path) -> None:
    """Add a row to a file of them, with other seeds of the same run on the same data.

    Rows of the same run on other data go, and that is said.
    """
    same = ("recipe", "part", "share", "warmup", "device")
    rows = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    before = [old for old in rows if all(old.get(name) == row[name] for name in same)]
    for old in before:
        rows.remove(old)
        if old.get("data_sha256") == row["data_sha256"]:
            row = with_seeds(row, old)
        else:
            print(f"{file}: dropped, being on other data: {old}")
    draft = file.with_name(f".{file.name}")
    draft.write_text(json.dumps([*rows, row], indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def with_seeds(row: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """A row with those seeds of an older one that it has not itself, in order."""
    order = sorted({*row["seeds"], *old["seeds"]})
    places = [(row if n in row["seeds"] else old, n) for n in order]

    def merged(*keys: str) -> list[Any]:
        found = []
        for source, seed in places:
            values: Any = source
            for key in keys:
                values = values[key]
            # A part without articles has no scores.
            found += [values[source["seeds"].index(seed)]] if values else []
        return found

    scores = {name: merged("macro_f1", name) for name in row["macro_f1"]}
    lists = {name: merged(name) for name in ("minutes", "scored_per_second")}
    return row | {"seeds": order, "macro_f1": scores} | lists


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows at the end, apart from what the Trainer says meanwhile."""
    heads = ("recipe", "part", "share", "units", "corpus", "wire", "minutes a seed")
    print(f"| {' | '.join(heads)} | scored a second | warm-up | device |")
    print("| --- " * 10 + "|")
    for row in rows:
        cells = (spread(row["macro_f1"][name]) for name in ("corpus", "wire"))
        print(
            f"| {row['recipe']} | {row['part']} | {row['share']:.0%} | {row['units']:,} | "
            f"{' | '.join(cells)} | {median(row['minutes'])} | "
            f"{statistics.median(row['scored_per_second']):.0f} | "
            f"{'yes' if row['warmup'] else 'no'} | {row['device']} |"
        )


def runs(
    recipes: Sequence[str] | None, parts: Sequence[str] | None, shares: Sequence[float] | None
) -> Iterator[Run]:
    """Every combination; the shipped recipe on all of both parts where nothing is asked."""
    for recipe in recipes or ["shipped"]:
        for part in parts or ["both"]:
            for share in shares or [1.0]:
                yield Run(recipe, part, share)


def measured(
    run: Run, recipe: Recipe, data: Path, checkpoints: Path | None = None
) -> dict[str, Any]:
    """Fine-tune the recipe's seeds, and score each on corpus and wire apart.

    With `checkpoints`, what an earlier run of the same recipe and data left there is gone on
    from. Nobody knows how long a seed took that was begun then, so its minutes are left out.
    """
    train = chosen(load_training(data, "train")[0], run)
    validation = load_training(data, "validation")[0]
    labelled = data / "wire" / "annotations.jsonl"
    if labelled.is_file() and not any(a.is_real for a in validation):
        raise SystemExit("the real news has no text yet: run `stance corpus hydrate` first")
    data_sha256 = articles_sha256([*train, *validation])
    base = find_base(recipe.base)
    builder = InputBuilder.from_tokenizer(load_tokenizer(base, recipe.form), recipe.form)
    parts = {
        "corpus": [a for a in validation if not a.is_real],
        "wire": [a for a in validation if a.is_real],
    }
    rows = {name: encode_articles(part, builder) for name, part in parts.items() if part}
    scores: dict[str, list[float]] = {"corpus": [], "wire": []}
    minutes: list[float | None] = []
    rates = []
    with tempfile.TemporaryDirectory() as own:
        folder = checkpoints / run.folder if checkpoints else Path(own)
        check_mark(folder, {"recipe": str(seedless(recipe)), "data_sha256": data_sha256})
        begun = {path.name.removesuffix("-done") for path in folder.glob("seed*")}
        networks = fine_tuned(
            base, recipe, (train, validation), folder, resume=checkpoints is not None
        )
        start = time.perf_counter()
        for seed, network in enumerate(networks, recipe.config.seed):
            took = (time.perf_counter() - start) / 60
            minutes.append(None if f"seed{seed}" in begun else took)
            start = time.perf_counter()
            for name, found in rows.items():
                scores[name].append(validation_macro_f1(network, found))
            scored = sum(len(marked_labels(found)) for found in rows.values())
            rates.append(scored / (time.perf_counter() - start))
            start = time.perf_counter()
    return {
        "recipe": run.recipe,
        "part": run.part,
        "share": run.share,
        "units": sum(len(a.units) for a in train),
        "data_sha256": data_sha256,
        "seeds": [*range(recipe.config.seed, recipe.config.seed + recipe.seeds)],
        "macro_f1": scores,
        "minutes": minutes,
        "scored_per_second": rates,
        "warmup": recipe.sentiment is not None,
        "device": training_device(),
    }


def seedless(recipe: Recipe) -> Recipe:
    """The recipe whatever its seeds, which have checkpoints of their own."""
    return replace(recipe, config=replace(recipe.config, seed=0), seeds=0)


def check_mark(folder: Path, mark: dict[str, str]) -> None:
    """Refuse checkpoints of another run; in a new folder, leave the mark of this one."""
    path = folder / "run.json"
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != mark:
        raise SystemExit(f"{folder}: checkpoints of another recipe or other data: name another")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(mark), encoding="utf-8")


def chosen(articles: Sequence[AnnotatedArticle], run: Run) -> list[AnnotatedArticle]:
    """The part of the training articles that a run may see; contrast groups stay whole."""
    kept = [a for a in articles if run.part == "both" or a.is_real == (run.part == "wire")]
    if run.share == 1:
        return kept
    groups = [a.group or a.id for a in kept]
    splitter = GroupShuffleSplit(1, train_size=run.share, random_state=13)
    return [kept[i] for i in next(splitter.split(kept, groups=groups))[0]]


def median(minutes: Sequence[float | None]) -> str:
    """The middle one, if they are known."""
    known = [x for x in minutes if x is not None]
    return f"{statistics.median(known):.1f}" if known else ""


def spread(values: Sequence[float]) -> str:
    """Mean and range."""
    if not values:
        return ""
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    main()
