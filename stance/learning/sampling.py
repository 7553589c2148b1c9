"""The order in which training rows are met: like lengths together, and groups in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

POOL = 50
"""Batches that are sorted by length together, as `transformers` does it."""


class GroupedSampler:
    """What a data loader takes for a sampler; every epoch has another order."""

    def __init__(
        self, lengths: Sequence[int], groups: Sequence[str | None], batch_size: int, seed: int
    ) -> None:
        """Take what `batched_order` takes."""
        self._rows = (lengths, groups, batch_size)
        self._seed = seed

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows[0])

    def __iter__(self) -> Iterator[int]:
        """The rows of the next epoch, in order."""
        order = batched_order(*self._rows, self._seed)
        self._seed += 1
        return iter(order)


def batched_order(
    lengths: Sequence[int], groups: Sequence[str | None], batch_size: int, seed: int
) -> list[int]:
    """An order of rows that, cut into batches, keeps groups whole and pads little.

    Args:
        lengths: Tokens of every row.
        groups: The group of every row, or None.
        batch_size: Rows of a batch.
        seed: Seeds the order.

    Returns:
        Every row's index once. A group of no more rows than a batch lies within
        one batch, but where there is nothing to fill the batch before it up with.
    """
    draw = np.random.default_rng(seed)
    blocks = _blocks(groups)
    blocks = [blocks[i] for i in draw.permutation(len(blocks))]
    order: list[int] = []
    for pool in _pools(blocks, POOL * batch_size):
        pool.sort(key=lambda block: -max(lengths[i] for i in block))
        order += _filled(pool, batch_size, len(order) % batch_size)
    return order


def _blocks(groups: Sequence[str | None]) -> list[list[int]]:
    """Rows of one group together, every other row by itself."""
    blocks: list[list[int]] = []
    at: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        if group is None:
            blocks.append([i])
        elif group in at:
            at[group].append(i)
        else:
            blocks.append(at.setdefault(group, [i]))
    return blocks


def _pools(blocks: Sequence[list[int]], size: int) -> Iterator[list[list[int]]]:
    pool: list[list[int]] = []
    rows = 0
    for block in blocks:
        pool.append(block)
        rows += len(block)
        if rows >= size:
            yield pool
            pool, rows = [], 0
    if pool:
        yield pool


def _filled(blocks: list[list[int]], batch_size: int, begun: int) -> Iterator[int]:
    """Rows of blocks in order; where a block does not fit, the next that does comes first."""
    waiting = list(blocks)
    room = batch_size - begun
    while waiting:
        fitting = next((i for i, block in enumerate(waiting) if len(block) <= room), 0)
        block = waiting.pop(fitting)
        yield from block
        room = (room - len(block) - 1) % batch_size + 1
