"""The pictures of the dataset card: balance by subset, agreement by label.

python benchmarks/pictures.py
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import matplotlib as mpl

from stance.corpus.description import describe_data
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent
COLOURS = {Label.SKEPTICAL: "#eb7d28", Label.NEUTRAL: "#c8c8c8", Label.HOPEFUL: "#287dd7"}


def main() -> None:
    """Draw both pictures into the data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    given = parser.parse_args()
    mpl.use("Agg")
    found = describe_data(given.data)
    target = given.data / "pictures"
    target.mkdir(exist_ok=True)
    draw_balance(found, target / "balance.png")
    draw_agreement(found, target / "agreement.png")


def draw_balance(found: dict[str, Any], path: Path) -> None:
    """Shares of the labels, one bar a subset."""
    import matplotlib.pyplot as plt

    names = list(found)[::-1]
    figure, axes = plt.subplots(figsize=(8, 0.4 * len(names) + 1), layout="constrained")
    left = [0.0] * len(names)
    for label in Label:
        shares = [100 * found[n]["labels"][label] / found[n]["units"] for n in names]
        axes.barh(names, shares, left=left, color=COLOURS[label], label=str(label))
        left = [a + b for a, b in zip(left, shares, strict=True)]
    axes.set_xlabel("% of units")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    figure.savefig(path, dpi=110)


def draw_agreement(found: dict[str, Any], path: Path) -> None:
    """Krippendorff's alpha of each label against the others, one row a subset."""
    import matplotlib.pyplot as plt

    names = list(found)[::-1]
    figure, axes = plt.subplots(figsize=(8, 0.4 * len(names) + 1), layout="constrained")
    for label in Label:
        alphas = [found[n]["alpha_by_label"][label] for n in names]
        axes.plot(alphas, names, "o", color=COLOURS[label], label=str(label))
    axes.set_xlim(0.8, 1.0)
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel("Krippendorff's alpha, label against the others")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
