"""The wheel, built and installed into a bare environment outside the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


def test_wheel_carries_the_model(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "stance/default_model/model.int8.onnx" in names
    assert "stance/default_model/stance.json" in names
    assert "stance/py.typed" in names
    assert not [n for n in names if n.startswith(("tests/", "data/", "seeds/"))]


def test_bare_environment_predicts(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, cwd=tmp_path)
    code = (
        "import sys, stance; from pathlib import Path\n"
        "assert Path(stance.__file__).is_relative_to(Path(sys.prefix)), stance.__file__\n"
        "assert len(stance.predict('China offered to host talks. Kyiv refused.')) == 2\n"
        "import importlib.util as u\n"
        "assert not u.find_spec('torch') and not u.find_spec('transformers')"
    )
    subprocess.run([python, "-I", "-c", code], check=True, cwd=tmp_path)
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "stance", "predict", "-", "--format", "json"],
        input=b"China offered to host talks.",
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert b'"label"' in done.stdout
