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
            Shape (n, labels): a row for every mark of every passage, in order.
            A passage's rows do not depend on its company.
        """
        ...
