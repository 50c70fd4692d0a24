"""Tests in Triton's interpreter, which has to be chosen before Triton is imported.

All of test_kernels.py, and what launches kernels from inside a transform of torch.func.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("tests", [("test_kernels.py",), ("test_autograd.py", "-k", "func or double")])
def test_in_the_interpreter(tests):
    pytest.importorskip("triton", reason="Triton is not installed")
    here = Path(__file__).parent
    environment = {**os.environ, "TRITON_INTERPRET": "1", "CUDA_VISIBLE_DEVICES": ""}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-W", "ignore::RuntimeWarning", *tests],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
