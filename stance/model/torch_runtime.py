"""The PyTorch runtime: bf16 on a GPU, float32 on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.errors import DeviceError, MissingExtraError
from stance.model.inputs import Passage


class TorchRuntime:
    """Scores passages in batches of like length."""

    def __init__(self, folder: Path, device: str = "cuda", batch_size: int = 64) -> None:
        """Load the weights.

        Args:
            folder: A model folder with `config.json` and `model.safetensors`.
            device: A PyTorch device, such as `cuda`, `cuda:1` or `cpu`.
            batch_size: Most passages run at once.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            DeviceError: The device is not present.
        """
        try:
            import torch
            from transformers import AutoModelForSequenceClassification

            from stance.model.network import PassageNetwork, load_probe
        except ImportError as error:
            raise MissingExtraError(error.name or "torch", "gpu") from None
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise DeviceError(f"device {device!r}: no CUDA device here: use 'cpu' or 'auto'")
        place = torch.device(device)
        on_gpu = place.type == "cuda" and torch.cuda.is_bf16_supported()
        classifier = AutoModelForSequenceClassification.from_pretrained(
            folder,
            dtype=torch.bfloat16 if on_gpu else torch.float32,
            local_files_only=True,
            use_safetensors=True,
        )
        probe = load_probe(folder)
        if probe is not None:
            probe = probe.to(classifier.dtype)
        self._network = PassageNetwork(classifier, probe).to(place)
        self._batch_size = batch_size

    def logits(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """Score passages; shape (n, outputs), a row a mark."""
        from stance.model.network import passage_logits

        return passage_logits(self._network, passages, self._batch_size)
