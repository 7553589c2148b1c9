"""Attention in plain products, for training on a CPU in bfloat16.

PyTorch's fused attention is quick forward, but on a CPU its backward pass in
bfloat16 takes four times as long as that of two products and a softmax.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedModel

NAME = "stance_plain"


@contextmanager
def plain_attention(network: PreTrainedModel, *, wanted: bool = True) -> Iterator[None]:
    """Let a network attend by plain products for a while.

    Args:
        network: The network; what it used before is put back at the end.
        wanted: Without it, nothing is changed.
    """
    if not wanted:
        yield
        return
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    before = network.config._attn_implementation  # noqa: SLF001 - transformers has no getter
    AttentionInterface.register(NAME, attend)
    # Without a mask function of the same name, transformers would pass no mask at all.
    AttentionMaskInterface.register(NAME, eager_mask)
    network.set_attn_implementation(NAME)
    try:
        yield
    finally:
        network.set_attn_implementation(before)


def attend(
    module: nn.Module,  # noqa: ARG001
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float = 1.0,
    **_: Any,  # noqa: ANN401
) -> tuple[Tensor, None]:
    """Scaled dot-product attention (Vaswani et al. 2017), without dropout.

    Args:
        module: The layer that asks.
        query: Shape (passages, heads, tokens, size of a head).
        key: Same shape.
        value: Same shape.
        attention_mask: Added to the scores; shape that broadcasts to
            (passages, heads, tokens, tokens).
        scaling: Factor on the scores.

    Returns:
        Shape (passages, tokens, heads, size of a head), and no weights.
    """
    import torch

    # Autocast would widen the softmax to float32, which costs what is to be saved.
    with torch.autocast(query.device.type, enabled=False):
        scores = torch.matmul(query * scaling, key.transpose(-1, -2))
        if attention_mask is not None:
            scores = scores + attention_mask.to(scores.dtype)
        states = torch.matmul(torch.softmax(scores, -1), value)
    return states.transpose(1, 2).contiguous(), None
