"""Times PyTorch's own kernels for what invact's device benchmark times, on the same card.

    python3 pytorch_activations.py [ELEMENTS]

Prints a Markdown table: medians of 101 runs by events, after 50 to warm up.
"""

import sys

import torch
import torch.nn.functional as F

WARM_UP = 50
RUNS = 101


def millis(call):
    times = []
    for run in range(-WARM_UP, RUNS):
        start = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        start.record()
        call()
        end.record()
        end.synchronize()
        if run >= 0:
            times.append(start.elapsed_time(end))
    times.sort()
    return times[RUNS // 2], times[RUNS // 5], times[RUNS - 1 - RUNS // 5]


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 28
    aten = torch.ops.aten
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, {n} elements")
    print("| format | pass | of | ms, median (p20–p80) |")
    print("|---|---|---|---|")
    for label, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16), ("fp32", torch.float32)):
        generator = torch.Generator("cuda").manual_seed(1)
        x, dy, out, out2 = (
            torch.randn(n, device="cuda", generator=generator).to(dtype) for _ in range(4)
        )

        def gate_backward(df):
            # What autograd runs for f(a)·b, f(a) kept.
            torch.mul(dy, out, out=out2)  # db = dp·f(a)
            d = dy * out  # dp·b
            df(d, x)  # da

        rows = [
            ("copy", "-", lambda: out.copy_(x)),
            ("forward", "gelu", lambda: torch.ops.aten.gelu.out(x, out=out)),
            (
                "backward",
                "gelu",
                lambda: aten.gelu_backward.grad_input(dy, x, grad_input=out),
            ),
            ("forward", "silu", lambda: aten.silu.out(x, out=out)),
            (
                "backward",
                "silu",
                lambda: aten.silu_backward.grad_input(dy, x, grad_input=out),
            ),
            ("forward", "gelu-gate", lambda: F.gelu(x) * dy),
            ("backward", "gelu-gate", lambda: gate_backward(aten.gelu_backward)),
            ("forward", "silu-gate", lambda: F.silu(x) * dy),
            ("backward", "silu-gate", lambda: gate_backward(aten.silu_backward)),
        ]
        for name, of, call in rows:
            median, low, high = millis(call)
            print(f"| {label} | {name} | {of} | {median:.4f} ({low:.4f}–{high:.4f}) |", flush=True)


main()
