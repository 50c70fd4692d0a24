"""The blocks in Python of the documents run."""

import pathlib
import re

import pytest
import torch

ROOT = pathlib.Path(__file__).parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [
    path for path in ("README.md", "src/main/python/README.md") if BLOCK.search((ROOT / path).read_text())
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_blocks_run(document: str) -> None:
    # What the blocks use without making it: inputs with 8 features, and a Linear behind them.
    names = {
        "x": torch.randn(4, 8, requires_grad=True),
        "gate": torch.randn(4, 8, requires_grad=True),
        "up": torch.randn(4, 8, requires_grad=True),
        "gate_up": torch.randn(4, 16, requires_grad=True) * 1,
        "down": torch.nn.Linear(8, 8),
    }
    for block in BLOCK.findall((ROOT / document).read_text()):
        exec(compile(block, document, "exec"), names)
