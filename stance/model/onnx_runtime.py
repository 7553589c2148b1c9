"""The CPU runtime: the int8 graph in ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError
from stance.model.inputs import Passage


def _cores() -> int:
    """Cores this process may use; not every system can say which."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class OnnxRuntime:
    """Scores passages one by one, several at a time.

    One passage a call, because int8 activations are scaled over the whole input
    of a call: in a batch, a passage's logits would depend on its company. Nothing
    is padded this way, which is also faster (`benchmarks/speed.py`).
    """

    def __init__(self, graph: Path, threads: int | None = None) -> None:
        """Open a graph.

        Args:
            graph: An ONNX file.
            threads: How many passages to run at once; all cores if None.

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

    def logits(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """Score passages; shape (n, outputs), a row a mark."""
        if not passages:
            outputs = self._session.get_outputs()[0].shape[-1]
            return np.zeros((0, outputs), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as pool:
            return np.concatenate(list(pool.map(self._one, passages)))

    def _one(self, passage: Passage) -> NDArray[np.float32]:
        feed = {
            "input_ids": np.asarray([passage.ids], dtype=np.int64),
            "sentence": np.asarray([passage.sentence], dtype=np.int64),
            "marks": np.asarray([passage.marks], dtype=np.int64),
        }
        return np.asarray(self._session.run(None, feed)[0][0], dtype=np.float32)
