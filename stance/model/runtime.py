"""What a runtime is: token ids in, logits out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding


class Runtime(Protocol):
    """Runs the network of one model folder."""

    def logits(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        """Score encoded pairs.

        Args:
            encodings: Token ids of n pairs, without padding.

        Returns:
            Shape (n, labels). A pair's row does not depend on its company.
        """
        ...
