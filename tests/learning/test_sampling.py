from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stance.learning.sampling import GroupedSampler, batched_order

GROUPS = st.lists(st.sampled_from([None, "a", "b", "c", "d"]), max_size=60)


@given(GROUPS, st.integers(1, 12), st.integers(0, 99))
def test_every_row_is_met_once(groups: list[str | None], size: int, seed: int) -> None:
    order = batched_order(range(len(groups)), groups, size, seed)
    assert sorted(order) == list(range(len(groups)))


def test_groups_lie_within_one_batch() -> None:
    groups = [None] * 40 + [f"g{i // 3}" for i in range(60)]
    order = batched_order([7] * 100, groups, 10, 1)
    batch = {row: place // 10 for place, row in enumerate(order)}
    members = [[batch[40 + 3 * g + k] for k in range(3)] for g in range(20)]
    assert all(len(set(where)) == 1 for where in members)


def test_rows_of_like_length_stand_together() -> None:
    lengths = [5, 90] * 50
    order = batched_order(lengths, [None] * 100, 10, 1)
    mixed = [len({lengths[i] for i in order[k : k + 10]}) for k in range(0, 100, 10)]
    assert mixed.count(1) == 10


def test_seeds_give_other_orders() -> None:
    orders = [batched_order([7] * 50, [None] * 50, 1, seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_epochs_have_other_orders() -> None:
    sampler = GroupedSampler([7] * 50, [None] * 50, 10, 1)
    first, second = list(sampler), list(sampler)
    assert first == batched_order([7] * 50, [None] * 50, 10, 1)
    assert sorted(first) == sorted(second)
    assert first != second
    assert len(sampler) == 50
