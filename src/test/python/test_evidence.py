"""The scripts of src/bench/pytorch, small and on a CPU."""

import csv
import gc
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

import invact_torch as inv

FOLDER = Path(__file__).parents[2] / "bench" / "pytorch"
RESULTS = FOLDER / "results"
sys.path.insert(0, str(FOLDER))

import histograms  # noqa: E402
import train  # noqa: E402
from processes import Jobs  # noqa: E402


def test_saved_bytes_of_a_gated_unit():
    """Eager SwiGLU keeps a, f(a), b and p in bf16, ours a and p: 4 bytes an element less, exactly."""
    pytest.importorskip("transformers")
    import memory

    model = memory.models(tiny=True)["llama-2-7b"]
    saved = {}
    for row in ("eager", "inverted", "recompute"):
        job = memory.Job("llama-2-7b", "bf16", row, "no", 0.0)
        (columns,) = memory.measure(model, job, "cpu")
        saved[row] = columns["saved_mib"]
    config = model.config
    elements = model.size * model.tokens * config.num_hidden_layers * config.intermediate_size
    assert saved["eager"] - saved["inverted"] == 4 * elements / memory.MIB
    assert saved["eager"] - saved["recompute"] == 4 * elements / memory.MIB


def test_every_row_can_be_prepared():
    pytest.importorskip("transformers")
    import memory

    rows = {job.row for job in memory.jobs()}
    model = memory.models(tiny=True)["bert-base"]
    for row in sorted(row for row in rows if not row.startswith(("liger", "compile")) and "liger" not in row):
        run = memory.Run(model, "bf16", row, "cpu")
        batch = run.inputs(2)
        loss = run.forward(batch)
        loss.backward()
        assert all(torch.isfinite(p.grad).all() for p in run.plain.parameters() if p.grad is not None), row


def test_nothing_stays_of_the_forward_pass_of_convert():
    """A batch of 1 MiB as inputs leaves no tensor of its size behind, without a garbage collection."""
    model = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64))
    x = torch.randn(4096, 64)

    def large():
        # Tensors that a compiler has traced, left by other tests, have symbolic sizes: no comparison decides on them.
        sizes = [o.numel() for o in gc.get_objects() if type(o) is torch.Tensor]
        return sum(type(size) is int and size == 4096 * 256 for size in sizes)

    before = large()
    gc.disable()
    try:
        inv.convert(model, inputs=x)
        assert large() == before
    finally:
        gc.enable()


def test_histograms_count_what_goes_in():
    relu = nn.ReLU()
    counts = histograms.Histograms([relu])
    relu(torch.tensor([-100.0, -1.0, -1.0, 0.0, 0.5, 100.0]))
    counts.remove()
    relu(torch.ones(7))
    rows = list(counts.rows("m"))
    bins = int(2 * histograms.RANGE / histograms.BIN)
    assert [left for _, _, left, _ in rows] == [i * histograms.BIN - histograms.RANGE for i in range(bins)]
    edge = histograms.RANGE - histograms.BIN
    assert {left: n for _, _, left, n in rows if n} == {
        -histograms.RANGE: 1,
        -1.0: 2,
        0.0: 1,
        0.5: 1,
        edge: 1,
    }
    ((_, _, mean, deviation, least, most, n),) = counts.moment_rows("m")
    assert (float(mean), float(least), float(most), n) == (-0.25, -100.0, 100.0, 6)
    assert float(deviation) == pytest.approx(57.74, abs=0.01)  # sqrt(20002.25/6 - 1/16)


def test_spread_undoes_the_rounding_to_bf16():
    """Evenly spaced numbers, rounded to bf16 and counted, fill all bins alike, to 1 %."""
    relu = nn.ReLU()
    x = torch.arange(-8, 8, 2**-14)
    counts = histograms.Histograms([relu])
    relu(x.bfloat16())
    inner = [n for _, _, left, n in counts.rows("m") if -7.9 < left < 7.9]
    raw = counts.counts[0][histograms.RANGE * 32 - 252 : histograms.RANGE * 32 + 252]
    expected = histograms.BIN * 2**14
    assert raw.max() >= 1.2 * expected
    assert max(abs(n - expected) for n in inner) <= 0.01 * expected


def _work(job, send):
    if job == "fails":
        raise ValueError("as it should\nsecond line")
    if job == "sleeps":
        time.sleep(60)
    send(job.upper())


def test_jobs_end_in_every_way():
    messages, ends = [], {}
    jobs = Jobs(
        ["0", "1"],
        _work,
        lambda job, slot, left: job != "never",
        lambda job, message: messages.append((job, message)),
        lambda job, card, seconds, error: ends.update({job: error}),
        seconds=60,
        limit=3,
    )
    assert jobs.run(["works", "fails", "sleeps", "never"]) == ["never"]
    assert messages == [("works", "WORKS")]
    assert ends["works"] == "" and ends["fails"] == "ValueError: as it should"
    assert ends["sleeps"].startswith("not done within")


@pytest.mark.parametrize("kind", ["gpt", "llama"])
def test_a_run_and_its_converted_twin_start_alike(kind):
    """Before the first step the loss differs by rounding alone: 2 units of bf16's last place in 5.5."""
    texts = (bytes(range(256)) * 40, bytes(range(256)) * 4)
    size = train.TINY._replace(steps=2, every=1)
    losses = {}
    for run in ("native", "inverted-norms", "recompute"):
        losses[run] = [
            loss for _, loss in train.train(train.Job(kind, run, 1), size, texts, "cpu", lambda _: None)
        ]
    for run in ("inverted-norms", "recompute"):
        assert losses[run][0] == pytest.approx(losses["native"][0], rel=2**-7)
    assert losses["native"][-1] < losses["native"][0]


def test_models_have_25_million_parameters():
    for kind in ("gpt", "llama"):
        with torch.device("meta"):
            model = train.LanguageModel(train.Size(), kind)
        assert 24e6 < sum(p.numel() for p in model.parameters()) < 27e6


def test_committed_losses_lie_within_the_spread_of_native_seeds():
    """Last losses, averaged over seeds, differ from native ones of these seeds by less than these do."""
    with (RESULTS / "training.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    last = max(int(row["step"]) for row in rows)
    losses = {}
    for r in rows:
        if int(r["step"]) == last:
            losses.setdefault((r["model"], r["run"]), {})[r["seed"]] = float(r["loss"])
    assert len(losses) == 10
    for (model, run), by_seed in losses.items():
        native = losses[model, "native"]
        difference = statistics.mean(by_seed[seed] - native[seed] for seed in by_seed)
        assert abs(difference) <= max(native.values()) - min(native.values()), (model, run)


def test_compare_prints_a_table():
    done = subprocess.run(
        [sys.executable, "train.py", "--compare", "results/training.csv"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.count("\n") == 12, done.stderr
