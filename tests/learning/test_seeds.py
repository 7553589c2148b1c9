from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from stance.corpus.collection import load_split
from stance.errors import ModelError
from stance.learning.base import find_base, load_network, load_tokenizer
from stance.learning.dataset import Layouts, encode_articles
from stance.learning.recipe import Recipe
from stance.learning.seeds import Start, check_workers, fine_tuned, train_seed
from stance.learning.training import TrainingConfig, predict_logits
from stance.model.inputs import InputBuilder, InputFormat


def test_seeds_side_by_side_are_those_one_after_another(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8), seeds=2)
    articles = load_split(data, "train"), load_split(data, "validation")
    rows = encode_articles(articles[1], InputBuilder.from_folder(encoder, InputFormat()))
    base = find_base(str(encoder))
    alone, beside = (
        [
            predict_logits(network, rows)
            for network in fine_tuned(
                base, recipe, articles, tmp_path / f"{workers}", workers=workers
            )
        ]
        for workers in (1, 2)
    )
    for one, other in zip(alone, beside, strict=True):
        assert one == pytest.approx(other, abs=1e-4)
    assert alone[0] != pytest.approx(alone[1], abs=1e-3)


def test_finished_seeds_are_taken_over(
    data: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8))
    articles = load_split(data, "train"), load_split(data, "validation")
    base = find_base(str(encoder))
    (first,) = fine_tuned(base, recipe, articles, tmp_path)
    monkeypatch.setattr("stance.learning.seeds.fit", None)
    (again,) = fine_tuned(base, recipe, articles, tmp_path, resume=True)
    before, after = first.state_dict(), again.state_dict()
    assert all(before[name].equal(after[name]) for name in before)


KILLED = """
import signal
import sys
from pathlib import Path
from stance.learning.pipeline import train_model
from stance.learning.recipe import Recipe
from stance.learning.training import TrainingConfig
if __name__ == "__main__":
    # Tests that were started in the background inherit that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    recipe = Recipe(sys.argv[2], config=TrainingConfig(epochs=50), seeds=3)
    train_model(Path(sys.argv[1]), Path(sys.argv[3]), recipe, workers=2)
"""


@pytest.fixture
def run(data: Path, encoder: Path, tmp_path: Path) -> Iterator[psutil.Popen]:
    """Three seeds in training on two workers, in a process group of their own."""
    script = tmp_path / "train.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(data), str(encoder), str(tmp_path / "model")]
    checkpoints = tmp_path / ".model.checkpoints"
    with (
        (tmp_path / "errors").open("w") as errors,
        psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, process_group=0) as process,
    ):
        for _ in range(600):
            if {p.name for p in checkpoints.glob("seed*")} == {"seed13", "seed14"}:
                break
            time.sleep(0.1)
        yield process
        if process.is_running():
            os.killpg(process.pid, signal.SIGKILL)
    assert not (checkpoints / "seed15").exists()


def workers_of(run: psutil.Popen) -> list[psutil.Process]:
    """The two processes that train."""
    workers = [p for p in run.children() if "spawn_main" in " ".join(p.cmdline())]
    assert len(workers) == 2
    return workers


def test_workers_do_not_outlive_a_killed_run(run: psutil.Popen) -> None:
    workers = workers_of(run)
    run.kill()
    run.wait()
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_ctrl_c_ends_the_run_and_its_workers(run: psutil.Popen) -> None:
    workers = workers_of(run)
    # As a terminal does: to the whole group.
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=60) != 0
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_a_worker_that_dies_ends_the_run_with_a_word(run: psutil.Popen, tmp_path: Path) -> None:
    workers = workers_of(run)
    workers[0].kill()
    assert run.wait(timeout=60) == 1
    error = (tmp_path / "errors").read_text()
    assert "a worker died, perhaps for want of memory: use fewer workers" in error
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_a_worker_that_starts_workers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.parent_process", object)
    check_workers(1)
    with pytest.raises(ModelError, match="__main__"):
        check_workers(2)


def test_real_news_is_met_as_often_as_asked_and_votes_are_drawn(
    data: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, other = load_split(data, "train")[:2]
    original = replace(original, meta={"group": "x1"})
    real = replace(other, meta={"repo": "x/y"})
    calls: list[tuple[list[str], Any]] = []

    def noted(articles: Any, builder: InputBuilder, layouts: Any = None, **options: Any) -> Any:
        calls.append(([a.id for a in articles], layouts))
        return encode_articles(articles, builder, layouts, **options)

    monkeypatch.setattr("stance.learning.seeds.encode_articles", noted)
    config = TrainingConfig(epochs=1, batch_size=8, soft_labels=True, splices=0.5)
    recipe = Recipe(str(encoder), config=config, real_copies=3)
    base = find_base(str(encoder))
    train_seed(Start(base, base, recipe, [original, real], [original], tmp_path, resume=False), 13)
    ids, layouts = calls[0]
    assert sorted(ids) == sorted([original.id, *[real.id] * 3])
    assert layouts == Layouts(1, seed=13, drawn=True, splices=0.5)


def test_a_warmed_up_network_reads_what_its_base_reads(
    data: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the warm-up leaves has no tokenizer, without which every word is unknown."""
    article = load_split(data, "train")[0]
    base = find_base(str(encoder))
    load_network(base).save_pretrained(tmp_path / "warm")
    warm = replace(base, source=str(tmp_path / "warm"))
    with pytest.raises(ModelError, match="no tokenizer"):
        load_tokenizer(warm, InputFormat())
    met: list[list[int]] = []

    def noted(articles: Any, builder: InputBuilder, *rest: Any, **options: Any) -> Any:
        rows = encode_articles(articles, builder, *rest, **options)
        met.extend(rows["input_ids"])
        return rows

    monkeypatch.setattr("stance.learning.seeds.encode_articles", noted)
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8))
    train_seed(Start(base, warm, recipe, [article], [article], tmp_path, resume=False), 13)
    expected = encode_articles([article], InputBuilder.from_folder(encoder, InputFormat()))
    assert met[-len(expected) :] == expected["input_ids"]
