"""The command line, the log line, the tables, and the source's style."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import invact_torch as inv
import reference

SOURCE = Path(inv.__file__)


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=SOURCE.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
    )


def test_self_test():
    done = run("-m", "invact_torch", "--self-test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout and done.stdout.endswith("all right\n")


def test_bench_without_a_card():
    done = run("-m", "invact_torch", "--bench", CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 2 and "needs a CUDA device" in done.stderr


@pytest.mark.cuda
def test_bench(tmp_path):
    if not torch.cuda.is_available():
        pytest.skip("torch.cuda.is_available() is false")
    table = tmp_path / "bench.csv"
    done = run("-m", "invact_torch", "--bench", "--elements", "4194304", "--runs", "3", "--csv", str(table))
    assert done.returncode == 0, done.stderr
    assert table.read_text().startswith("what,ours,theirs,unit,ratio\ngelu forward,")


def test_one_log_line_says_which_backend():
    program = (
        "import logging, torch; logging.basicConfig(level=logging.INFO)\n"
        "import invact_torch as inv\n"
        "for _ in range(3): inv.gelu(torch.ones(3)); inv.swiglu(torch.ones(3), torch.ones(3))"
    )
    done = run("-c", program)
    assert done.stderr.count("invact_torch on cpu: torch operations") == 1
    done = run("-c", program, TRITON_INTERPRET="1")
    assert done.stderr.count("invact_torch on cpu: Triton's interpreter") == 1


def test_a_backend_that_is_not_there_is_an_error():
    program = "import torch, invact_torch as inv; inv.gelu(torch.ones(3))"
    done = run("-c", program, INVACT_TORCH_BACKEND="triton")
    assert done.returncode != 0 and "Triton needs a CUDA tensor" in done.stderr
    done = run("-c", program, INVACT_TORCH_BACKEND="cuda")
    assert done.returncode != 0 and "must be torch or triton" in done.stderr


def test_imports_without_triton():
    program = "import sys; sys.modules['triton'] = None\nimport torch, invact_torch as inv; print(inv.gelu(torch.ones(1)))"
    done = run("-c", program)
    assert done.returncode == 0 and "0.8413" in done.stdout, done.stderr


def test_sets_are_the_shipped_ones():
    for (name, dtype), chosen in inv.SETS.items():
        source = reference.read(chosen.name)
        assert chosen.activation == source["activation"] == name.replace("_", "-")
        assert chosen.dtype == dtype
        assert reference.F32(chosen.threshold) == reference.threshold(source["argmin"])


def test_markers_enclose_the_generated_section():
    text = SOURCE.read_text(encoding="utf-8")
    assert text.count("\n# invact:generated:begin\n") == 1
    assert text.count("\n# invact:generated:end\n") == 1


@pytest.mark.parametrize("arguments", [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)])
def test_style(arguments):
    if importlib.util.find_spec(arguments[0]) is None:
        pytest.skip(f"{arguments[0]} is not installed")
    done = run("-m", *arguments, "invact_torch.py")
    assert done.returncode == 0, done.stdout + done.stderr
