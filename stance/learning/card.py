"""The model card, written into the model folder with the figures it quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from stance.learning.evaluation import CHOSEN_ON, RATES
from stance.model.calibration import Temperature
from stance.model.folder import PROBE, Manifest

METRICS = "metrics.json"
WATTS = 10
"""Assumed draw of one processor with its memory, under load."""
GRAMS = 400
"""Assumed grams of carbon dioxide a kilowatt-hour, near the world's mean."""
RELIABILITY = "reliability.svg"
"""A picture beside the card, shown in it where it is there."""

_CARD = Template(
    """---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-classification
base_model: $base
tags: [stance-detection, news, political-science]
---

# $name

Says of one sentence of news how it talks about China as a peacemaker: `skeptical`,
`neutral` or `hopeful`, as the codebook defines them (version $codebook). Fine-tuned from
`$base`.

## Use

```python
import stance

stance.predict(text, model="path/to/this/folder")   # the shipped model needs no name
```

In plain `transformers` it reads a sentence by itself:

```python
from transformers import pipeline

classify = pipeline("text-classification", model="path/to/this/folder", top_k=None)
classify("Kyiv called the Chinese peace plan empty.")
```

`stance` gives it passages instead, in which every sentence has its context: the encodings of
an article's sentences one after another, `[CLS] ... [SEP] [CLS] ... [SEP]`, up to $tokens
tokens, the headline first. One pass scores all sentences of a passage, each at its own
`[CLS]`; in the last layer a token attends to its own sentence only.$outputs$probe A passage that
goes on in mid-article repeats up to $before tokens of what stands before; a sentence of more than
$window tokens is scored over windows. `stance` divides the logits by
$temperature; plain
`transformers` gives uncalibrated probabilities.

## Figures

$figures

## What it gets wrong

$mistakes

## Made from

$origin

$cost

## What it is not for

It reads stance toward one thing only. It does not say whether a claim is true, whether a
text is propaganda, or what a person thinks. Use its figures over many sentences, and read
a sample by hand before publishing them. It was trained on English; other languages are
unknown ground. Probabilities are calibrated on validation data of the same make as the
training data; on text of another kind they are less sure than they look.

Files: `model.safetensors` (float16, loaded as float32), `model.int8.onnx` (the CPU runtime's
graph; its probabilities lie within $gap of the float ones on the validation units),
`metrics.json` (all figures), `stance.json` (input format, temperature, hashes).
"""
)


_MARKUP = re.compile(r"([\\|`*_\[\]<>])")
_OUTPUTS = """ The network
tells `irrelevant` from `neutral`; `stance` adds the two, plain `transformers` shows both."""

_PROBE = f""" The
probability that a sentence bears on Chinese mediation comes from `{PROBE}`, a layer
fitted on the states of neutral sentences after training and scaled on validation; it moves no
label."""


def write_card(folder: Path, manifest: Manifest, evaluations: Mapping[str, Any]) -> None:
    """Write `README.md` and `metrics.json` into a model folder.

    Args:
        folder: The model folder.
        manifest: Its manifest.
        evaluations: `Evaluation.to_dict()` by split, each with the `command`
            that makes it; empty before the first evaluation.
    """
    origin = manifest.origin
    text = _CARD.substitute(
        name=manifest.name,
        base=origin.get("base_model", "unknown"),
        codebook=manifest.codebook_version,
        before=manifest.form.before_tokens,
        tokens=manifest.form.max_tokens,
        window=manifest.form.window_tokens,
        temperature=_temperature(manifest.temperature),
        figures=_figures(evaluations) + _picture(folder),
        mistakes=_mistakes(evaluations.get("validation", {})),
        cost=_cost(origin),
        outputs=_OUTPUTS if origin.get("recipe", {}).get("relevance") else "",
        probe=_PROBE if (folder / PROBE).is_file() else "",
        origin="\n".join(f"- {k}: {json.dumps(v)}" for k, v in origin.items()),
        gap=f"{origin['int8']['largest_gap']:.4f}" if "int8" in origin else "an unknown gap",
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
    body = json.dumps({"evaluations": dict(evaluations)}, indent=2) + "\n"
    (folder / METRICS).write_text(body, encoding="utf-8")


def read_metrics(folder: Path) -> dict[str, Any]:
    """The evaluations that a model folder records, by split."""
    path = folder / METRICS
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["evaluations"]
    return found


def _temperature(temperature: Temperature) -> str:
    if temperature.irrelevant is None:
        return f"{temperature.relevant:.3f}"
    relevant, irrelevant = temperature.relevant, temperature.irrelevant
    return (
        f"{relevant:.3f} where a sentence bears on Chinese mediation, by {irrelevant:.3f} where\n"
        "it does not, and by what lies between as relevance is told"
    )


def _figures(evaluations: Mapping[str, Any]) -> str:
    evaluations = {k: v for k, v in evaluations.items() if k not in CHOSEN_ON}
    if not evaluations:
        return "None yet: run `stance evaluate`, with `--record` to write them here."
    lines = [
        "Macro-F1 with 95 % intervals over resampled articles, beside two baselines.",
        "",
        "| split | units | model | TF-IDF | majority | margin over TF-IDF | command |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for split, found in evaluations.items():
        scores = [_cell(found["figures"][c]["macro_f1"]) for c in ("model", "tfidf", "majority")]
        cells = [split, str(found["units"]), *scores, _cell(found["margins"]["tfidf"])]
        lines.append(f"| {' | '.join(cells)} | `{found['command']}` |")
    rates = [
        f"{split}: {RATES[name]} {_cell(figure)}."
        for split, found in evaluations.items()
        for name, figure in found.get("rates", {}).items()
    ]
    if rates:
        lines += ["", *rates]
    return "\n".join(lines)


def _mistakes(found: Mapping[str, Any]) -> str:
    """A table of the surest errors on the original validation articles."""
    if "mistakes" not in found:
        return "Not looked at yet: run `stance evaluate --split validation --record`."
    if not found["mistakes"]:
        return "Nothing in the texts that may be shown."
    lines = [
        "The errors that it is surest of in the original articles of the validation split, which",
        f"the recipe was chosen on (`{found['command']}`):",
        "",
        "| sentence | label | given | probability |",
        "| --- | --- | --- | --- |",
    ]
    for row in found["mistakes"]:
        text = _MARKUP.sub(r"\\\1", " ".join(row["text"].split()))
        lines.append(f"| {text} | {row['label']} | {row['given']} | {row['probability']:.2f} |")
    return "\n".join(lines)


def _cost(origin: Mapping[str, Any]) -> str:
    """What training took, in minutes and carbon."""
    minutes, device = origin.get("minutes"), origin.get("device")
    if minutes is None or device is None:
        return "What training took was not recorded."
    said = f"Training took {minutes:.0f} minutes on {device}"
    if "goes_on_from" in origin:
        said += ",\nnot counting the model that it goes on from"
    count, _, kind = device.partition(" ")
    if kind != "processors":
        return f"{said}."
    grams = minutes / 60 * int(count) * WATTS / 1000 * GRAMS
    return (
        f"{said}: about {grams:.0f} g of carbon dioxide, if a processor\n"
        f"draws {WATTS} W and a kWh costs {GRAMS} g (assumed, not measured)."
    )


def _picture(folder: Path) -> str:
    if not (folder / RELIABILITY).is_file():
        return ""
    return (
        f"\n\n![Share of right labels by confidence]({RELIABILITY})\n\n"
        "Share of right labels by the probability of the label given, in bins of equally many\n"
        "units, with binomial 95 % intervals; on the diagonal a probability means what it says."
    )


def _cell(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
