from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import stance
from stance.errors import InputError, StoreError
from stance.scoring.job import Job, run_job
from stance.scoring.outputs import Output

TEXTS = [
    "Beijing offered to host the peace talks on Monday, a spokesman said there.",
    "A diplomat welcomed the Chinese role in the truce and the talks that led to it.",
    "The bakery on the corner opened again after the long holidays of this winter.",
]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for i, text in enumerate(TEXTS):
        (folder / f"{i}.txt").write_text(text)
    return folder


def job(tiny_model: Path, to: Path, *sources: Path | str, workers: int | None = None) -> Job:
    names = tuple(map(str, sources))
    return Job(names, Output.named(str(to)), str(tiny_model), "cpu", workers=workers)


def test_score_takes_paths_and_gives_the_summary(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    to = tmp_path / "made" / "out.parquet"
    found = stance.score(news, to, model=tiny_model, device="cpu")
    assert (found.read, found.scored, found.screened) == (3, 2, 1)
    again = stance.score([news], to, model=tiny_model, device="cpu")
    assert (again.scored, again.known) == (0, 3)
    sentences = pd.read_parquet(to)
    assert sentences["text"].tolist() == TEXTS[:2]
    with stance.Ledger.open(f"{to}.ledger.db") as ledger:
        assert ledger.counts()["documents"] == 3


def test_what_the_gate_screened_is_scored_once_there_is_no_gate(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    to = tmp_path / "out.csv"
    stance.score(news, to, model=tiny_model, device="cpu")
    found = stance.score(news, to, model=tiny_model, device="cpu", screened=False)
    assert (found.scored, found.known) == (1, 2)
    assert sorted(pd.read_csv(to)["text"]) == sorted(TEXTS)
    again = stance.score(news, to, model=tiny_model, device="cpu")
    assert (again.scored, again.screened, again.known) == (0, 0, 3)
    assert set(pd.read_csv(tmp_path / "out.articles.csv")["status"]) == {"scored"}


@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl", "out.db", "results"])
def test_a_run_takes_none_of_its_own_results_for_news(
    news: Path, tiny_model: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(news)
    (news / ".out.jsonl.new").write_text("a draft that a kill left")
    (news / ".out.parquet.new").write_text("another")
    (news / "broken.pdf").write_text("set aside, and listed in a file of its own")
    first = stance.score(".", name, model=tiny_model, device="cpu")
    again = stance.score(".", name, model=tiny_model, device="cpu")
    assert (again.scored, again.screened, again.known) == (0, 0, 3)
    assert (again.read, again.rejected) == (first.read, first.rejected)


@pytest.mark.parametrize("name", ["mine.csv", "mine.jsonl", "mine.parquet"])
def test_a_table_of_the_users_is_not_written_over(news: Path, tiny_model: Path, name: str) -> None:
    mine = news / name
    table = pd.DataFrame({"text": TEXTS})
    {
        ".csv": lambda: table.to_csv(mine),
        ".jsonl": lambda: table.to_json(mine, orient="records", lines=True),
        ".parquet": lambda: table.to_parquet(mine),
    }[mine.suffix]()
    before = mine.read_bytes()
    with pytest.raises(InputError, match="give results another name"):
        stance.score(news, mine, model=tiny_model, device="cpu")
    assert mine.read_bytes() == before
    assert not list(news.glob("*.db"))


def test_a_ledger_of_its_own_serves_two_outputs(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    for name in ("a.csv", "b.csv"):
        stance.score(news, tmp_path / name, ledger=tmp_path / "all.db", model=tiny_model)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert not list(tmp_path.glob("*.ledger.db"))


def test_a_source_that_is_given_twice_is_read_once(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    found = run_job(job(tiny_model, tmp_path / "out.csv", news, news))
    assert (found.read, found.known, found.duplicates) == (3, 0, 0)


def test_an_empty_source_gives_empty_tables(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = run_job(job(tiny_model, tmp_path / "out.parquet", tmp_path / "empty"))
    assert found.read == 0
    assert pd.read_parquet(tmp_path / "out.articles.parquet").empty


def test_sources_that_fail_as_a_whole_are_set_aside_and_the_rest_is_scored(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    missing, table = tmp_path / "missing", tmp_path / "table.csv"
    found = run_job(job(tiny_model, tmp_path / "out.csv", missing, table, news))
    assert (found.read, found.scored, found.rejected) == (5, 2, 2)
    lines = (tmp_path / "out.csv.rejected.jsonl").read_text().splitlines()
    assert [json.loads(line)["source"] for line in lines] == [str(missing), str(table)]


def test_sources_none_of_which_can_be_read_are_an_error(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    sources = (tmp_path / "missing", tmp_path / "table.csv")
    with pytest.raises(InputError, match=r"missing.*;.*table\.csv"):
        run_job(job(tiny_model, tmp_path / "out.csv", *sources))
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("sources", [(), ("missing",), ("ftp://a.example/feed",)])
def test_where_there_is_nothing_to_read_nothing_is_made(
    tiny_model: Path, tmp_path: Path, sources: tuple[str, ...]
) -> None:
    with pytest.raises(InputError):
        run_job(job(tiny_model, tmp_path / "a" / "out.csv", *sources))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_found_before_scoring(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose a place"):
        run_job(job(tiny_model, tmp_path / "file" / "out.csv", news))


def test_progress_is_told_of_every_item(news: Path, tiny_model: Path, tmp_path: Path) -> None:
    (news / "broken.txt").write_bytes(b"\xff")
    told: list[tuple[int, int | None]] = []
    run_job(job(tiny_model, tmp_path / "out.csv", news), lambda *step: told.append(step))
    assert sum(done for done, _ in told) == 4
    assert {total for _, total in told} == {4}


def test_no_total_is_told_where_a_source_does_not_know_it(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "more.jsonl").write_text('{"text": "The ferry was late again on the river."}\n')
    told: list[int | None] = []
    both = job(tiny_model, tmp_path / "out.csv", news, tmp_path / "more.jsonl")
    run_job(both, lambda _, total: told.append(total))
    assert set(told) == {None}


@pytest.fixture
def quiet_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="ray is not installed: pip install 'stance-news[ray]'")
    monkeypatch.setenv("RAY_DATA_DISABLE_PROGRESS_BARS", "1")


# Ray opens sockets and files of its own that it leaves to the end of the process.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quiet_ray")
def test_copies_on_ray_give_the_rows_of_one_model(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    run_job(job(tiny_model, tmp_path / "one.csv", news))
    run_job(job(tiny_model, tmp_path / "ray.csv", news, workers=1))
    assert (tmp_path / "ray.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
