"""Validation losses of small language models with invact_torch and without.

    python train.py --out results/training.csv --histograms results/histograms.csv \\
        --moments results/histogram-moments.csv [--cards 0,1] [--parallel 9] [--deadline 500]

A GPT (GELU, LayerNorm) and a Llama (SwiGLU, RMSNorm) of 25 million parameters each are trained on the
sources of Python's standard library, a token a byte, under autocast in bf16. A run's seed gives the first
weights and the order of the batches, so that runs of one seed differ in their arithmetic alone. The
validation text is one file of twenty.
Columns: model, run, seed, step, loss (nats a byte of validation text).

    python train.py --compare results/training.csv

prints the last losses, their mean less native's, and the spread of native seeds, greatest less least.
"""

import argparse
import csv
import math
import statistics
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from histograms import Histograms, write_histograms, write_moments
from processes import Jobs, say

VOCABULARY = 256
HEADER = ["model", "run", "seed", "step", "loss"]


class Size(NamedTuple):
    """Widths of a model and of its training."""

    width: int = 512
    layers: int = 8
    heads: int = 8
    context: int = 256
    batch: int = 16
    steps: int = 2000
    warm_up: int = 100
    rate: float = 1e-3
    every: int = 100
    validation_batches: int = 64


TINY = Size(
    width=32, layers=2, heads=2, context=32, batch=4, steps=20, warm_up=5, every=5, validation_batches=2
)


# ---------------------------------------------------------------------------------------------
# Models


def _rotate(x: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Rotary position embedding of [batch, heads, context, width of a head]."""
    first, second = x.chunk(2, -1)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


class Attention(nn.Module):
    def __init__(self, size: Size, rotary: bool) -> None:
        super().__init__()
        self.heads = size.heads
        self.qkv = nn.Linear(size.width, 3 * size.width, bias=not rotary)
        self.out = nn.Linear(size.width, size.width, bias=not rotary)
        self.rotary = rotary
        half = size.width // size.heads // 2
        frequencies = 10000 ** (-torch.arange(half) / half)
        self.register_buffer(
            "angles", torch.arange(size.context)[:, None] * frequencies[None, :], persistent=False
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, context, width = x.shape
        qkv = self.qkv(x).view(batch, context, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        if self.rotary:
            q, k = _rotate(q, self.angles), _rotate(k, self.angles)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(batch, context, width))


class Feedforward(nn.Module):
    """Linear, GELU, Linear."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.up = nn.Linear(size.width, 4 * size.width)
        self.act = nn.GELU()
        self.down = nn.Linear(4 * size.width, size.width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(self.act(self.up(x)))


class GatedFeedforward(nn.Module):
    """SwiGLU, of about as many parameters as the plain one."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        inner = math.ceil(8 * size.width / 3 / 32) * 32
        self.gate_proj = nn.Linear(size.width, inner, bias=False)
        self.up_proj = nn.Linear(size.width, inner, bias=False)
        self.down_proj = nn.Linear(inner, size.width, bias=False)
        self.act_fn = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(self.act_fn(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, size: Size, kind: str) -> None:
        super().__init__()
        is_llama = kind == "llama"
        norm = nn.RMSNorm if is_llama else nn.LayerNorm
        self.attention_norm = norm(size.width, eps=1e-5)
        self.attention = Attention(size, rotary=is_llama)
        self.mlp_norm = norm(size.width, eps=1e-5)
        self.mlp = GatedFeedforward(size) if is_llama else Feedforward(size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.attention_norm(x))
        return x + self.mlp(self.mlp_norm(x))


class LanguageModel(nn.Module):
    def __init__(self, size: Size, kind: str) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, size.width)
        self.positions = nn.Embedding(size.context, size.width) if kind == "gpt" else None
        self.layers = nn.ModuleList(Layer(size, kind) for _ in range(size.layers))
        self.norm = nn.LayerNorm(size.width) if kind == "gpt" else nn.RMSNorm(size.width, eps=1e-5)
        self.head = nn.Linear(size.width, VOCABULARY, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                is_last = name.endswith(("out.weight", "down.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 / (math.sqrt(2 * size.layers) if is_last else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.tokens(ids)
        if self.positions is not None:
            x = x + self.positions.weight[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))

    def activations(self) -> list[nn.Module]:
        """The activation of every layer, as built."""
        return [getattr(layer.mlp, "act", None) or layer.mlp.act_fn for layer in self.layers]


# ---------------------------------------------------------------------------------------------
# Text


def _sources() -> tuple[bytes, bytes]:
    """The standard library's sources: one file of twenty for validation, the others for training."""
    root = Path(sysconfig.get_paths()["stdlib"])
    files = sorted(
        path
        for path in root.rglob("*.py")
        if not {"site-packages", "dist-packages"} & set(path.relative_to(root).parts)
    )
    texts = [path.read_bytes() for path in files]
    validation = texts[::20]
    training = [text for i, text in enumerate(texts) if i % 20 != 0]
    return b"\n".join(training), b"\n".join(validation)


class Text:
    """Random pieces of a text."""

    def __init__(self, text: bytes, size: Size, device: str, seed: int) -> None:
        self.bytes = torch.frombuffer(bytearray(text), dtype=torch.uint8).to(device)
        self.size, self.device = size, device
        self.generator = torch.Generator(device).manual_seed(seed)
        self.offsets = torch.arange(size.context + 1, device=device)

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and the tokens that follow them."""
        starts = torch.randint(
            0,
            self.bytes.numel() - self.size.context,
            (self.size.batch, 1),
            generator=self.generator,
            device=self.device,
        )
        ids = self.bytes[starts + self.offsets].long()
        return ids[:, :-1], ids[:, 1:]


# ---------------------------------------------------------------------------------------------
# Runs


class Job(NamedTuple):
    model: str
    run: str
    seed: int


def jobs(seeds: list[int]) -> list[Job]:
    """All runs, the most important first; the first seed alone for those that are there for comparison."""
    return [
        Job(model, run, seed)
        for run, its_seeds in (
            ("native", seeds),
            ("inverted-norms", seeds),
            ("inverted", seeds[:1]),
            ("recompute", seeds[:1]),
            ("paper", seeds[:1]),
        )
        for seed in its_seeds
        for model in ("gpt", "llama")
    ]


def _prepare(model: LanguageModel, run: str, ids: torch.Tensor) -> None:
    if run == "native":
        return
    import invact_torch

    if run == "paper":
        for layer in model.layers:
            if isinstance(layer.mlp, Feedforward):
                layer.mlp.act = invact_torch.GELU()
            else:
                layer.mlp.act_fn = invact_torch.SiLU()
        return
    mode, _, norms = run.partition("-")
    report = invact_torch.convert(
        model, norms=bool(norms), mode=mode, inputs=(ids[:2],), autocast=torch.bfloat16
    )
    say(f"{run}: {report}")


def _loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor], device: str) -> torch.Tensor:
    ids, following = batch
    with torch.autocast(device, torch.bfloat16):
        logits = model(ids)
    return F.cross_entropy(logits.float().flatten(0, 1), following.flatten())


def _rate(size: Size, step: int) -> float:
    """Linear warm-up, then half a cosine to a tenth."""
    if step < size.warm_up:
        return size.rate * (step + 1) / size.warm_up
    progress = (step - size.warm_up) / (size.steps - size.warm_up)
    return size.rate * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))


def _optimizer(model: nn.Module) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)


def train(
    job: Job, size: Size, texts: tuple[bytes, bytes], device: str, histograms: Callable[[Histograms], None]
) -> Iterator[tuple[int, float]]:
    """Steps and validation losses of a run."""
    torch.manual_seed(job.seed)
    model = LanguageModel(size, job.model).to(device)
    training = Text(texts[0], size, device, job.seed)
    held_out = Text(texts[1], size, device, 0)
    validation = [held_out.batch() for _ in range(size.validation_batches)]
    _prepare(model, job.run, validation[0][0])
    optimizer = _optimizer(model)

    def validate() -> float:
        with torch.no_grad():
            return torch.stack([_loss(model, batch, device) for batch in validation]).mean().item()

    for step in range(size.steps):
        if step % size.every == 0:
            yield step, validate()
        for group in optimizer.param_groups:
            group["lr"] = _rate(size, step)
        _loss(model, training.batch(), device).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    yield size.steps, validate()
    if job.run == "native" and job.seed == 1:
        counts = Histograms(model.activations())
        validate()
        histograms(counts)


# ---------------------------------------------------------------------------------------------
# Comparison


def compare(path: str) -> None:
    """Prints last losses beside native ones, and the spread of native seeds."""
    losses: dict[tuple[str, str], dict[int, float]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    last = max((int(row["step"]) for row in rows), default=0)
    for row in rows:
        if int(row["step"]) == last:
            losses.setdefault((row["model"], row["run"]), {})[int(row["seed"])] = float(row["loss"])
    print(
        f"| model | run | loss at step {last}, by seed | less native of the seed | mean less native | native's spread |"
    )
    print("|---|---|---|---|---|---|")
    for (model, run), by_seed in sorted(losses.items()):
        native = losses[model, "native"]
        seeds = sorted(by_seed)
        mean = statistics.mean(by_seed.values()) - statistics.mean(native[seed] for seed in seeds)
        cells = [
            model,
            run,
            " ".join(f"{by_seed[seed]:.4f}" for seed in seeds),
            " ".join(f"{by_seed[seed] - native[seed]:+.4f}" for seed in seeds),
            f"{mean:+.4f}",
            f"{max(native.values()) - min(native.values()):.4f}",
        ]
        print(f"| {' | '.join(cells)} |")


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Trains small language models, natively and with invact_torch."
    )
    parser.add_argument(
        "--compare", metavar="CSV", help="print the table of a finished file and do nothing else"
    )
    parser.add_argument("--out", help="CSV file to write")
    parser.add_argument("--histograms", help="CSV file of pre-activations, to write or to append to")
    parser.add_argument("--moments", help="CSV file of their means and deviations, likewise")
    parser.add_argument("--seeds", default="1,2,3", help="separated by commas (default 1,2,3)")
    parser.add_argument("--models", default="gpt,llama", help="only these, separated by commas")
    parser.add_argument("--runs", help="only these, separated by commas")
    parser.add_argument("--cards", default="0", help="numbers of the cards to use, such as 0,1")
    parser.add_argument("--parallel", type=int, default=9, help="processes a card (default 9)")
    parser.add_argument("--deadline", type=float, default=3600, metavar="SECONDS")
    parser.add_argument(
        "--published",
        default="target/published",
        help="folder of an invact_torch.py with the paper's coefficients",
    )
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--tiny", action="store_true", help="small models, to try this script")
    options = parser.parse_args()
    if options.compare is not None:
        compare(options.compare)
        return 0
    if not (options.out and options.histograms and options.moments):
        parser.error("--out, --histograms and --moments are needed, or --compare")
    size = TINY if options.tiny else Size()
    chosen = [
        job
        for job in jobs([int(seed) for seed in options.seeds.split(",")])
        if job.model in options.models.split(",")
        and (options.runs is None or job.run in options.runs.split(","))
    ]
    texts = _sources()
    say(f"{len(texts[0])} bytes for training, {len(texts[1])} for validation")

    def work(job: Job, send: Callable[[Any], None]) -> None:
        torch.set_num_threads(1)
        if job.run == "paper":
            sys.path.insert(0, options.published)

        def keep(histograms: Histograms) -> None:
            histograms.remove()
            send((write_histograms, options.histograms, list(histograms.rows(job.model))))
            send((write_moments, options.moments, list(histograms.moment_rows(job.model))))

        for pair in train(job, size, texts, options.device, keep):
            send(pair)

    start = time.monotonic()
    with open(options.out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)

        def on_message(job: Job, message: Any) -> None:
            if callable(message[0]):
                write, path, rows = message
                write(path, rows)
                return
            step, loss = message
            writer.writerow([*job, step, f"{loss:.6f}"])
            file.flush()
            say(
                f"{time.monotonic() - start:6.1f} s {job.model} {job.run} {job.seed}: step {step}, loss {loss:.4f}"
            )

        def on_end(job: Job, card: str, seconds: float, error: str) -> None:
            say(f"{job.model} {job.run} {job.seed}: {seconds:.0f} s on card {card} {error}")

        slots = options.cards.split(",") * options.parallel
        runs = Jobs(slots, work, lambda *_: True, on_message, on_end, options.deadline, options.deadline)
        for job in runs.run(chosen):
            say(f"not reached: {job}")
    compare(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
