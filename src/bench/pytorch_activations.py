"""Times PyTorch's own kernels for what `invact bench --device cuda` times, on the same card.

    python3 pytorch_activations.py [ELEMENTS]

Prints a Markdown table: medians of 101 runs by events. As there, the passes of a format take turns,
after a second to warm up.
"""

import sys
import time

import torch
import torch.nn.functional as F

WARM_UP_SECONDS = 1
RUNS = 101


def measure(calls):
    """The times of each call in milliseconds, sorted."""
    end_of_warm_up = time.monotonic() + WARM_UP_SECONDS
    while time.monotonic() < end_of_warm_up:
        for call in calls:
            call()
        torch.cuda.synchronize()
    start = torch.cuda.Event(enable_timing=True)
    end = torch.cuda.Event(enable_timing=True)
    times = [[] for _ in calls]
    for _ in range(RUNS):
        for call, millis in zip(calls, times):
            start.record()
            call()
            end.record()
            end.synchronize()
            millis.append(start.elapsed_time(end))
    return [sorted(millis) for millis in times]


def passes(x, dy, out, out2):
    """Names and calls."""
    aten = torch.ops.aten

    def gate_backward(df):
        # What autograd runs for f(a)·b, f(a) kept.
        torch.mul(dy, out, out=out2)  # db = dp·f(a)
        d = dy * out  # dp·b
        df(d, x)  # da

    yield "copy", "-", lambda: out.copy_(x)
    yield "forward", "gelu", lambda: aten.gelu.out(x, out=out)
    yield "backward", "gelu", lambda: aten.gelu_backward.grad_input(dy, x, grad_input=out)
    yield "forward", "silu", lambda: aten.silu.out(x, out=out)
    yield "backward", "silu", lambda: aten.silu_backward.grad_input(dy, x, grad_input=out)
    yield "forward", "gelu-gate", lambda: F.gelu(x) * dy
    yield "backward", "gelu-gate", lambda: gate_backward(aten.gelu_backward)
    yield "forward", "silu-gate", lambda: F.silu(x) * dy
    yield "backward", "silu-gate", lambda: gate_backward(aten.silu_backward)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 28
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, {n} elements")
    print("| format | pass | of | ms, median (p20–p80) |")
    print("|---|---|---|---|")
    for label, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16), ("fp32", torch.float32)):
        generator = torch.Generator("cuda").manual_seed(1)
        tensors = [torch.randn(n, device="cuda", generator=generator).to(dtype) for _ in range(4)]
        rows = list(passes(*tensors))
        for (name, of, _), times in zip(rows, measure([call for _, _, call in rows])):
            median, low, high = times[RUNS // 2], times[RUNS // 5], times[RUNS - 1 - RUNS // 5]
            print(f"| {label} | {name} | {of} | {median:.4f} ({low:.4f}–{high:.4f}) |", flush=True)


main()
