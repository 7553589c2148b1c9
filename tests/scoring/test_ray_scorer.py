"""Copies of the model on a cluster of three nodes, one of which dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from stance.records import Article
from stance.scoring.predictor import load
from stance.scoring.ray_scorer import RayScorer

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'stance-news[ray]'")

ARTICLES = [
    Article(f"Envoy talks {n}.\n\nBeijing offered to host talks {n}. Kyiv called it empty {n}.")
    for n in range(400)
]

# Ray opens sockets and files of its own that it leaves to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    os.environ["RAY_DATA_DISABLE_PROGRESS_BARS"] = "1"
    made: Any = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    ray.init(address=made.address, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


def test_rows_are_those_of_one_model_though_a_node_dies(cluster: Any, tiny_model: Path) -> None:
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    cluster.wait_for_nodes()
    death = Timer(3.0, cluster.remove_node, [nodes[1]], {"allow_graceful": False})
    with RayScorer(str(tiny_model), "cpu", workers=2) as scorer:
        death.start()
        found = [result for _ in range(4) for result in scorer.predict(ARTICLES)]
        death.join()
    assert len(cluster.list_all_nodes()) == 2
    assert found == load(tiny_model, "cpu").predict(ARTICLES) * 4
