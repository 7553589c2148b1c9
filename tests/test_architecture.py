"""What the walls of the house promise."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "stance").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= 40, f"{node.name} has {length} lines"


def test_names_say_something() -> None:
    vague = {"utils", "common", "helpers", "manager", "misc"}
    assert not [p for p in SOURCES if p.stem in vague]


@pytest.mark.parametrize("module", ["torch", "transformers", "datasets", "pandas", "sklearn"])
def test_scoring_on_cpu_imports_no_heavy_library(module: str, tiny_model: Path) -> None:
    code = (
        "import sys, stance\n"
        f"stance.predict('Kyiv called the plan empty.', model={str(tiny_model)!r}, device='cpu')\n"
        f"sys.exit({module!r} in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT)


def test_import_does_no_work() -> None:
    code = (
        "import sys, stance\n"
        "mine = sorted(m for m in sys.modules if m.startswith('stance.'))\n"
        "assert not mine, mine\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
