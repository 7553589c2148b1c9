"""The PyTorch runtime: bf16 on a GPU, float32 on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from stance.errors import DeviceError, MissingExtraError

if TYPE_CHECKING:
    import torch


class TorchRuntime:
    """Scores pairs in batches of like length."""

    def __init__(self, folder: Path, device: str = "cuda", batch_size: int = 256) -> None:
        """Load the weights.

        Args:
            folder: A model folder with `config.json` and `model.safetensors`.
            device: A PyTorch device, such as `cuda`, `cuda:1` or `cpu`.
            batch_size: Most pairs run at once.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            DeviceError: The device is not present.
        """
        try:
            import torch
            from transformers import AutoModelForSequenceClassification
        except ImportError as error:
            raise MissingExtraError(error.name or "torch", "gpu") from None
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise DeviceError(f"device {device!r}: no CUDA device here: use 'cpu' or 'auto'")
        self._device = torch.device(device)
        on_gpu = self._device.type == "cuda" and torch.cuda.is_bf16_supported()
        self._model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            dtype=torch.bfloat16 if on_gpu else torch.float32,
            local_files_only=True,
            use_safetensors=True,
        )
        self._model.to(self._device).eval()
        self._has_types = getattr(self._model.config, "type_vocab_size", 0) > 1
        self._pad = self._model.config.pad_token_id or 0
        self._batch_size = batch_size

    def logits(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        """Score encoded pairs; shape (n, labels)."""
        import torch

        out = np.zeros((len(encodings), self._model.config.num_labels), dtype=np.float32)
        order = sorted(range(len(encodings)), key=lambda i: len(encodings[i].ids))
        with torch.inference_mode():
            for first in range(0, len(order), self._batch_size):
                rows = order[first : first + self._batch_size]
                feed = self._feed([encodings[i] for i in rows])
                out[rows] = self._model(**feed).logits.float().cpu().numpy()
        return out

    def _feed(self, encodings: Sequence[Encoding]) -> dict[str, torch.Tensor]:
        import torch
        from torch.nn.utils.rnn import pad_sequence

        def padded(rows: list[list[int]], value: int) -> torch.Tensor:
            tensors = [torch.tensor(row) for row in rows]
            return pad_sequence(tensors, batch_first=True, padding_value=value).to(self._device)

        feed = {
            "input_ids": padded([e.ids for e in encodings], self._pad),
            "attention_mask": padded([e.attention_mask for e in encodings], 0),
        }
        if self._has_types:
            feed["token_type_ids"] = padded([e.type_ids for e in encodings], 0)
        return feed
