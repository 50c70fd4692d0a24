"""The blocks in Python of the documents run."""

import pathlib
import re

import pytest
import torch

transformers = pytest.importorskip("transformers")

ROOT = pathlib.Path(__file__).parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [
    path for path in ("README.md", "src/main/python/README.md") if BLOCK.search((ROOT / path).read_text())
]


def llama() -> torch.nn.Module:
    configuration = transformers.LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=64,
    )
    return transformers.LlamaForCausalLM(configuration)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_blocks_run(document: str) -> None:
    tokens = torch.randint(3, 60, (2, 12))
    # What the blocks use without making it: inputs with 8 features, a Linear behind them, a model and a batch.
    names = {
        "torch": torch,
        "x": torch.randn(4, 8, requires_grad=True),
        "gate": torch.randn(4, 8, requires_grad=True),
        "up": torch.randn(4, 8, requires_grad=True),
        "gate_up": torch.randn(4, 16, requires_grad=True) * 1,
        "down": torch.nn.Linear(8, 8),
        "model": llama(),
        "batch": {"input_ids": tokens, "labels": tokens.clone()},
    }
    for block in BLOCK.findall((ROOT / document).read_text()):
        exec(compile(block, document, "exec"), names)
