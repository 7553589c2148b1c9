"""From a trained network to the int8 graph that the CPU runtime reads."""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError
from stance.learning.dataset import LABELS
from stance.model.calibration import Temperature, probabilities
from stance.model.inputs import Passage
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Label

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from stance.model.network import PassageNetwork


SEARCHED = 60
"""About how many passages a choice of products is tried on."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near the graph is to the float network.

    Attributes:
        same_label: Share of units with the same label.
        largest_gap: Largest difference of any label's probability.
        relevance_gap: Likewise of relevance; None where it is not told. Nothing is left in
            float for its sake.
        kept_in_float: How many matrix products stayed in float to get there.
    """

    same_label: float
    largest_gap: float
    relevance_gap: float | None = None
    kept_in_float: int = 0

    def holds(self, same_label: float = 0.995, largest_gap: float = 0.03) -> bool:
        """Whether the graph is near enough."""
        return self.same_label >= same_label and self.largest_gap <= largest_gap


def export_graph(
    network: PreTrainedModel,
    target: Path,
    samples: Sequence[Passage],
    temperature: Temperature,
    probe: torch.nn.Linear | None = None,
) -> Agreement:
    """Write the int8 graph, with as many products in float as agreement asks for.

    Weights are quantized by column, activations as they come, one passage a call.
    A few products (mostly the feed-forward ones, whose inputs have outliers) can
    cost more accuracy than all others together; those are found one by one on
    the samples and left in float, worst first, until the graph agrees.

    Args:
        network: The trained network, on CPU.
        target: Where the graph goes.
        samples: Passages to compare on.
        temperature: The calibration temperature.
        probe: The probe for relevance, if the graph shall tell it.

    Returns:
        The agreement of the graph as written.

    Raises:
        ModelError: Not even the float graph agrees.
    """
    from stance.model.network import PassageNetwork, passage_logits

    some = samples[:: max(1, len(samples) // SEARCHED)]
    wrapped = PassageNetwork(network, probe)
    neutral = LABELS.index(Label.NEUTRAL)
    expected = {
        len(part): probabilities(passage_logits(wrapped, part, 16), temperature, neutral)
        for part in (some, samples)
    }

    def trial(kept: Sequence[str], part: Sequence[Passage]) -> Agreement:
        _quantize(plain, target, kept)
        given = probabilities(OnnxRuntime(target).logits(part), temperature, neutral)
        return compare(given, expected[len(part)], len(kept))

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "float.onnx"
        _export_float(wrapped, plain)
        worst = _by_harm(plain, target, some[::4])
        for count in range(0, len(worst) + 2, 2):
            # Stricter than the promise, which must hold on units not seen here as well.
            if trial(worst[:count], some).holds(0.998, 0.01):
                agreement = trial(worst[:count], samples)
                if agreement.holds(0.998, 0.0125):
                    return agreement
    raise ModelError(f"{target}: even in float the graph is not its network")


def compare(
    given: NDArray[np.float64], expected: NDArray[np.float64], kept_in_float: int = 0
) -> Agreement:
    """Compare two runtimes' probabilities; both of shape (n, outputs), labels first."""
    labels = (x[:, : len(Label)].argmax(axis=1) for x in (given, expected))
    same = float(np.equal(*labels).mean())
    gaps = np.abs(given - expected).max(axis=0)
    told = float(gaps[-1]) if len(gaps) > len(Label) else None
    return Agreement(same, float(gaps[: len(Label)].max()), told, kept_in_float)


def _by_harm(plain: Path, target: Path, samples: Sequence[Passage]) -> list[str]:
    """Products in the order of how much quantizing it alone moves the labels' logits."""
    products = _products(plain)
    _quantize(plain, target, products)
    expected = OnnxRuntime(target).logits(samples)[:, : len(Label)]
    harm = {}
    for product in products:
        _quantize(plain, target, [p for p in products if p != product])
        given = OnnxRuntime(target).logits(samples)[:, : len(Label)]
        harm[product] = float(np.abs(given - expected).mean())
    return sorted(harm, key=harm.__getitem__, reverse=True)


def _export_float(network: PassageNetwork, path: Path) -> None:
    import torch

    network.eval()
    ids = torch.randint(5, 100, (2, 16))
    sentence = torch.arange(16).expand(2, 16) // 6 + 1
    example = {"input_ids": ids, "sentence": sentence, "marks": torch.tensor([[0, 6, 12]] * 2)}
    sizes = {"input_ids": "tokens", "sentence": "tokens", "marks": "marks"}
    with _quiet():
        program: Any = torch.onnx.export(
            network,
            (),
            kwargs=example,
            input_names=list(example),
            output_names=["logits"],
            dynamic_shapes={k: {0: "passages", 1: size} for k, size in sizes.items()},
            dynamo=True,
        )
        program.save(path)


def _products(path: Path) -> list[str]:
    """Names of the matrix products with a constant weight."""
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    constants = {i.name for i in graph.initializer}
    return [n.name for n in graph.node if n.op_type == "MatMul" and constants & set(n.input)]


def _head(path: Path) -> list[str]:
    """Names of the pooler's and the classifier's products, as the quantizer calls them.

    They are small, and an error there is an error of the logits.
    """
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    return [f"{n.name}_MatMul" for n in graph.node if n.op_type == "Gemm"]


def _quantize(source: Path, target: Path, keep: Sequence[str]) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet():
        quantize_dynamic(
            source,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=[*keep, *_head(source)],
        )
    _halve_weights(target)


def _halve_weights(path: Path) -> None:
    """Store embedding tables and float products in float16, in which weights were rounded anyway.

    Products are computed in float32; a table's rows are widened as they are looked
    up. (One int8 scale over a whole table would cost more than all products together.)
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(path)
    wide = {
        i.name: i
        for i in model.graph.initializer
        if i.data_type == TensorProto.FLOAT and len(i.dims) > 1
    }
    looked_up = {n.input[0] for n in model.graph.node if n.op_type == "Gather"}
    nodes = []
    for name, weight in wide.items():
        half = numpy_helper.to_array(weight).astype(np.float16)
        kept = name if name in looked_up else f"{name}_half"
        weight.CopyFrom(numpy_helper.from_array(half, kept))
        if name not in looked_up:
            nodes.append(helper.make_node("Cast", [kept], [name], to=TensorProto.FLOAT))
    for node in model.graph.node:
        nodes.append(node)
        if node.op_type == "Gather" and node.input[0] in wide:
            found, node.output[0] = node.output[0], f"{node.output[0]}_half"
            nodes.append(helper.make_node("Cast", [node.output[0]], [found], to=TensorProto.FLOAT))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' progress lines and advice off the user's screen."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
