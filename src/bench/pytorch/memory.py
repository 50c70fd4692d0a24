"""Memory and speed of whole training steps, with invact_torch and with its rivals.

    python memory.py --out results/memory.csv [--cards 0,1] [--deadline 480]

A row is one model with one change (ROWS), in bf16 (parameters in bf16) or under autocast (fp32
parameters, bf16 compute). Weights and inputs are random. A step is forward and backward pass; no
optimizer runs, but the norms of invact_torch look up their parameters in each step as after one.
Every row has a process of its own, forked from a server that has imported PyTorch and transformers
and has not touched a card; all rows of a model run on the same card, one at a time.

Columns, in MiB and ms:
  held_mib   allocated after the forward pass, above weights
  saved_mib  storages of the tensors that autograd has saved, parameters apart; empty where checkpointing
             hides them
  peak_mib   most allocated in a step, above weights, gradients included
  step_ms    median of at least STEPS steps, by events
  largest    largest batch that fits beside weights, gradients and AdamW's two moments, extrapolated from
             twice and three times the batch measured; verified: yes if steps of that batch have run
  tokens_per_s   at `largest`, if it has run
  run        the name that --run gives: compare times of one run only
  note       why a row has no numbers

Rows are taken in the order of priority. Those that the deadline cuts off are named on stderr. With --again
rows that are in the file are measured once more, and added; readers take medians.

    python memory.py --table results/memory.csv --summary results/memory-summary.csv

prints and writes every row once, its numbers divided by those of eager; medians of what the last run that
has the row measured several times, and times divided by those of the same run.
"""

import argparse
import csv
import functools
import gc
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")  # counting cards must not initialize CUDA
os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from torch import nn
from torch._functorch import config as functorch_config
from torch.utils.checkpoint import checkpoint
from transformers.activations import ACT2FN

from processes import Jobs, say

MIB = 2**20
STEPS = 20
TIMED_SECONDS = 1.5
RESERVE = 1536 * MIB  # of a card's memory: the context, and what the allocator cannot use
COLUMNS = [
    "model",
    "dtype",
    "row",
    "tokens",
    "held_mib",
    "saved_mib",
    "peak_mib",
    "step_ms",
    "largest",
    "tokens_per_s",
    "verified",
    "card",
    "run",
    "note",
]


# ---------------------------------------------------------------------------------------------
# Models


class Model(NamedTuple):
    """A model at its real width; `size` is the batch that is measured, `tokens` those of one input."""

    kind: type[nn.Module]
    config: Any
    size: int
    tokens: int
    batch: Callable[[Any, int], dict[str, torch.Tensor]]
    mlp: Callable[[nn.Module], Iterator[tuple[nn.Module, str]]]
    activation: str


def _ids(count: int, length: int, vocabulary: int) -> torch.Tensor:
    return torch.randint(0, vocabulary, (count, length))


def _language(config: Any, size: int, length: int) -> dict[str, torch.Tensor]:
    ids = _ids(size, length, config.vocab_size)
    return {"input_ids": ids, "labels": ids}


def _images(config: Any, size: int) -> dict[str, torch.Tensor]:
    side = config.image_size
    return {
        "pixel_values": torch.randn(size, 3, side, side),
        "labels": torch.randint(0, config.num_labels, (size,)),
    }


def _sounds(config: Any, size: int) -> dict[str, torch.Tensor]:
    return {
        "input_values": torch.randn(size, config.max_length, config.num_mel_bins),
        "labels": torch.randint(0, config.num_labels, (size,)),
    }


def _pairs(config: Any, size: int) -> dict[str, Any]:
    side, text = config.vision_config.image_size, config.text_config
    return {
        "pixel_values": torch.randn(size, 3, side, side),
        "input_ids": _ids(size, text.max_position_embeddings, text.vocab_size),
        "return_loss": True,
    }


def _mlps(name: str, method: str = "forward") -> Callable[[nn.Module], Iterator[tuple[nn.Module, str]]]:
    """Every module of that class, and the method that is its MLP."""

    def find(model: nn.Module) -> Iterator[tuple[nn.Module, str]]:
        for module in model.modules():
            if type(module).__name__ == name:
                yield module, method

    return find


def _sequences(length: int) -> Callable[[Any, int], dict[str, torch.Tensor]]:
    return lambda config, size: _language(config, size, length)


def models(tiny: bool) -> dict[str, Model]:
    """The models; with tiny=True small ones of the same classes, to try this script anywhere."""
    from transformers import (
        ASTConfig,
        ASTForAudioClassification,
        BertConfig,
        BertForMaskedLM,
        CLIPConfig,
        CLIPModel,
        GPT2Config,
        GPT2LMHeadModel,
        LlamaConfig,
        LlamaForCausalLM,
        MistralConfig,
        MistralForCausalLM,
        ViTConfig,
        ViTForImageClassification,
    )

    def size(full: int, small: int) -> int:
        return small if tiny else full

    width: dict[str, Any] = {}
    if tiny:
        width = {
            "hidden_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 128,
        }
    llama = LlamaConfig(
        **({"hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 8} | width),
        vocab_size=size(32000, 128),
        use_cache=False,
    )
    mistral = MistralConfig(
        **({"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 8} | width),
        num_key_value_heads=size(8, 2),
        vocab_size=size(32000, 128),
        use_cache=False,
    )
    bert = BertConfig(**width, vocab_size=size(30522, 128))
    vit = ViTConfig(**width, image_size=size(224, 32), num_labels=size(1000, 10))
    ast = ASTConfig(**width, max_length=size(1024, 64), num_mel_bins=size(128, 32), num_labels=size(527, 10))
    clip = CLIPConfig(
        text_config={**width, "vocab_size": size(49408, 128), "eos_token_id": 2},
        vision_config={**width, "image_size": size(224, 64)},
    )
    gpt2 = GPT2Config(
        n_embd=size(768, 64),
        n_layer=size(12, 2),
        n_head=size(12, 4),
        vocab_size=size(50257, 128),
        use_cache=False,
    )
    long, bert_length, gpt2_length = size(4096, 64), size(512, 32), size(1024, 32)
    patches = (vit.image_size // vit.patch_size) ** 2 + 1
    frames = ((ast.max_length - ast.patch_size) // ast.time_stride + 1) * (
        (ast.num_mel_bins - ast.patch_size) // ast.frequency_stride + 1
    ) + 2
    vision = clip.vision_config
    pair = (vision.image_size // vision.patch_size) ** 2 + 1 + clip.text_config.max_position_embeddings
    return {
        "llama-2-7b": Model(
            LlamaForCausalLM, llama, 1, long, _sequences(long), _mlps("LlamaMLP"), llama.hidden_act
        ),
        "mistral-7b": Model(
            MistralForCausalLM, mistral, 1, long, _sequences(long), _mlps("MistralMLP"), mistral.hidden_act
        ),
        "bert-base": Model(
            BertForMaskedLM,
            bert,
            size(32, 4),
            bert_length,
            _sequences(bert_length),
            _mlps("BertLayer", "feed_forward_chunk"),
            "gelu",
        ),
        "vit-base": Model(
            ViTForImageClassification,
            vit,
            size(64, 4),
            patches,
            _images,
            _mlps("ViTMLP"),
            "gelu",
        ),
        "ast": Model(
            ASTForAudioClassification,
            ast,
            size(16, 4),
            frames,
            _sounds,
            _mlps("ASTMLP"),
            "gelu",
        ),
        "clip": Model(CLIPModel, clip, size(256, 4), pair, _pairs, _mlps("CLIPMLP"), "quick_gelu"),
        "gpt2": Model(
            GPT2LMHeadModel,
            gpt2,
            size(16, 4),
            gpt2_length,
            _sequences(gpt2_length),
            _mlps("GPT2MLP"),
            "gelu_new",
        ),
    }


# ---------------------------------------------------------------------------------------------
# Rows


def _liger(model: nn.Module, *, parts: bool, head: bool) -> None:
    """Liger's gated unit and norm (parts); its RoPE and fused cross entropy (head)."""
    from liger_kernel.transformers import apply_liger_kernel_to_llama, apply_liger_kernel_to_mistral

    kind = type(model).__name__
    apply = {
        "LlamaForCausalLM": apply_liger_kernel_to_llama,
        "MistralForCausalLM": apply_liger_kernel_to_mistral,
    }[kind]
    apply(
        rope=head,
        cross_entropy=False,
        fused_linear_cross_entropy=head,
        rms_norm=parts,
        swiglu=parts,
        model=model,
    )


def _convert(
    model: nn.Module,
    inputs: dict[str, Any],
    autocast: torch.dtype | None,
    *,
    norms: bool,
    mode: str = "inverted",
) -> None:
    import invact_torch

    say(str(invact_torch.convert(model, norms=norms, mode=mode, inputs=inputs, autocast=autocast)))


def _activations_alone(model: nn.Module, name: str) -> None:
    """The paper's way: the activation's module alone, in a gated unit too."""
    import invact_torch

    kinds = {
        "gelu": (invact_torch.GELU, type(ACT2FN["gelu"])),
        "silu": (invact_torch.SiLU, type(ACT2FN["silu"])),
    }
    if name not in kinds:
        raise NotImplementedError(f"the paper has no coefficients for {name}")
    ours, theirs = kinds[name]
    for module in list(model.modules()):
        for child_name, child in module.named_children():
            if type(child) is theirs:
                setattr(module, child_name, ours())


def _checkpoint_mlps(model: nn.Module, find: Callable[[nn.Module], Iterator[tuple[nn.Module, str]]]) -> None:
    def wrap(plain: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *inputs: checkpoint(plain, *inputs, use_reentrant=False)

    for module, method in list(find(model)):
        setattr(module, method, wrap(getattr(module, method)))


def _compile(model: nn.Module, budget: float) -> nn.Module:
    functorch_config.activation_memory_budget = budget
    return torch.compile(model, dynamic=False)


def prepare(
    model: nn.Module, row: str, spec: Model, inputs: dict[str, Any], autocast: torch.dtype | None
) -> nn.Module:
    """The model with the change that a row names; inputs: of a small forward pass."""
    convert = functools.partial(_convert, model, inputs, autocast)
    if row == "checkpoint-layers":
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    elif row == "checkpoint-mlp":
        _checkpoint_mlps(model, spec.mlp)
    elif row == "liger-mlp-norm":
        _liger(model, parts=True, head=False)
    elif row == "liger-all":
        _liger(model, parts=True, head=True)
    elif row == "paper":
        _activations_alone(model, spec.activation)
    elif row in ("inverted", "inverted-norms", "recompute", "recompute-norms"):
        mode, _, norms = row.partition("-")
        convert(norms=bool(norms), mode=mode)
    elif row == "inverted-norms-liger":
        _liger(model, parts=False, head=True)
        convert(norms=True)
    elif row == "compile":
        return _compile(model, 1.0)
    elif row == "compile-budget-0.9":
        return _compile(model, 0.9)
    elif row == "compile-inverted-norms":
        convert(norms=True)
        return _compile(model, 1.0)
    elif row != "eager":
        raise ValueError(f"no such row: {row}")
    return model


class Job(NamedTuple):
    model: str
    dtype: str
    row: str
    largest: str  # no, extrapolate, verify
    seconds: float  # that must be left for it to start


# ---------------------------------------------------------------------------------------------
# Measurement of one row, in its own process


def _saved_of(node: Any) -> Iterator[torch.Tensor]:
    """What one node of autograd's graph has saved."""
    kept = [getattr(node, name) for name in dir(node) if name.startswith("_saved_")]
    kept.extend(getattr(node, "saved_tensors", ()))
    for value in kept:
        for tensor in value if isinstance(value, tuple | list) else (value,):
            if isinstance(tensor, torch.Tensor):
                yield tensor


def saved_bytes(loss: torch.Tensor, model: nn.Module) -> int:
    """Bytes of the storages that autograd has saved for a loss, parameters and buffers apart."""
    weights = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    storages: dict[int, int] = {}
    seen = set()
    nodes = [loss.grad_fn]
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        for tensor in _saved_of(node):
            storage = tensor.untyped_storage()
            if storage.nbytes() > 0 and storage.data_ptr() not in weights:
                storages[storage.data_ptr()] = storage.nbytes()
        nodes.extend(following for following, _ in node.next_functions)
    return sum(storages.values())


class Card:
    """Counters of a card's memory and time; on a CPU there is no memory to count."""

    def __init__(self, device: str) -> None:
        self.cuda = device == "cuda"

    def allocated(self) -> int:
        return torch.cuda.memory_allocated() if self.cuda else 0

    def peak(self) -> int:
        return torch.cuda.max_memory_allocated() if self.cuda else 0

    def reset_peak(self) -> None:
        if self.cuda:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()

    def capacity(self) -> int:
        return torch.cuda.get_device_properties(0).total_memory - RESERVE if self.cuda else 0

    def times(self, call: Callable[[], Any], least: int, seconds: float) -> list[float]:
        """Milliseconds of calls that follow each other, at least `least` of them and at least so long."""
        end = time.monotonic() + seconds
        if not self.cuda:
            times = []
            while len(times) < least or time.monotonic() < end:
                start = time.perf_counter()
                call()
                times.append((time.perf_counter() - start) * 1e3)
            return times
        marks = [torch.cuda.Event(enable_timing=True)]
        torch.cuda.synchronize()
        marks[0].record()
        while len(marks) <= least or time.monotonic() < end:
            call()
            marks.append(torch.cuda.Event(enable_timing=True))
            marks[-1].record()
            marks[max(0, len(marks) - 3)].synchronize()  # the host is at most two steps ahead
        torch.cuda.synchronize()
        return [first.elapsed_time(second) for first, second in zip(marks, marks[1:])]


class Idle(torch.optim.Optimizer):
    """Its step changes nothing, but norms look up their parameters after it."""

    def step(self, closure: Any = None) -> None:
        """Nothing."""


class Run:
    """A prepared model and its steps."""

    def __init__(self, spec: Model, dtype: str, row: str, device: str) -> None:
        torch.manual_seed(1)
        self.spec, self.device, self.row = spec, device, row
        self.card = Card(device)
        self.autocast = dtype == "autocast"
        self.dtype = torch.float32 if self.autocast else torch.bfloat16
        with torch.device(device):
            self.plain = spec.kind._from_config(spec.config, dtype=self.dtype)
        self.plain.train()
        self.model = prepare(self.plain, row, spec, self.inputs(1), torch.bfloat16 if self.autocast else None)
        self.optimizer = Idle(self.plain.parameters(), {})

    def inputs(self, size: int) -> dict[str, Any]:
        with torch.device(self.device):
            batch = self.spec.batch(self.spec.config, size)
        return {
            name: t.to(self.dtype) if isinstance(t, torch.Tensor) and t.is_floating_point() else t
            for name, t in batch.items()
        }

    def forward(self, batch: dict[str, Any]) -> torch.Tensor:
        with torch.autocast(self.device, torch.bfloat16) if self.autocast else nullcontext():
            return self.model(**batch).loss

    def step(self, batch: dict[str, Any]) -> None:
        self.forward(batch).backward()
        self.optimizer.step()
        self.plain.zero_grad(set_to_none=True)

    def memory(self, size: int, warm_up: int) -> tuple[int, int, int | None]:
        """Bytes held and at the peak above weights, and saved by autograd."""
        batch = self.inputs(size)
        for _ in range(warm_up):
            self.step(batch)
        base = self.card.allocated()
        self.card.reset_peak()
        loss = self.forward(batch)
        held = self.card.allocated() - base
        saved = None if self.row.startswith("checkpoint") else saved_bytes(loss, self.plain)
        loss.backward()
        peak = self.card.peak() - base
        self.plain.zero_grad(set_to_none=True)
        return held, peak, saved

    def largest(self, sizes: list[int], peaks: list[int]) -> int:
        """The size that fits beside AdamW's moments by the line through two peaks."""
        slope = (peaks[1] - peaks[0]) / (sizes[1] - sizes[0])
        moments = 2 * sum(p.numel() * p.element_size() for p in self.plain.parameters())
        room = self.card.capacity() - self.card.allocated() - moments
        size = sizes[0] + (room - peaks[0]) / slope
        return int(size)

    def try_size(self, size: int) -> float | None:
        """Milliseconds of a step at a size beside AdamW's moments; None if memory does not suffice."""
        try:
            return self._time_of(size)
        except torch.OutOfMemoryError:
            pass
        self.plain.zero_grad(set_to_none=True)
        gc.collect()
        torch.cuda.empty_cache()
        return None

    def _time_of(self, size: int) -> float:
        moments = [torch.zeros_like(p) for p in self.plain.parameters() for _ in range(2)]
        step = functools.partial(self.step, self.inputs(size))
        step()
        millis = statistics.median(self.card.times(step, 2, 0.0))
        del moments
        return millis


def measure(spec: Model, job: Job, device: str) -> Iterator[dict[str, Any]]:
    """The columns of a row, as they become known."""
    run = Run(spec, job.dtype, job.row, device)
    held, peak, saved = run.memory(spec.size, 3)
    batch = run.inputs(spec.size)
    times = run.card.times(functools.partial(run.step, batch), STEPS, TIMED_SECONDS)
    del batch
    result: dict[str, Any] = {
        "tokens": spec.tokens * spec.size,
        "held_mib": held / MIB,
        "saved_mib": None if saved is None else saved / MIB,
        "peak_mib": peak / MIB,
        "step_ms": statistics.median(times),
    }
    yield result
    if job.largest == "no" or not run.card.cuda:
        return
    sizes = [2 * spec.size, 3 * spec.size]
    peaks = [run.memory(size, 1)[1] for size in sizes]
    size = run.largest(sizes, peaks)
    yield result | {"largest": size, "verified": "no"}
    if job.largest != "verify":
        return
    while size > spec.size:
        millis = run.try_size(size)
        if millis is not None:
            tokens = spec.tokens * size / (millis / 1e3)
            yield result | {"largest": size, "verified": "yes", "tokens_per_s": tokens}
            return
        size = min(size - 1, int(size * 0.98))


# ---------------------------------------------------------------------------------------------
# Order of rows


def _jobs(model: str, dtype: str, rows: str, largest: str) -> Iterator[Job]:
    seconds = {"no": 8.0, "extrapolate": 9.0, "verify": 20.0}[largest]
    for row in rows.split():
        if row.startswith("compile"):
            yield Job(model, dtype, row, "no", 60.0)
        else:
            yield Job(model, dtype, row, largest, seconds)


def jobs() -> list[Job]:
    """All rows, the most important first."""
    gated = ("llama-2-7b", "mistral-7b")
    plain = ("vit-base", "bert-base")
    more = ("gpt2", "ast", "clip")
    order: list[Job] = []

    def add(names: tuple[str, ...], dtype: str, rows: str, largest: str) -> None:
        for name in names:
            order.extend(_jobs(name, dtype, rows, largest))

    add(gated, "bf16", "eager liger-mlp-norm inverted-norms", "verify")
    add(gated, "bf16", "liger-all inverted-norms-liger checkpoint-layers", "verify")
    add(gated, "bf16", "inverted", "extrapolate")
    add(plain, "bf16", "eager inverted inverted-norms", "verify")
    add(("llama-2-7b",), "autocast", "eager liger-mlp-norm inverted-norms", "extrapolate")
    add(plain, "autocast", "eager inverted inverted-norms", "extrapolate")
    add(("llama-2-7b",), "bf16", "compile-budget-0.9", "no")
    add(("bert-base",), "bf16", "compile-budget-0.9", "no")
    add(gated, "bf16", "recompute recompute-norms checkpoint-mlp paper", "extrapolate")
    add(plain, "bf16", "paper recompute recompute-norms checkpoint-mlp", "extrapolate")
    add(plain, "bf16", "checkpoint-layers", "verify")
    add(more, "bf16", "eager inverted inverted-norms", "verify")
    add(
        ("llama-2-7b",),
        "autocast",
        "liger-all inverted-norms-liger inverted checkpoint-layers",
        "extrapolate",
    )
    add(("llama-2-7b", "vit-base"), "bf16", "compile", "no")
    add(more, "bf16", "paper recompute recompute-norms checkpoint-mlp checkpoint-layers", "extrapolate")
    add(more, "autocast", "eager inverted inverted-norms", "extrapolate")
    add(("mistral-7b",), "autocast", "eager liger-mlp-norm inverted-norms", "extrapolate")
    add(plain, "autocast", "recompute-norms checkpoint-mlp checkpoint-layers paper", "extrapolate")
    add(("vit-base",), "bf16", "compile-budget-0.9", "no")
    add(("llama-2-7b",), "bf16", "compile-inverted-norms", "no")
    add(("mistral-7b", "gpt2", "bert-base"), "bf16", "compile compile-budget-0.9", "no")
    add(
        ("mistral-7b",),
        "autocast",
        "liger-all inverted-norms-liger inverted checkpoint-layers",
        "extrapolate",
    )
    add(gated, "autocast", "recompute recompute-norms checkpoint-mlp paper", "extrapolate")
    return [job for job in order if not (job.row == "paper" and job.model in ("gpt2", "clip"))]


CARD_OF = {"llama-2-7b": 0, "mistral-7b": 1, "bert-base": 1, "vit-base": 0, "ast": 1, "clip": 1, "gpt2": 0}


def _format(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.1f}" if value < 1e4 else f"{value:.0f}"
    return "" if value is None else value


class Table:
    """Collects the columns of running rows, and writes a row when its process has ended."""

    def __init__(self, file: Any, run: str) -> None:
        self.file, self.run = file, run
        self.writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        self.columns: dict[Job, dict[str, Any]] = {}

    def header(self) -> None:
        self.writer.writeheader()
        self.file.flush()

    def add(self, job: Job, columns: dict[str, Any]) -> None:
        self.columns.setdefault(job, {}).update(columns)

    def write(self, job: Job, card: str, seconds: float, error: str) -> None:
        row = {"model": job.model, "dtype": job.dtype, "row": job.row, "card": card, "run": self.run}
        row |= self.columns.pop(job, {"note": error})
        self.writer.writerow({name: _format(row.get(name)) for name in COLUMNS})
        self.file.flush()
        say(f"{seconds:5.1f} s " + " ".join(f"{name}={_format(value)}" for name, value in row.items()))


def _last_runs(path: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The columns of each row in the last run that has it; medians where that run measured it several times."""
    rows: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["held_mib"]:
                rows.setdefault((row["model"], row["dtype"], row["row"]), []).append(row)
    result: dict[tuple[str, str, str], dict[str, Any]] = {}
    for key, several in rows.items():
        run = max(row["run"] for row in several)
        columns: dict[str, Any] = {"run": run, "step_ms_by_run": {}}
        for name in ("held_mib", "saved_mib", "peak_mib", "step_ms", "largest", "tokens_per_s"):
            values = [float(row[name]) for row in several if row[name] and row["run"] == run]
            columns[name] = statistics.median(values) if values else None
        for name in {row["run"] for row in several}:
            times = [float(row["step_ms"]) for row in several if row["run"] == name]
            columns["step_ms_by_run"][name] = statistics.median(times)
        columns["verified"] = any(row["verified"] == "yes" for row in several if row["run"] == run)
        result[key] = columns
    return result


SUMMARY = [
    "held_mib",
    "held",
    "saved_mib",
    "saved",
    "peak_mib",
    "peak",
    "step_ms",
    "step",
    "largest",
    "tokens_per_s",
]


def summary(path: str) -> Iterator[dict[str, Any]]:
    """A line for each row of a file; held, saved, peak and step are of eager, step of eager of the same run."""
    table = _last_runs(path)
    rows = list(dict.fromkeys(job.row for job in jobs()))
    order = {
        (m, d, r): i for i, (m, d, r) in enumerate(itertools.product(CARD_OF, ("bf16", "autocast"), rows))
    }
    for (model, dtype, row), columns in sorted(table.items(), key=lambda item: order[item[0]]):
        eager = table[model, dtype, "eager"]
        ratios = {}
        for name in ("held", "saved", "peak"):
            value, base = columns[f"{name}_mib"], eager[f"{name}_mib"]
            ratios[name] = value / base if value and base else None
        base = eager["step_ms_by_run"].get(columns["run"])
        ratios["step"] = None if base is None else columns["step_ms"] / base
        yield {"model": model, "dtype": dtype, "row": row, **columns, **ratios}


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in ("held", "saved", "peak", "step"):
        return f"{value:.3f}"
    return f"{value:.1f}" if name == "step_ms" else f"{value:.0f}"


def write_summary(path: str, out: str | None) -> None:
    """Writes the summary of a file as CSV, and prints it as Markdown."""
    lines = [
        [line["model"], line["dtype"], line["row"], line["run"]]
        + [_cell(name, line[name]) for name in SUMMARY]
        + ["yes" if line["verified"] else "no" if line["largest"] else ""]
        for line in summary(path)
    ]
    header = ["model", "dtype", "row", "run", *SUMMARY, "verified"]
    if out is not None:
        with open(out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(lines)
    print(f"| {' | '.join(header)} |\n{'|---' * len(header)}|")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures memory and speed of training steps.")
    parser.add_argument("--table", metavar="CSV", help="print a finished file as a table and do nothing else")
    parser.add_argument("--summary", metavar="CSV", help="with --table, write it to a file too")
    parser.add_argument("--out", help="CSV file; one that is there gets the rows that it lacks")
    parser.add_argument("--cards", default="0", help="numbers of the cards to use, such as 0,1")
    parser.add_argument("--deadline", type=float, default=3600, metavar="SECONDS")
    parser.add_argument("--limit", type=float, default=150, help="seconds for one row (default 150)")
    parser.add_argument("--models", help="only these, separated by commas")
    parser.add_argument("--rows", help="only these, separated by commas")
    parser.add_argument("--dtypes", help="only these, separated by commas")
    parser.add_argument(
        "--published",
        default="target/published",
        help="folder of an invact_torch.py with the paper's coefficients",
    )
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--tiny", action="store_true", help="small models, to try this script")
    parser.add_argument("--largest", choices=("no", "extrapolate", "verify"), help="for all rows")
    parser.add_argument("--again", action="store_true", help="measure rows that are in the file once more")
    parser.add_argument("--run", default="1", help="a name for this run (default 1)")
    options = parser.parse_args()
    if options.table is not None:
        write_summary(options.table, options.summary)
        return 0
    if options.out is None:
        parser.error("--out is needed, or --table")
    chosen = jobs()
    if options.largest is not None:
        chosen = [job._replace(largest=options.largest) for job in chosen]
    for name, field in (("models", "model"), ("rows", "row"), ("dtypes", "dtype")):
        wanted = getattr(options, name)
        if wanted is not None:
            chosen = [job for job in chosen if getattr(job, field) in wanted.split(",")]
    models(options.tiny)  # imports the models' modules before the first fork
    cards = options.cards.split(",")

    def work(job: Job, send: Callable[[Any], None]) -> None:
        if job.row == "paper":
            sys.path.insert(0, options.published)
        for columns in measure(models(options.tiny)[job.model], job, options.device):
            send(columns)

    def may_start(job: Job, slot: int, left: float) -> bool:
        return CARD_OF[job.model] % len(cards) == slot and job.seconds <= left

    say(f"torch {torch.__version__}, transformers {transformers.__version__}, {time.strftime('%Y-%m-%d')}")
    is_new = not os.path.exists(options.out)
    if not is_new and not options.again:
        with open(options.out, newline="", encoding="utf-8") as file:
            done = {(row["model"], row["dtype"], row["row"]) for row in csv.DictReader(file)}
        chosen = [job for job in chosen if job[:3] not in done]
    with open(options.out, "a", newline="", encoding="utf-8") as file:
        table = Table(file, options.run)
        if is_new:
            table.header()
        rows = Jobs(cards, work, may_start, table.add, table.write, options.deadline, options.limit)
        for job in rows.run(chosen):
            say(f"not reached: {job.model} {job.dtype} {job.row}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
