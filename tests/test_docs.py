"""Commands and names in the documents are real."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import stance
from stance.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "data" / "README.md",
    ROOT / "seeds" / "README.md",
    ROOT / "models" / "default" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
COMMAND = re.compile(r"(?:^|`|\$ |\| )(stance [a-z][^`|\n]*)", re.MULTILINE)
IMPORT = re.compile(r"^from (stance\.[\w.]+) import (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def commands() -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), found.strip())
        for page in PAGES
        if page.exists()
        for found in COMMAND.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_parses(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{page}: no command {name!r} in {line!r}"
        command = found
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in options, f"{page}: no option {word} in {line!r}"


def test_there_are_commands_to_check() -> None:
    assert len(commands()) > 10


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists()], ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES[:1] + PAGES[4:], ids=lambda p: p.name)
def test_names_in_python_blocks_exist(page: Path) -> None:
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for module, names in IMPORT.findall(block):
            for name in names.split(","):
                assert hasattr(import_module(module), name.strip()), f"{page.name}: {name}"
        for name in re.findall(r"\bstance\.([A-Za-z_]+)", IMPORT.sub("", block)):
            assert hasattr(stance, name), f"{page.name}: stance.{name}"


def test_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_scripts_named_in_documents_exist() -> None:
    for page in PAGES:
        if page.exists():
            for script in re.findall(r"python (benchmarks/\w+\.py)", page.read_text("utf-8")):
                assert (ROOT / script).exists(), f"{page.name}: {script}"


def test_dataset_card_gives_the_counts_of_the_data() -> None:
    from stance.corpus.description import describe_data

    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, row in describe_data(ROOT / "data").items():
        counts = [row["documents"], row["units"], *row["labels"].values(), row["relevant"]]
        cells = [name, *(f"{n:,}" for n in counts), f"{row['alpha']:.3f}"]
        assert f"| {' | '.join(cells)} |" in card, name


def test_example_in_the_readme_gives_the_output_beside_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n([^`]*docs/sample[^`]*)```\n\n```text\n([^`]*)```", readme)
    assert found is not None
    done = subprocess.run(
        [sys.executable, "-c", found[1]], cwd=ROOT, capture_output=True, check=True, text=True
    )
    # Another processor may round the last place otherwise.
    numbers = re.compile(r"[+-]\d\.\d\d")
    assert numbers.sub("", done.stdout) == numbers.sub("", found[2])
    pairs = zip(numbers.findall(done.stdout), numbers.findall(found[2]), strict=True)
    assert all(abs(float(a) - float(b)) < 0.04 for a, b in pairs)
