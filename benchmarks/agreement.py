"""How near the CPU's int8 graph is to the float network, on all of the corpus that is scored.

    python benchmarks/agreement.py
    python benchmarks/agreement.py --device cuda

With a device, the network there, in bfloat16 on a GPU, is compared in place of the graph.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from stance.corpus.collection import CORPUS_SPLITS, load_split
from stance.learning.dataset import labelled_passages
from stance.learning.export import compare
from stance.model.calibration import probabilities
from stance.model.folder import GRAPH, default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.torch_runtime import TorchRuntime
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Score every unit with both runtimes, and print how they agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--split", action="append", choices=CORPUS_SPLITS)
    parser.add_argument("--device", help="compare the network on this device, not the graph")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    folder = default_folder()
    manifest = read_manifest(folder)
    builder = InputBuilder.from_folder(folder, manifest.form)
    articles = [a for s in given.split or CORPUS_SPLITS for a in load_split(given.data, s)]
    passages = [row.passage for row in labelled_passages(articles, builder)]
    neutral = manifest.labels.index(Label.NEUTRAL)
    first = TorchRuntime(folder, given.device) if given.device else OnnxRuntime(folder / GRAPH)
    scored, network = (
        probabilities(runtime.logits(passages), manifest.temperature, neutral)
        for runtime in (first, TorchRuntime(folder, "cpu", batch_size=16))
    )
    found = compare(scored, network)
    print(
        f"{len(scored):,} sentences: same label on {found.same_label:.2%}, "
        f"largest gap in a label's probability {found.largest_gap:.4f}, in that of "
        f"relevance {found.relevance_gap}"
    )
    if given.json:
        row = {"sentences": len(scored)} | asdict(found)
        del row["kept_in_float"]
        given.json.write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
