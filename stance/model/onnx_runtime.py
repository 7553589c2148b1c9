"""The CPU runtime: the int8 graph in ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from stance.errors import ModelError


def _cores() -> int:
    """Cores this process may use; not every system can say which."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class OnnxRuntime:
    """Scores pairs one by one, several at a time.

    One pair a call, because int8 activations are scaled over the whole input of
    a call: in a batch, a pair's logits would depend on its company. Nothing is
    padded this way, which is also faster (`benchmarks/speed.py`).
    """

    def __init__(self, graph: Path, threads: int | None = None) -> None:
        """Open a graph.

        Args:
            graph: An ONNX file.
            threads: How many pairs to run at once; all cores if None.

        Raises:
            ModelError: The file is not a graph that ONNX Runtime can run.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._threads = threads or _cores()
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001 - the binding raises many kinds
            raise ModelError(f"{graph}: not a graph ONNX Runtime can run: {error}") from None
        self._inputs = {i.name for i in self._session.get_inputs()}

    def logits(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        """Score encoded pairs; shape (n, labels)."""
        if not encodings:
            return np.zeros((0, 3), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as pool:
            return np.concatenate(list(pool.map(self._one, encodings)))

    def _one(self, encoding: Encoding) -> NDArray[np.float32]:
        columns: dict[str, Any] = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {
            name: np.asarray([values], dtype=np.int64)
            for name, values in columns.items()
            if name in self._inputs
        }
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)
