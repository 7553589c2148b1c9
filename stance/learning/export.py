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
from tokenizers import Encoding

from stance.errors import ModelError
from stance.model.calibration import softmax
from stance.model.onnx_runtime import OnnxRuntime

if TYPE_CHECKING:
    from transformers import PreTrainedModel


SEARCHED = 400
"""About how many samples a choice of products is tried on."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near the graph is to the float network.

    Attributes:
        same_label: Share of units with the same label.
        largest_gap: Largest difference of any probability.
        kept_in_float: How many matrix products stayed in float to get there.
    """

    same_label: float
    largest_gap: float
    kept_in_float: int = 0

    def holds(self, same_label: float = 0.995, largest_gap: float = 0.03) -> bool:
        """Whether the graph is near enough."""
        return self.same_label >= same_label and self.largest_gap <= largest_gap


def export_graph(
    network: PreTrainedModel,
    target: Path,
    samples: Sequence[Encoding],
    float_logits: NDArray[np.float32],
    temperature: float,
) -> Agreement:
    """Write the int8 graph, with as many products in float as agreement asks for.

    Weights are quantized by column, activations as they come, one pair a call.
    A few products (mostly the feed-forward ones, whose inputs have outliers) can
    cost more accuracy than all others together; those are found one by one on
    the samples and left in float, worst first, until the graph agrees.

    Args:
        network: The trained network, on CPU.
        target: Where the graph goes.
        samples: Encoded pairs to compare on.
        float_logits: The network's own logits for them; shape (n, labels).
        temperature: The calibration temperature.

    Returns:
        The agreement of the graph as written.

    Raises:
        ModelError: Not even the float graph agrees.
    """
    expected = softmax(float_logits, temperature)
    some = slice(None, None, max(1, len(samples) // SEARCHED))

    def trial(kept: Sequence[str], part: slice) -> Agreement:
        _quantize(plain, target, kept)
        given = softmax(OnnxRuntime(target).logits(samples[part]), temperature)
        return compare(given, expected[part], len(kept))

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "float.onnx"
        _export_float(network, plain)
        worst = _by_harm(plain, target, samples, float_logits)
        for count in range(0, len(worst) + 2, 2):
            # Stricter than the promise, which must hold on units not seen here as well.
            if trial(worst[:count], some).holds(0.997, 0.02):
                agreement = trial(worst[:count], slice(None))
                if agreement.holds(0.997, 0.025):
                    return agreement
    raise ModelError(f"{target}: even in float the graph is not its network")


def compare(
    given: NDArray[np.float64], expected: NDArray[np.float64], kept_in_float: int = 0
) -> Agreement:
    """Compare two runtimes' probabilities; both of shape (n, labels)."""
    same = float((given.argmax(axis=1) == expected.argmax(axis=1)).mean())
    return Agreement(same, float(np.abs(given - expected).max()), kept_in_float)


def _by_harm(
    plain: Path,
    target: Path,
    samples: Sequence[Encoding],
    float_logits: NDArray[np.float32],
) -> list[str]:
    """Products in the order of how much quantizing each one alone moves the logits."""
    products = _products(plain)
    some = slice(None, None, max(1, len(samples) // 48))
    harm = {}
    for product in products:
        _quantize(plain, target, [p for p in products if p != product])
        given = OnnxRuntime(target).logits(samples[some])
        harm[product] = float(np.abs(given - float_logits[some]).mean())
    return sorted(harm, key=harm.__getitem__, reverse=True)


def _export_float(network: PreTrainedModel, path: Path) -> None:
    import torch

    network.eval()
    names = ["input_ids", "attention_mask"]
    if getattr(network.config, "type_vocab_size", 0) > 1:
        names.append("token_type_ids")
    ids = torch.randint(5, 100, (2, 16))
    example = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if "token_type_ids" in names:
        example["token_type_ids"] = torch.zeros_like(ids)
    with _quiet():
        program: Any = torch.onnx.export(
            network,
            (),
            kwargs=example,
            input_names=names,
            output_names=["logits"],
            dynamic_shapes={n: {0: "pairs", 1: "tokens"} for n in names},
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
    _halve_tables(target)


def _halve_tables(path: Path) -> None:
    """Store embedding tables in float16, in which the weights were rounded anyway.

    One int8 scale over a whole table would cost more than all products together.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(path)
    tables = {i.name: i for i in model.graph.initializer if i.data_type == TensorProto.FLOAT}
    nodes = []
    for node in model.graph.node:
        nodes.append(node)
        if node.op_type == "Gather" and node.input[0] in tables:
            table = tables[node.input[0]]
            half = numpy_helper.to_array(table).astype(np.float16)
            table.CopyFrom(numpy_helper.from_array(half, table.name))
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
