"""Bytes that training steps of small models keep, to hold `invact memory` against.

    python kept.py --configs FOLDER --out kept.csv [--device cuda] [--rows native,checkpoint]

A model of random weights is made from each config.json of the folder, and one forward pass of it is
counted. Columns:
  config     name of the file, without .json
  dtype      bf16, fp32: parameters and compute; autocast: fp32 parameters, bf16 compute
  attention  sdpa or eager: as transformers chooses it, or as asked for
  row        native, inverted, norms, recompute, checkpoint
  batch, seq sequences and tokens in each; pictures and sounds have those of their config
  saved      bytes of storages that autograd keeps, parameters and buffers apart
  peak       most bytes allocated in a step above parameters, inputs and labels; on a card alone

On a CPU dropout keeps a mask of one byte an element, as it does on a card. Attention keeps other tensors
there than on a card, unless it is eager.
"""

import argparse
import csv
import json
import os
import pathlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import torch
import transformers
from memory import saved_bytes
from torch import nn

COLUMNS = ["config", "dtype", "attention", "row", "batch", "seq", "saved", "peak"]


def inputs_of(config: Any, batch: int, seq: int, dtype: torch.dtype) -> dict[str, Any]:
    """A training batch of random data for a model."""
    kind = config.model_type
    if kind == "audio-spectrogram-transformer":
        data = torch.randn(batch, config.max_length, config.num_mel_bins).to(dtype)
        return {"input_values": data, "labels": torch.randint(0, config.num_labels, (batch,))}
    if kind in ("vit", "clip_vision_model"):
        pixels = torch.randn(batch, 3, config.image_size, config.image_size).to(dtype)
        labels = torch.randint(0, config.num_labels, (batch,))
        return {"pixel_values": pixels} | ({"labels": labels} if kind == "vit" else {})
    if kind == "clip":
        side, text = config.vision_config.image_size, config.text_config
        return {
            "pixel_values": torch.randn(batch, 3, side, side).to(dtype),
            "input_ids": torch.randint(3, text.vocab_size, (batch, min(seq, text.max_position_embeddings))),
            "return_loss": True,
        }
    ids = torch.randint(3, config.vocab_size, (batch, seq))
    if config.architectures[0].endswith("SequenceClassification"):
        return {"input_ids": ids, "labels": torch.randint(0, config.num_labels, (batch,))}
    return {"input_ids": ids, "labels": ids.clone()}


def loss_of(model: nn.Module, batch: dict[str, Any], autocast: bool, device: str) -> torch.Tensor:
    with torch.autocast(device, torch.bfloat16) if autocast else nullcontext():
        out = model(**batch)
    return out.loss if "loss" in out and out.loss is not None else out.pooler_output.float().sum()


def hooked_bytes(call: Any, model: nn.Module, detail: Counter[str] | None = None) -> int:
    """Bytes of storages that pass saved-tensor hooks, parameters and buffers apart."""
    weights = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    storages: dict[int, tuple[int, str]] = {}
    kept = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        text = f"{str(tensor.dtype)[6:]}{list(tensor.shape)} of {storage.nbytes()}"
        if storage.nbytes() > 0 and storage.data_ptr() not in weights:
            storages.setdefault(storage.data_ptr(), (storage.nbytes(), text))
        kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = call()
    if detail is not None:
        detail.update(text for _, text in storages.values())
    del loss
    return sum(size for size, _ in storages.values())


def _native_dropout(x: torch.Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    return torch.native_dropout(x, p, True)[0] if training and p > 0 else x


def measure(path: pathlib.Path, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The rows of a config."""
    device = options.device
    for dtype in options.dtypes.split(","):
        for attention in options.attentions.split(","):
            for row in options.rows.split(","):
                torch.manual_seed(1)
                settings = json.loads(path.read_text())
                kind = settings["architectures"][0]
                config = transformers.AutoConfig.for_model(**settings)
                weights = torch.bfloat16 if dtype == "bf16" else torch.float32
                chosen = {} if attention == "default" else {"attn_implementation": attention}
                with torch.device(device):
                    model = getattr(transformers, kind)._from_config(config, dtype=weights, **chosen)
                model.train()
                with torch.device(device):
                    batch = inputs_of(config, options.batch, options.seq, weights)
                mixed = torch.bfloat16 if dtype == "autocast" else None
                if row == "checkpoint":
                    model.gradient_checkpointing_enable(
                        gradient_checkpointing_kwargs={"use_reentrant": False}
                    )
                elif row != "native":
                    import invact_torch

                    mode = "recompute" if row == "recompute" else "inverted"
                    report = invact_torch.convert(
                        model, norms=row == "norms", mode=mode, inputs=batch, autocast=mixed
                    )
                    if options.detail:
                        print(report, file=sys.stderr)
                detail: Counter[str] = Counter()

                def call() -> torch.Tensor:
                    return loss_of(model, batch, mixed is not None, device)

                if row == "recompute":
                    saved = saved_bytes(call(), model)
                else:
                    saved = hooked_bytes(call, model, detail)
                peak = ""
                if device == "cuda":
                    for _ in range(2):
                        model.zero_grad(set_to_none=True)
                        base = torch.cuda.memory_allocated()
                        torch.cuda.reset_peak_memory_stats()
                        call().backward()
                        peak = torch.cuda.max_memory_allocated() - base
                name = attention if attention != "default" else model.config._attn_implementation
                yield dict(
                    zip(
                        COLUMNS,
                        [path.stem, dtype, name, row, options.batch, options.seq, saved, peak],
                        strict=True,
                    )
                )
                if options.detail:
                    with open(options.detail, "a", encoding="utf-8") as file:
                        file.write(f"== {path.stem} {dtype} {name} {row} {saved}\n")
                        for text, count in sorted(detail.items()):
                            file.write(f"{count:4d} x {text}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts what training steps of small models keep.")
    parser.add_argument("--configs", required=True, type=pathlib.Path, help="a folder of config.json files")
    parser.add_argument("--only", help="names of configs, separated by commas; default all")
    parser.add_argument("--out", help="CSV file; default standard output")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--rows", default="native")
    parser.add_argument("--dtypes", default="bf16")
    parser.add_argument("--attentions", default="default", help="default, sdpa, eager")
    parser.add_argument("--batch", type=int, default=3)
    parser.add_argument("--seq", type=int, default=40)
    parser.add_argument("--detail", help="a file that gets shapes and bytes of what is kept")
    options = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    if options.device == "cpu":
        # Triton's interpreter gives the same bytes in much more time.
        os.environ.pop("TRITON_INTERPRET", None)
        nn.functional.dropout = _native_dropout
    paths = sorted(options.configs.glob("*.json"))
    if options.only:
        paths = [path for path in paths if path.stem in options.only.split(",")]
    with (
        open(options.out, "w", newline="", encoding="utf-8")
        if options.out
        else nullcontext(sys.stdout) as file
    ):
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for path in paths:
            try:
                for line in measure(path, options):
                    writer.writerow(line)
            except Exception as failure:
                print(f"{path.stem}: {type(failure).__name__}: {failure}", file=sys.stderr)
            file.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
