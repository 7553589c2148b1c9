"""The pictures of the dataset card, balance by subset and agreement by label; and of a model's.

    python benchmarks/pictures.py
    python benchmarks/pictures.py --reliability models/default

With `--reliability` a model folder gets its picture of calibration, and is sealed anew.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from stance.corpus.collection import load_split
from stance.corpus.description import describe_data
from stance.learning.card import RELIABILITY, read_metrics, write_card
from stance.learning.coverage import scored_units
from stance.model.folder import GRAPH, check_files, read_manifest, seal, written_beside
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent
COLOURS = {Label.SKEPTICAL: "#eb7d28", Label.NEUTRAL: "#c8c8c8", Label.HOPEFUL: "#287dd7"}


def main() -> None:
    """Draw both pictures into the data folder, or one into a model folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds")
    parser.add_argument("--reliability", type=Path, metavar="MODEL")
    given = parser.parse_args()
    mpl.use("Agg")
    if given.reliability:
        tests = {"test": given.data, "wire_test": given.data, "seeds": given.seeds}
        add_reliability(given.reliability, tests)
        return
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


def add_reliability(folder: Path, tests: Mapping[str, Path]) -> None:
    """Put a picture of calibration into a model folder and its card, and seal it.

    Args:
        folder: The model folder.
        tests: For every split to draw, the data folder that it stands in.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    builder = InputBuilder.from_folder(folder, manifest.form)
    runtime = OnnxRuntime(folder / GRAPH)
    found = {}
    for name, data in tests.items():
        odds, references = scored_units(manifest, builder, runtime, load_split(data, name))
        found[name] = odds.max(axis=1), odds.argmax(axis=1) == references
    with written_beside(folder) as draft:
        shutil.copytree(folder, draft, dirs_exist_ok=True)
        draw_reliability(found, draft / RELIABILITY)
        write_card(draft, manifest, read_metrics(folder))
        seal(draft, manifest)


def draw_reliability(
    found: Mapping[str, tuple[NDArray[np.float64], NDArray[np.bool_]]], path: Path, bins: int = 8
) -> None:
    """Share of right labels by confidence, in bins of equal mass, one panel a split.

    Args:
        found: For every split, the confidence in each unit's label and whether it is right.
        path: The SVG to write; the same figures give the same bytes.
        bins: How many bins a panel.
    """
    import matplotlib.pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "stance", "svg.fonttype": "none"})
    size = (3.2 * len(found), 3.4)
    figure, panels = plt.subplots(
        1, len(found), figsize=size, sharey=True, squeeze=False, layout="constrained"
    )
    for axes, (name, (confidence, right)) in zip(panels[0], found.items(), strict=True):
        axes.plot([0, 1], [0, 1], color="#c8c8c8")
        for members in np.array_split(np.argsort(confidence, kind="stable"), bins):
            x, y = confidence[members].mean(), right[members].mean()
            low, high = binomtest(int(right[members].sum()), len(members)).proportion_ci()
            axes.errorbar(x, y, [[y - low], [high - y]], fmt="o", color="#287dd7", markersize=4)
        axes.set(xlim=(0.3, 1.02), ylim=(0, 1.05), xlabel="probability of the label")
        axes.set_title(f"{name}: {bins} bins of {len(right) / bins:.0f} units", fontsize=10)
    panels[0][0].set_ylabel("share right")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
