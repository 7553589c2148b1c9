"""Sentences a second of the input forms that recipes differ in, on CPU, with the shipped graph.

    python benchmarks/forms.py --json benchmarks/results/forms.json

How fast a model is hangs on how much context a sentence is read in, not on its weights: so one
graph scores the articles of the corpus's test split in every form, in turn, in one run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from accuracy import RECIPES

from stance.corpus.collection import load_split
from stance.corpus.schema import AnnotatedArticle
from stance.learning.alignment import aligned_sentences
from stance.model.folder import GRAPH, default_folder
from stance.model.inputs import InputBuilder, InputFormat
from stance.model.onnx_runtime import OnnxRuntime

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print the rate of every form, and its ratio to the shipped one's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--articles", type=int, default=25)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    articles = load_split(given.data, "test")[: given.articles]
    rates = measured(articles, given.repeats)
    for name, found in rates.items():
        ratios = [a / b for a, b in zip(found, rates["shipped"], strict=True)]
        print(f"{name}: {spread(found, '.0f')} sentences/s, {spread(ratios, '.2f')} of shipped")
    if given.json:
        given.json.write_text(json.dumps(rates, indent=2) + "\n", encoding="utf-8")


def forms() -> dict[str, InputFormat]:
    """The forms that recipes differ in, each under its first recipe's name."""
    named: dict[InputFormat, str] = {}
    for name, recipe in RECIPES.items():
        named.setdefault(recipe.form, name)
    return {name: form for form, name in named.items()}


def measured(articles: list[AnnotatedArticle], repeats: int) -> dict[str, list[float]]:
    """Rates of every form, a repeat after the other; tokenizing is included."""
    folder = default_folder()
    runtime = OnnxRuntime(folder / GRAPH)
    builders = {name: InputBuilder.from_folder(folder, form) for name, form in forms().items()}
    read = [(aligned_sentences(a)[0], a.headline) for a in articles]
    rates: dict[str, list[float]] = {name: [] for name in builders}
    for repeat in range(repeats + 1):
        for name, builder in builders.items():
            start = time.perf_counter()
            count = len(runtime.logits([p for article in read for p in builder.build(*article)]))
            # The first round warms up.
            if repeat:
                rates[name].append(count / (time.perf_counter() - start))
    return rates


def spread(values: list[float], form: str) -> str:
    """Median and range."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


if __name__ == "__main__":
    main()
