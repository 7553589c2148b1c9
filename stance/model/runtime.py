"""What a runtime is: passages in, logits out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.model.inputs import Passage


class Runtime(Protocol):
    """Runs the network of one model folder."""

    def logits(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """Score passages.

        Args:
            passages: Passages from `InputBuilder.build`.

        Returns:
            Shape (n, outputs): a row for every mark of every passage, in order. The
            labels come first; where the model tells relevance, the log-odds that what is
            neutral is irrelevant come last. A passage's rows do not depend on its company.
        """
        ...
