"""Activations and norms that keep their output for the backward pass, for PyTorch.

A pointwise activation y = f(x) usually keeps its input x for the backward pass, though the next
Linear keeps y anyway. The functions here keep y and one bit an element, S = [x >= argmin f], and
compute dL/dx = dL/dy * g(y, S) with g = f' o f^-1 fitted per branch (G. Novikov and I. Oseledets,
"Inverted Activations", arXiv 2407.15545). Gated units keep the gate's input and the product; norms
keep their output and one number a row.

    import invact_torch as inv
    y = inv.gelu(x)                       # also silu, gelu_tanh, quick_gelu, mish
    p = inv.swiglu(gate, up)              # also geglu; inv.swiglu_(gate_up) for a fused projection
    norm = inv.RMSNorm(4096)              # also LayerNorm

Bytes kept an element in 16 bits, with the next Linear's input counted: activation 2.125 (eager 4),
gated unit 4 (eager 8), norm 2 (eager 4). It does not pay where the next layer does not keep y: a
frozen Linear, dropout in between. Who compiles with `activation_memory_budget` keeps as little.

Kernels are Triton's on CUDA and plain torch operations elsewhere, chosen once with one log line
(logger "invact_torch"); INVACT_TORCH_BACKEND=torch or triton chooses by hand. Tensors are fp32, bf16
or fp16. Arithmetic is fp32 with one rounding at the end. First derivatives only: double backward,
forward mode and vmap raise an error.

Registered operators, which are what selective activation checkpointing and torch.compile see, are
torch.ops.invact_torch.{activation, activation_forward, activation_backward, exact_backward,
gated_forward, gated_backward, gated_fused_forward, gated_fused_backward, norm_forward,
norm_backward}.default.

    python -m invact_torch --self-test    # checks this installation, a minute
    python -m invact_torch --bench        # times on this machine's card
"""

import argparse
import csv
import functools
import logging
import math
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import forward_ad

try:
    import triton
    import triton.language as tl
except ImportError:  # Triton has no wheels for some systems; torch operations serve there.
    triton = None

    class tl:  # type: ignore[no-redef]
        """Stands in for triton.language in annotations."""

        constexpr = object


__all__ = [
    "SETS",
    "CoefficientSet",
    "GELU",
    "SiLU",
    "QuickGELU",
    "Mish",
    "SwiGLU",
    "GeGLU",
    "LayerNorm",
    "RMSNorm",
    "Recompute",
    "activation",
    "gated",
    "gated_",
    "geglu",
    "geglu_",
    "gelu",
    "gelu_tanh",
    "layer_norm",
    "mish",
    "quick_gelu",
    "recompute",
    "rms_norm",
    "silu",
    "swiglu",
    "swiglu_",
    "weights_changed",
]

_LOG = logging.getLogger("invact_torch")

_INTERPRET = os.environ.get("TRITON_INTERPRET") == "1"
# Approximate instructions by inline assembly: CUDA's only, and not in Triton's interpreter.
_PTX = torch.version.cuda is not None and not _INTERPRET


class CoefficientSet(NamedTuple):
    """What the code needs for one activation in one dtype.

    `error_rms` and `error_max` are those of g(y, S) with rounded y against f'(x), x ~ N(0, 1)
    rounded to the dtype. The functions compute in fp32; the generated section says what they are.
    """

    name: str
    activation: str
    dtype: str
    threshold: float
    error_rms: float
    error_max: float
    forward: Any
    gate: Any
    factor: Any
    forward_torch: Callable[[torch.Tensor], torch.Tensor]
    gate_torch: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
    factor_torch: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def _jit(function: Any) -> Any:
    """triton.jit, where there is Triton."""
    return function if triton is None else triton.jit(function)


@_jit
def _reciprocal(x, PTX: tl.constexpr):
    """1/x to 1 ulp (PTX), with subnormal x and results flushed to 0; else correctly rounded."""
    if PTX:
        return tl.inline_asm_elementwise(
            "rcp.approx.ftz.f32 $0, $1;", "=f,f", [x], dtype=tl.float32, is_pure=True, pack=1
        )
    else:
        return 1.0 / x


@_jit
def _pick(b0, b1, b2, c0, c1, c2, c3, c4, c5, c6, c7):
    """The coefficient of segment b0 + 2*b1 + 4*b2."""
    low = tl.where(b1, tl.where(b0, c3, c2), tl.where(b0, c1, c0))
    high = tl.where(b1, tl.where(b0, c7, c6), tl.where(b0, c5, c4))
    return tl.where(b2, high, low)


# invact:generated:begin
# fmt: off
# Functions of coefficient sets, written by `invact export --target pytorch`. For an activation A
# (gelu, silu ...), W = 16 for bf16 and fp16, W = 32 for fp32, and a dtype D:
#
#   _A_W_forward(x, PTX)                   f(x)                     Triton device function
#   _A_W_gate(x, PTX)                      f(x), f'(x)              Triton device function
#   _A_D_factor(y, right, PTX)             g(y, S)                  Triton device function
#   _A_W_forward_torch(x)                  f(x)                     torch operations
#   _A_W_gate_torch(x)                     f(x), f'(x)              torch operations
#   _A_D_factor_torch(y, right)            g(y, S)                  torch operations
#
# x and y are fp32 tensors, y as read from a tensor of dtype D; right is a boolean tensor, S. PTX is a
# tl.constexpr: true where inline assembly may be used. Triton functions may call _reciprocal and
# _pick. SETS maps (A, D) to a CoefficientSet, whose threshold is the least fp32 number not below
# argmin f. NaN gives NaN; g is 0 on the left for y >= 0 and 1 for y = inf on the right.
#
# Sets: gelu, silu, gelu-tanh, quick-gelu, mish in bf16, fp16, fp32.


@_jit
def _gelu_16_forward(x, PTX: tl.constexpr):
    """x·Φ(x), largest relative error 3e-5."""
    a = tl.minimum(tl.abs(x), 14.5, propagate_nan=tl.PropagateNan.ALL)
    e = tl.exp2((a * a) * -0.36067376)
    t = _reciprocal(tl.fma(a, 0.46, 1.0), PTX)
    p = tl.fma(t, 0.07222806, -0.23654465)
    p = tl.fma(p, t, 0.17780113)
    p = tl.fma(p, t, 0.11610669)
    p = tl.fma(p, t, 0.18706672)
    p = tl.fma(p, t, 0.18334635)
    tail = p * t
    return tl.fma(-((a * tail) * e), e, tl.where(x < 0, -0.0, x))


@_jit
def _gelu_16_gate(x, PTX: tl.constexpr):
    """x·Φ(x) and its derivative, for results of 16 bits."""
    a = tl.minimum(tl.abs(x), 14.5, propagate_nan=tl.PropagateNan.ALL)
    e = tl.exp2((a * a) * -0.36067376)
    t = _reciprocal(tl.fma(a, 0.46, 1.0), PTX)
    p = tl.fma(t, 0.07222806, -0.23654465)
    p = tl.fma(p, t, 0.17780113)
    p = tl.fma(p, t, 0.11610669)
    p = tl.fma(p, t, 0.18706672)
    p = tl.fma(p, t, 0.18334635)
    tail = p * t
    value = tl.fma(-((a * tail) * e), e, tl.where(x < 0, -0.0, x))
    below = (tl.fma(a, -0.39894228, tail) * e) * e
    return value, tl.where(x < 0, below, 1.0 - below)


@_jit
def _gelu_32_forward(x, PTX: tl.constexpr):
    """x·Φ(x) in fp32: invact.runtime.FloatGelu, 1 ulp near the minimum."""
    size = tl.abs(x)
    segment = (tl.fma(size, 1.5625, 12582912.0)).to(tl.int32, bitcast=True) & 7
    b0 = (segment & 1) != 0
    b1 = (segment & 2) != 0
    b2 = (segment & 4) != 0
    d = size - _pick(b0, b1, b2, 0.0, 0.7535874, 1.0308558, 2.0595338, 2.7255895, 3.4017265, 4.0432444, 4.7103376)
    p = _pick(b0, b1, b2, -0.001160718, 2.61281e-04, 6.747069e-04, -3.0126754e-04, -1.4673657e-04, 6.879514e-05, 2.0245721e-05, -3.9372835e-06)
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0, -0.0028482785, -7.6863455e-04, 9.711922e-04, -4.066032e-04, -1.53763e-04, 3.0602285e-05, 1.4550272e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.009971484, -0.0024805337, -0.0064263754, 8.789967e-04, 0.0015110178, 3.4849974e-05, -1.4004717e-04, -3.492517e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0, 0.022782644, 0.015020204, -0.008760713, -0.0018819628, 8.5472857e-04, 3.9952557e-04, 6.342403e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, -0.06649032, -0.0043453625, 0.022562074, 0.015350133, -0.0029106184, -0.0029044312, -7.349065e-04, -8.619893e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0, -0.12946047, -0.11834667, 0.003969194, 0.015143073, 0.0052587455, 9.358214e-04, 8.663042e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.3989423, 0.21504958, 0.109905936, -0.053627133, -0.026389752, -0.0058627184, -8.068279e-04, -6.124225e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, -1.1754944e-38, 7.7366893e-04, 0.090438545, 0.07881785, 0.02328901, 0.003832325, 4.283731e-04, 2.7343012e-05))
    positive = tl.fma(size, tl.where(segment == 0, -0.0, 0.5), 0.5 * x)
    near = tl.fma(p, d, positive + _pick(b0, b1, b2, -0.0, -0.16997051, -0.15597284, -0.040617228, -0.008747339, -0.0011389256, -1.06573105e-04, -5.8244914e-06))
    bounded = tl.minimum(size, 15.0, propagate_nan=tl.PropagateNan.ALL)
    half = -0.5 * bounded
    exponent = bounded * half
    rest = tl.fma(bounded, half, -exponent)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, rest)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    s = tl.div_rn(tl.full(exponent.shape, -0.5, tl.float32), exponent)
    q = tl.fma(s, 110.07014, -30.960472)
    q = tl.fma(q, s, 5.725883)
    q = tl.fma(q, s, -1.1935202)
    q = tl.fma(q, s, 0.3989218)
    q = tl.fma(q, s, -0.39894223)
    product = tl.fma(q, excess, q) * ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    far = tl.fma(product, 5.421010862427522e-20, tl.where(x < 0, -0.0, x))
    return tl.where(size >= 4.75, far, near)


@_jit
def _gelu_32_gate(x, PTX: tl.constexpr):
    """x·Φ(x) to 5 ulp and its derivative: invact.runtime.FloatGeluGate."""
    d = tl.minimum(tl.abs(x), 13.27, propagate_nan=tl.PropagateNan.ALL)
    half = -0.5 * d
    exponent = d * half
    rest = tl.fma(d, half, -exponent)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, rest)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    scale = (((z).to(tl.int32, bitcast=True) << 23) - 536870912).to(tl.float32, bitcast=True)
    power = tl.fma(scale, excess, scale)
    t = tl.div_rn(tl.full(d.shape, 1.0, tl.float32), tl.fma(d, 0.53125, 1.0))
    p = tl.fma(t, 0.035029337, -0.17653622)
    p = tl.fma(p, t, 0.35962903)
    p = tl.fma(p, t, -0.34858066)
    p = tl.fma(p, t, 0.114264674)
    p = tl.fma(p, t, 0.03278377)
    p = tl.fma(p, t, 0.0438217)
    p = tl.fma(p, t, -0.04070406)
    p = tl.fma(p, t, -0.15302442)
    tail = t * tl.fma(d * t, p, 0.5)
    value = tl.fma(-d, tail * power, tl.where(x < 0, -0.0, x))
    below = tl.fma(d, -0.3989423, tail) * power
    return value, tl.where(x < 0, below, 1.0 - below)


def _gelu_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·Φ(x), largest relative error 3e-5."""
    a = torch.clamp(torch.abs(x), max=14.5)
    e = torch.exp2((a * a) * -0.36067376)
    t = 1.0 / (a * 0.46 + 1.0)
    p = t * 0.07222806 + -0.23654465
    p = p * t + 0.17780113
    p = p * t + 0.11610669
    p = p * t + 0.18706672
    p = p * t + 0.18334635
    tail = p * t
    return (-((a * tail) * e)) * e + torch.where(x < 0, -0.0, x)


def _gelu_16_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·Φ(x) and its derivative, for results of 16 bits."""
    a = torch.clamp(torch.abs(x), max=14.5)
    e = torch.exp2((a * a) * -0.36067376)
    t = 1.0 / (a * 0.46 + 1.0)
    p = t * 0.07222806 + -0.23654465
    p = p * t + 0.17780113
    p = p * t + 0.11610669
    p = p * t + 0.18706672
    p = p * t + 0.18334635
    tail = p * t
    value = (-((a * tail) * e)) * e + torch.where(x < 0, -0.0, x)
    below = ((a * -0.39894228 + tail) * e) * e
    return value, torch.where(x < 0, below, 1.0 - below)


def _gelu_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·Φ(x) in fp32: invact.runtime.FloatGelu, 1 ulp near the minimum."""
    size = torch.abs(x)
    segment = (size * 1.5625 + 12582912.0).view(torch.int32) & 7
    d = size - torch.tensor([0.0, 0.7535874, 1.0308558, 2.0595338, 2.7255895, 3.4017265, 4.0432444, 4.7103376], device=x.device)[segment]
    p = torch.tensor([-0.001160718, 2.61281e-04, 6.747069e-04, -3.0126754e-04, -1.4673657e-04, 6.879514e-05, 2.0245721e-05, -3.9372835e-06], device=x.device)[segment]
    p = p * d + torch.tensor([0.0, -0.0028482785, -7.6863455e-04, 9.711922e-04, -4.066032e-04, -1.53763e-04, 3.0602285e-05, 1.4550272e-05], device=x.device)[segment]
    p = p * d + torch.tensor([0.009971484, -0.0024805337, -0.0064263754, 8.789967e-04, 0.0015110178, 3.4849974e-05, -1.4004717e-04, -3.492517e-05], device=x.device)[segment]
    p = p * d + torch.tensor([0.0, 0.022782644, 0.015020204, -0.008760713, -0.0018819628, 8.5472857e-04, 3.9952557e-04, 6.342403e-05], device=x.device)[segment]
    p = p * d + torch.tensor([-0.06649032, -0.0043453625, 0.022562074, 0.015350133, -0.0029106184, -0.0029044312, -7.349065e-04, -8.619893e-05], device=x.device)[segment]
    p = p * d + torch.tensor([0.0, -0.12946047, -0.11834667, 0.003969194, 0.015143073, 0.0052587455, 9.358214e-04, 8.663042e-05], device=x.device)[segment]
    p = p * d + torch.tensor([0.3989423, 0.21504958, 0.109905936, -0.053627133, -0.026389752, -0.0058627184, -8.068279e-04, -6.124225e-05], device=x.device)[segment]
    p = p * d + torch.tensor([-1.1754944e-38, 7.7366893e-04, 0.090438545, 0.07881785, 0.02328901, 0.003832325, 4.283731e-04, 2.7343012e-05], device=x.device)[segment]
    positive = size * torch.where(segment == 0, -0.0, 0.5) + 0.5 * x
    near = p * d + (positive + torch.tensor([-0.0, -0.16997051, -0.15597284, -0.040617228, -0.008747339, -0.0011389256, -1.06573105e-04, -5.8244914e-06], device=x.device)[segment])
    bounded = torch.clamp(size, max=15.0)
    half = -0.5 * bounded
    exponent = bounded * half
    rest = 0.0
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + rest)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    s = -0.5 / exponent
    q = s * 110.07014 + -30.960472
    q = q * s + 5.725883
    q = q * s + -1.1935202
    q = q * s + 0.3989218
    q = q * s + -0.39894223
    product = (q * excess + q) * ((z).view(torch.int32) << 23).view(torch.float32)
    far = product * 5.421010862427522e-20 + torch.where(x < 0, -0.0, x)
    return torch.where(size >= 4.75, far, near)


def _gelu_32_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·Φ(x) to 5 ulp and its derivative: invact.runtime.FloatGeluGate."""
    d = torch.clamp(torch.abs(x), max=13.27)
    half = -0.5 * d
    exponent = d * half
    rest = 0.0
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + rest)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    scale = (((z).view(torch.int32) << 23) - 536870912).view(torch.float32)
    power = scale * excess + scale
    t = 1.0 / (d * 0.53125 + 1.0)
    p = t * 0.035029337 + -0.17653622
    p = p * t + 0.35962903
    p = p * t + -0.34858066
    p = p * t + 0.114264674
    p = p * t + 0.03278377
    p = p * t + 0.0438217
    p = p * t + -0.04070406
    p = p * t + -0.15302442
    tail = t * ((d * t) * p + 0.5)
    value = -d * (tail * power) + torch.where(x < 0, -0.0, x)
    below = (d * -0.3989423 + tail) * power
    return value, torch.where(x < 0, below, 1.0 - below)


@_jit
def _gelu_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-bf16."""
    height = tl.maximum((y - -0.16992188) - 1.2493649e-05, 1.3440344e-04, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.20605469
    left = tl.fma(t, 10943.646, 1515.963)
    left = tl.fma(left, t, -601.48615)
    left = tl.fma(left, t, -58.02839)
    left = tl.fma(left, t, 17.725988)
    left = tl.fma(left, t, 4.413614)
    left = tl.fma(left, t, 2.445234)
    left = tl.fma(left, t, -0.20131727)
    left = tl.fma(left, t, -0.12514198)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.0
    on_right = tl.fma(t, 0.19243853, 0.19547093)
    on_right = tl.fma(on_right, t, -0.4227537)
    on_right = tl.fma(on_right, t, -0.6054398)
    on_right = tl.fma(on_right, t, 0.0856801)
    on_right = tl.fma(on_right, t, 0.5710222)
    on_right = tl.fma(on_right, t, 0.68507016)
    on_right = tl.fma(on_right, t, -0.123321764)
    on_right = tl.fma(on_right, t, -1.1201129)
    on_right = tl.fma(on_right, t, 0.46268487)
    on_right = tl.fma(on_right, t, 1.0807097)
    on_right = tl.where(height > 4.0, 1.0, on_right)
    return tl.where(right, on_right, left)


def _gelu_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-bf16."""
    height = torch.clamp((y - -0.16992188) - 1.2493649e-05, min=1.3440344e-04)
    root = torch.sqrt(height)
    t = root - 0.20605469
    left = t * 10943.646 + 1515.963
    left = left * t + -601.48615
    left = left * t + -58.02839
    left = left * t + 17.725988
    left = left * t + 4.413614
    left = left * t + 2.445234
    left = left * t + -0.20131727
    left = left * t + -0.12514198
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.0
    on_right = t * 0.19243853 + 0.19547093
    on_right = on_right * t + -0.4227537
    on_right = on_right * t + -0.6054398
    on_right = on_right * t + 0.0856801
    on_right = on_right * t + 0.5710222
    on_right = on_right * t + 0.68507016
    on_right = on_right * t + -0.123321764
    on_right = on_right * t + -1.1201129
    on_right = on_right * t + 0.46268487
    on_right = on_right * t + 1.0807097
    on_right = torch.where(height > 4.0, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _gelu_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-fp16."""
    height = tl.maximum((y - -0.16992188) - -2.7591908e-05, 2.7591908e-05, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.20605469
    left = tl.fma(t, 3.1975992e+07, 1208746.8)
    left = tl.fma(left, t, -3334559.0)
    left = tl.fma(left, t, -109106.91)
    left = tl.fma(left, t, 131064.69)
    left = tl.fma(left, t, 4062.3982)
    left = tl.fma(left, t, -2293.0068)
    left = tl.fma(left, t, -47.796417)
    left = tl.fma(left, t, 23.812202)
    left = tl.fma(left, t, 3.7042801)
    left = tl.fma(left, t, 2.470036)
    left = tl.fma(left, t, -0.19790858)
    left = tl.fma(left, t, -0.12521194)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.125
    on_right = tl.fma(t, -0.16235426, -0.25277844)
    on_right = tl.fma(on_right, t, 0.4343553)
    on_right = tl.fma(on_right, t, 0.89527446)
    on_right = tl.fma(on_right, t, -0.18040574)
    on_right = tl.fma(on_right, t, -1.1612041)
    on_right = tl.fma(on_right, t, -0.5657973)
    on_right = tl.fma(on_right, t, 0.4688914)
    on_right = tl.fma(on_right, t, 1.0097284)
    on_right = tl.fma(on_right, t, 0.3010279)
    on_right = tl.fma(on_right, t, -1.0902905)
    on_right = tl.fma(on_right, t, 0.18277955)
    on_right = tl.fma(on_right, t, 1.1209929)
    on_right = tl.where(height > 4.625, 1.0, on_right)
    return tl.where(right, on_right, left)


def _gelu_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-fp16."""
    height = torch.clamp((y - -0.16992188) - -2.7591908e-05, min=2.7591908e-05)
    root = torch.sqrt(height)
    t = root - 0.20605469
    left = t * 3.1975992e+07 + 1208746.8
    left = left * t + -3334559.0
    left = left * t + -109106.91
    left = left * t + 131064.69
    left = left * t + 4062.3982
    left = left * t + -2293.0068
    left = left * t + -47.796417
    left = left * t + 23.812202
    left = left * t + 3.7042801
    left = left * t + 2.470036
    left = left * t + -0.19790858
    left = left * t + -0.12521194
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.125
    on_right = t * -0.16235426 + -0.25277844
    on_right = on_right * t + 0.4343553
    on_right = on_right * t + 0.89527446
    on_right = on_right * t + -0.18040574
    on_right = on_right * t + -1.1612041
    on_right = on_right * t + -0.5657973
    on_right = on_right * t + 0.4688914
    on_right = on_right * t + 1.0097284
    on_right = on_right * t + 0.3010279
    on_right = on_right * t + -1.0902905
    on_right = on_right * t + 0.18277955
    on_right = on_right * t + 1.1209929
    on_right = torch.where(height > 4.625, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _gelu_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-fp32."""
    height = tl.maximum((y - -0.16997121) - 7.0273294e-09, 5.4644284e-10, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt_rn(height)
    t = root - 0.41210938
    denominator = tl.fma(t, 1.632783e+08, -3.4280694e+08)
    denominator = tl.fma(denominator, t, 4.242683e+08)
    denominator = tl.fma(denominator, t, -6.0145412e+07)
    denominator = tl.fma(denominator, t, 1220714.6)
    denominator = tl.fma(denominator, t, -3315.161)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 1.02355245e+09, 1.6715656e+08)
    numerator = tl.fma(numerator, t, -9.795225e+07)
    numerator = tl.fma(numerator, t, 2858064.8)
    numerator = tl.fma(numerator, t, -10008.54)
    numerator = tl.fma(numerator, t, 4.8501134)
    numerator = tl.fma(numerator, t, -5.4338225e-04)
    left = tl.div_rn(numerator, denominator)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.5
    denominator = tl.fma(t, 0.14769357, 0.72986966)
    denominator = tl.fma(denominator, t, 1.88301)
    denominator = tl.fma(denominator, t, 2.7264194)
    denominator = tl.fma(denominator, t, 2.221538)
    denominator = tl.fma(denominator, t, 2.9972737)
    denominator = tl.fma(denominator, t, 0.08980348)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 0.91304255, 2.3716576)
    numerator = tl.fma(numerator, t, 1.6482021)
    numerator = tl.fma(numerator, t, 2.769346)
    numerator = tl.fma(numerator, t, 3.2186692)
    numerator = tl.fma(numerator, t, -0.198265)
    numerator = tl.fma(numerator, t, 1.0727745)
    on_right = tl.div_rn(numerator, denominator)
    on_right = tl.where(height > 5.625, 1.0, on_right)
    return tl.where(right, on_right, left)


def _gelu_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-fp32."""
    height = torch.clamp((y - -0.16997121) - 7.0273294e-09, min=5.4644284e-10)
    root = torch.sqrt(height)
    t = root - 0.41210938
    denominator = t * 1.632783e+08 + -3.4280694e+08
    denominator = denominator * t + 4.242683e+08
    denominator = denominator * t + -6.0145412e+07
    denominator = denominator * t + 1220714.6
    denominator = denominator * t + -3315.161
    denominator = denominator * t + 1.0
    numerator = t * 1.02355245e+09 + 1.6715656e+08
    numerator = numerator * t + -9.795225e+07
    numerator = numerator * t + 2858064.8
    numerator = numerator * t + -10008.54
    numerator = numerator * t + 4.8501134
    numerator = numerator * t + -5.4338225e-04
    left = numerator / denominator
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.5
    denominator = t * 0.14769357 + 0.72986966
    denominator = denominator * t + 1.88301
    denominator = denominator * t + 2.7264194
    denominator = denominator * t + 2.221538
    denominator = denominator * t + 2.9972737
    denominator = denominator * t + 0.08980348
    denominator = denominator * t + 1.0
    numerator = t * 0.91304255 + 2.3716576
    numerator = numerator * t + 1.6482021
    numerator = numerator * t + 2.769346
    numerator = numerator * t + 3.2186692
    numerator = numerator * t + -0.198265
    numerator = numerator * t + 1.0727745
    on_right = numerator / denominator
    on_right = torch.where(height > 5.625, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _silu_16_forward(x, PTX: tl.constexpr):
    """x·σ(x), largest relative error 3e-5."""
    held = tl.maximum(x, -110.0, propagate_nan=tl.PropagateNan.ALL)
    z = held
    e = tl.exp2(tl.minimum(tl.abs(z), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    inverse = _reciprocal(tl.fma(e, e, 1.0), PTX)
    factor = tl.where(x < 0, e, 1.0)
    return ((held * inverse) * factor) * factor


@_jit
def _silu_16_gate(x, PTX: tl.constexpr):
    """x·σ(x) and its derivative, for results of 16 bits."""
    held = tl.maximum(x, -110.0, propagate_nan=tl.PropagateNan.ALL)
    z = held
    e = tl.exp2(tl.minimum(tl.abs(z), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    inverse = _reciprocal(tl.fma(e, e, 1.0), PTX)
    factor = tl.where(x < 0, e, 1.0)
    value = ((held * inverse) * factor) * factor
    falling = (inverse * e) * e
    bounded = tl.minimum(held, 110.0, propagate_nan=tl.PropagateNan.ALL)
    slope = bounded
    on_left = falling * tl.fma(slope, inverse, 1.0)
    on_right = inverse * tl.fma(slope, falling, 1.0)
    return value, tl.where(x < 0, on_left, on_right)


@_jit
def _silu_32_forward(x, PTX: tl.constexpr):
    """x·σ(x) in fp32: invact.runtime.FloatSilu, 1 ulp near the minimum."""
    size = tl.abs(x)
    segment = (tl.fma(size, 0.875, 12582912.0)).to(tl.int32, bitcast=True) & 7
    b0 = (segment & 1) != 0
    b1 = (segment & 2) != 0
    b2 = (segment & 4) != 0
    d = size - _pick(b0, b1, b2, 0.0, 1.2799038, 1.8015406, 3.6230297, 4.783541, 5.910482, 7.0716286, 8.190347)
    p = _pick(b0, b1, b2, -1.956729e-04, 1.1342981e-04, -2.3851115e-05, -2.4468495e-06, 9.491735e-07, 2.8643154e-07, 4.902738e-08, 2.849055e-09)
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0, -2.1963728e-05, 2.0694088e-04, -1.2825904e-05, -5.350111e-06, -9.839094e-07, -4.4832177e-08, 5.7063854e-08))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0020796137, -0.0011071163, -6.886224e-04, 1.0224742e-04, 2.364558e-05, 2.1445e-06, -1.0085728e-06, -8.0884206e-07))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0, 0.0030350904, 7.7728815e-05, -4.536919e-04, -5.4174365e-05, 1.4046175e-05, 1.3780297e-05, 7.2561693e-06))
    p = tl.fma(p, d, _pick(b0, b1, b2, -0.02083299, 0.00474131, 0.008482991, 0.0010569955, -1.4987396e-04, -1.9694061e-04, -1.0621509e-04, -4.8102127e-05))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.0, -0.04885567, -0.033698577, 9.643536e-04, 0.0021902667, 0.0012722164, 5.706974e-04, 2.3921054e-04))
    p = tl.fma(p, d, _pick(b0, b1, b2, 0.24999999, 0.10869482, 0.043098457, -0.01816956, -0.011125021, -0.0052287187, -0.0021437928, -8.5724116e-04))
    p = tl.fma(p, d, _pick(b0, b1, b2, -1.1754944e-38, 3.1317578e-04, 0.07739478, 0.065767184, 0.031062389, 0.0132325385, 0.0051444415, 0.0019928282))
    positive = tl.fma(size, tl.where(segment == 0, -0.0, 0.5), 0.5 * x)
    near = tl.fma(p, d, positive + _pick(b0, b1, b2, -0.0, -0.27846432, -0.25521278, -0.09422493, -0.039688587, -0.01597929, -0.005997658, -0.0022706985))
    exponent = -tl.minimum(size, 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    significand = excess + 1.0
    e = (significand * scale) * 5.421010862427522e-20
    less = tl.fma(-e, e, e)
    remainder = tl.fma(-less, significand, excess)
    product = tl.fma(exponent, remainder, exponent) * scale
    far = tl.fma(product, 5.421010862427522e-20, tl.where(x < 0, -0.0, x))
    return tl.where(size >= 8.5, far, near)


@_jit
def _silu_32_gate(x, PTX: tl.constexpr):
    """x·σ(x) to 3 ulp and its derivative: invact.runtime.FloatSiluGate."""
    held = tl.maximum(x, -87.0, propagate_nan=tl.PropagateNan.ALL)
    bounded = tl.minimum(held, 40.0, propagate_nan=tl.PropagateNan.ALL)
    exponent = -bounded
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    scale = (((z).to(tl.int32, bitcast=True) << 23) - 536870912).to(tl.float32, bitcast=True)
    power = tl.fma(scale, excess, scale)
    sigmoid = tl.div_rn(tl.full(held.shape, 1.0, tl.float32), 1.0 + power)
    slope = sigmoid * tl.fma(bounded, power * sigmoid, 1.0)
    return held * sigmoid, tl.where(x < -87.0, 0.0, slope)


def _silu_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·σ(x), largest relative error 3e-5."""
    held = torch.clamp(x, min=-110.0)
    z = held
    e = torch.exp2(torch.clamp(torch.abs(z), max=110.0) * -0.7213475)
    inverse = 1.0 / (e * e + 1.0)
    factor = torch.where(x < 0, e, 1.0)
    return ((held * inverse) * factor) * factor


def _silu_16_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·σ(x) and its derivative, for results of 16 bits."""
    held = torch.clamp(x, min=-110.0)
    z = held
    e = torch.exp2(torch.clamp(torch.abs(z), max=110.0) * -0.7213475)
    inverse = 1.0 / (e * e + 1.0)
    factor = torch.where(x < 0, e, 1.0)
    value = ((held * inverse) * factor) * factor
    falling = (inverse * e) * e
    bounded = torch.clamp(held, max=110.0)
    slope = bounded
    on_left = falling * (slope * inverse + 1.0)
    on_right = inverse * (slope * falling + 1.0)
    return value, torch.where(x < 0, on_left, on_right)


def _silu_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·σ(x) in fp32: invact.runtime.FloatSilu, 1 ulp near the minimum."""
    size = torch.abs(x)
    segment = (size * 0.875 + 12582912.0).view(torch.int32) & 7
    d = size - torch.tensor([0.0, 1.2799038, 1.8015406, 3.6230297, 4.783541, 5.910482, 7.0716286, 8.190347], device=x.device)[segment]
    p = torch.tensor([-1.956729e-04, 1.1342981e-04, -2.3851115e-05, -2.4468495e-06, 9.491735e-07, 2.8643154e-07, 4.902738e-08, 2.849055e-09], device=x.device)[segment]
    p = p * d + torch.tensor([0.0, -2.1963728e-05, 2.0694088e-04, -1.2825904e-05, -5.350111e-06, -9.839094e-07, -4.4832177e-08, 5.7063854e-08], device=x.device)[segment]
    p = p * d + torch.tensor([0.0020796137, -0.0011071163, -6.886224e-04, 1.0224742e-04, 2.364558e-05, 2.1445e-06, -1.0085728e-06, -8.0884206e-07], device=x.device)[segment]
    p = p * d + torch.tensor([0.0, 0.0030350904, 7.7728815e-05, -4.536919e-04, -5.4174365e-05, 1.4046175e-05, 1.3780297e-05, 7.2561693e-06], device=x.device)[segment]
    p = p * d + torch.tensor([-0.02083299, 0.00474131, 0.008482991, 0.0010569955, -1.4987396e-04, -1.9694061e-04, -1.0621509e-04, -4.8102127e-05], device=x.device)[segment]
    p = p * d + torch.tensor([0.0, -0.04885567, -0.033698577, 9.643536e-04, 0.0021902667, 0.0012722164, 5.706974e-04, 2.3921054e-04], device=x.device)[segment]
    p = p * d + torch.tensor([0.24999999, 0.10869482, 0.043098457, -0.01816956, -0.011125021, -0.0052287187, -0.0021437928, -8.5724116e-04], device=x.device)[segment]
    p = p * d + torch.tensor([-1.1754944e-38, 3.1317578e-04, 0.07739478, 0.065767184, 0.031062389, 0.0132325385, 0.0051444415, 0.0019928282], device=x.device)[segment]
    positive = size * torch.where(segment == 0, -0.0, 0.5) + 0.5 * x
    near = p * d + (positive + torch.tensor([-0.0, -0.27846432, -0.25521278, -0.09422493, -0.039688587, -0.01597929, -0.005997658, -0.0022706985], device=x.device)[segment])
    exponent = -torch.clamp(size, max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    significand = excess + 1.0
    e = (significand * scale) * 5.421010862427522e-20
    less = -e * e + e
    remainder = -less * significand + excess
    product = (exponent * remainder + exponent) * scale
    far = product * 5.421010862427522e-20 + torch.where(x < 0, -0.0, x)
    return torch.where(size >= 8.5, far, near)


def _silu_32_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·σ(x) to 3 ulp and its derivative: invact.runtime.FloatSiluGate."""
    held = torch.clamp(x, min=-87.0)
    bounded = torch.clamp(held, max=40.0)
    exponent = -bounded
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    scale = (((z).view(torch.int32) << 23) - 536870912).view(torch.float32)
    power = scale * excess + scale
    sigmoid = 1.0 / (1.0 + power)
    slope = sigmoid * (bounded * (power * sigmoid) + 1.0)
    return held * sigmoid, torch.where(x < -87.0, 0.0, slope)


@_jit
def _silu_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of silu-bf16."""
    height = tl.maximum((y - -0.27929688) - 0.0011177277, 3.6057565e-05, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.26367188
    left = tl.fma(t, 0.71443766, 0.6562143)
    left = tl.fma(left, t, 1.3841233)
    left = tl.fma(left, t, -0.0472485)
    left = tl.fma(left, t, -0.09938737)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.5
    on_right = tl.fma(t, 0.0036483107, 0.014441653)
    on_right = tl.fma(on_right, t, -0.02217005)
    on_right = tl.fma(on_right, t, -0.1167533)
    on_right = tl.fma(on_right, t, 0.11410244)
    on_right = tl.fma(on_right, t, 0.3094726)
    on_right = tl.fma(on_right, t, -0.45155218)
    on_right = tl.fma(on_right, t, 0.06386398)
    on_right = tl.fma(on_right, t, 1.0978585)
    on_right = tl.where(height > 9.375, 1.0, on_right)
    return tl.where(right, on_right, left)


def _silu_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of silu-bf16."""
    height = torch.clamp((y - -0.27929688) - 0.0011177277, min=3.6057565e-05)
    root = torch.sqrt(height)
    t = root - 0.26367188
    left = t * 0.71443766 + 0.6562143
    left = left * t + 1.3841233
    left = left * t + -0.0472485
    left = left * t + -0.09938737
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.5
    on_right = t * 0.0036483107 + 0.014441653
    on_right = on_right * t + -0.02217005
    on_right = on_right * t + -0.1167533
    on_right = on_right * t + 0.11410244
    on_right = on_right * t + 0.3094726
    on_right = on_right * t + -0.45155218
    on_right = on_right * t + 0.06386398
    on_right = on_right * t + 1.0978585
    on_right = torch.where(height > 9.375, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _silu_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of silu-fp16."""
    height = tl.maximum((y - -0.27856445) - 1.3361583e-04, 5.5399873e-06, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.26367188
    left = tl.fma(t, 12.678573, 1.4411728)
    left = tl.fma(left, t, -0.9055103)
    left = tl.fma(left, t, 0.57903343)
    left = tl.fma(left, t, 1.4303253)
    left = tl.fma(left, t, -0.04787888)
    left = tl.fma(left, t, -0.09946235)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.75
    on_right = tl.fma(t, 8.065361e-04, 8.8231376e-04)
    on_right = tl.fma(on_right, t, -0.008577202)
    on_right = tl.fma(on_right, t, -0.009710861)
    on_right = tl.fma(on_right, t, 0.041052595)
    on_right = tl.fma(on_right, t, 0.04640915)
    on_right = tl.fma(on_right, t, -0.14012954)
    on_right = tl.fma(on_right, t, -0.0787199)
    on_right = tl.fma(on_right, t, 0.34484088)
    on_right = tl.fma(on_right, t, -0.18532445)
    on_right = tl.fma(on_right, t, -0.09752108)
    on_right = tl.fma(on_right, t, 1.0903478)
    on_right = tl.where(height > 11.75, 1.0, on_right)
    return tl.where(right, on_right, left)


def _silu_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of silu-fp16."""
    height = torch.clamp((y - -0.27856445) - 1.3361583e-04, min=5.5399873e-06)
    root = torch.sqrt(height)
    t = root - 0.26367188
    left = t * 12.678573 + 1.4411728
    left = left * t + -0.9055103
    left = left * t + 0.57903343
    left = left * t + 1.4303253
    left = left * t + -0.04787888
    left = left * t + -0.09946235
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.75
    on_right = t * 8.065361e-04 + 8.8231376e-04
    on_right = on_right * t + -0.008577202
    on_right = on_right * t + -0.009710861
    on_right = on_right * t + 0.041052595
    on_right = on_right * t + 0.04640915
    on_right = on_right * t + -0.14012954
    on_right = on_right * t + -0.0787199
    on_right = on_right * t + 0.34484088
    on_right = on_right * t + -0.18532445
    on_right = on_right * t + -0.09752108
    on_right = on_right * t + 1.0903478
    on_right = torch.where(height > 11.75, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _silu_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of silu-fp32."""
    height = tl.maximum((y - -0.27846456) - 1.7486636e-08, 4.8046966e-10, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt_rn(height)
    t = root - 0.52734375
    denominator = tl.fma(t, -1340.5741, 399.34827)
    denominator = tl.fma(denominator, t, -2489.987)
    denominator = tl.fma(denominator, t, 6020.0264)
    denominator = tl.fma(denominator, t, -287.78387)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 9307.358, 4415.535)
    numerator = tl.fma(numerator, t, -257.83374)
    numerator = tl.fma(numerator, t, 1.0365639)
    numerator = tl.fma(numerator, t, -3.35495e-04)
    left = tl.div_rn(numerator, denominator)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.5
    denominator = tl.fma(t, 0.0014278363, 0.024161832)
    denominator = tl.fma(denominator, t, 0.10581118)
    denominator = tl.fma(denominator, t, 0.28127643)
    denominator = tl.fma(denominator, t, 0.45448723)
    denominator = tl.fma(denominator, t, 0.7649228)
    denominator = tl.fma(denominator, t, 0.38675007)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 0.036146384, 0.07828269)
    numerator = tl.fma(numerator, t, 0.24703234)
    numerator = tl.fma(numerator, t, 0.69994366)
    numerator = tl.fma(numerator, t, 0.4114462)
    numerator = tl.fma(numerator, t, 0.48596585)
    numerator = tl.fma(numerator, t, 1.0976307)
    on_right = tl.div_rn(numerator, denominator)
    on_right = tl.where(height > 16.875, 1.0, on_right)
    return tl.where(right, on_right, left)


def _silu_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of silu-fp32."""
    height = torch.clamp((y - -0.27846456) - 1.7486636e-08, min=4.8046966e-10)
    root = torch.sqrt(height)
    t = root - 0.52734375
    denominator = t * -1340.5741 + 399.34827
    denominator = denominator * t + -2489.987
    denominator = denominator * t + 6020.0264
    denominator = denominator * t + -287.78387
    denominator = denominator * t + 1.0
    numerator = t * 9307.358 + 4415.535
    numerator = numerator * t + -257.83374
    numerator = numerator * t + 1.0365639
    numerator = numerator * t + -3.35495e-04
    left = numerator / denominator
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.5
    denominator = t * 0.0014278363 + 0.024161832
    denominator = denominator * t + 0.10581118
    denominator = denominator * t + 0.28127643
    denominator = denominator * t + 0.45448723
    denominator = denominator * t + 0.7649228
    denominator = denominator * t + 0.38675007
    denominator = denominator * t + 1.0
    numerator = t * 0.036146384 + 0.07828269
    numerator = numerator * t + 0.24703234
    numerator = numerator * t + 0.69994366
    numerator = numerator * t + 0.4114462
    numerator = numerator * t + 0.48596585
    numerator = numerator * t + 1.0976307
    on_right = numerator / denominator
    on_right = torch.where(height > 16.875, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _gelu_tanh_16_forward(x, PTX: tl.constexpr):
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), largest relative error 3e-5."""
    held = tl.maximum(x, -12.0, propagate_nan=tl.PropagateNan.ALL)
    z = held * tl.fma(held * held, 0.071354814, 1.5957692)
    e = tl.exp2(tl.minimum(tl.abs(z), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    inverse = _reciprocal(tl.fma(e, e, 1.0), PTX)
    factor = tl.where(x < 0, e, 1.0)
    return ((held * inverse) * factor) * factor


@_jit
def _gelu_tanh_16_gate(x, PTX: tl.constexpr):
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) and its derivative, for results of 16 bits."""
    held = tl.maximum(x, -12.0, propagate_nan=tl.PropagateNan.ALL)
    z = held * tl.fma(held * held, 0.071354814, 1.5957692)
    e = tl.exp2(tl.minimum(tl.abs(z), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    inverse = _reciprocal(tl.fma(e, e, 1.0), PTX)
    factor = tl.where(x < 0, e, 1.0)
    value = ((held * inverse) * factor) * factor
    falling = (inverse * e) * e
    bounded = tl.minimum(held, 12.0, propagate_nan=tl.PropagateNan.ALL)
    slope = bounded * tl.fma(bounded * bounded, 0.21406445, 1.5957692)
    on_left = falling * tl.fma(slope, inverse, 1.0)
    on_right = inverse * tl.fma(slope, falling, 1.0)
    return value, tl.where(x < 0, on_left, on_right)


@_jit
def _gelu_tanh_32_forward(x, PTX: tl.constexpr):
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) in fp32."""
    held = tl.maximum(x, -12.0, propagate_nan=tl.PropagateNan.ALL)
    argument = held * tl.fma(held * held, 0.071354814, 1.5957692)
    exponent = -tl.minimum(tl.abs(argument), 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    significand = excess + 1.0
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = tl.div_rn(tl.full(held.shape, 1.0, tl.float32), 1.0 + e)
    return tl.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)


@_jit
def _gelu_tanh_32_gate(x, PTX: tl.constexpr):
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) and its derivative in fp32."""
    held = tl.maximum(x, -12.0, propagate_nan=tl.PropagateNan.ALL)
    argument = held * tl.fma(held * held, 0.071354814, 1.5957692)
    exponent = -tl.minimum(tl.abs(argument), 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    significand = excess + 1.0
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = tl.div_rn(tl.full(held.shape, 1.0, tl.float32), 1.0 + e)
    value = tl.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)
    falling = inverse * e
    bounded = tl.minimum(held, 12.0, propagate_nan=tl.PropagateNan.ALL)
    slope = bounded * tl.fma(bounded * bounded, 0.21406445, 1.5957692)
    on_left = falling * tl.fma(slope, inverse, 1.0)
    on_right = inverse * tl.fma(slope, falling, 1.0)
    return value, tl.where(x < 0, on_left, on_right)


def _gelu_tanh_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), largest relative error 3e-5."""
    held = torch.clamp(x, min=-12.0)
    z = held * ((held * held) * 0.071354814 + 1.5957692)
    e = torch.exp2(torch.clamp(torch.abs(z), max=110.0) * -0.7213475)
    inverse = 1.0 / (e * e + 1.0)
    factor = torch.where(x < 0, e, 1.0)
    return ((held * inverse) * factor) * factor


def _gelu_tanh_16_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) and its derivative, for results of 16 bits."""
    held = torch.clamp(x, min=-12.0)
    z = held * ((held * held) * 0.071354814 + 1.5957692)
    e = torch.exp2(torch.clamp(torch.abs(z), max=110.0) * -0.7213475)
    inverse = 1.0 / (e * e + 1.0)
    factor = torch.where(x < 0, e, 1.0)
    value = ((held * inverse) * factor) * factor
    falling = (inverse * e) * e
    bounded = torch.clamp(held, max=12.0)
    slope = bounded * ((bounded * bounded) * 0.21406445 + 1.5957692)
    on_left = falling * (slope * inverse + 1.0)
    on_right = inverse * (slope * falling + 1.0)
    return value, torch.where(x < 0, on_left, on_right)


def _gelu_tanh_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) in fp32."""
    held = torch.clamp(x, min=-12.0)
    argument = held * ((held * held) * 0.071354814 + 1.5957692)
    exponent = -torch.clamp(torch.abs(argument), max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    significand = excess + 1.0
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = 1.0 / (1.0 + e)
    return torch.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)


def _gelu_tanh_32_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) and its derivative in fp32."""
    held = torch.clamp(x, min=-12.0)
    argument = held * ((held * held) * 0.071354814 + 1.5957692)
    exponent = -torch.clamp(torch.abs(argument), max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    significand = excess + 1.0
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = 1.0 / (1.0 + e)
    value = torch.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)
    falling = inverse * e
    bounded = torch.clamp(held, max=12.0)
    slope = bounded * ((bounded * bounded) * 0.21406445 + 1.5957692)
    on_left = falling * (slope * inverse + 1.0)
    on_right = inverse * (slope * falling + 1.0)
    return value, torch.where(x < 0, on_left, on_right)


@_jit
def _gelu_tanh_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-tanh-bf16."""
    height = tl.maximum((y - -0.16992188) - -6.1453895e-05, 1.5178921e-04, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.20605469
    left = tl.fma(t, 17473.922, 1485.3088)
    left = tl.fma(left, t, -1063.3508)
    left = tl.fma(left, t, -53.70772)
    left = tl.fma(left, t, 28.199556)
    left = tl.fma(left, t, 4.236191)
    left = tl.fma(left, t, 2.3398108)
    left = tl.fma(left, t, -0.20277847)
    left = tl.fma(left, t, -0.12500592)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.0
    on_right = tl.fma(t, 0.15425843, 0.16539653)
    on_right = tl.fma(on_right, t, -0.35289592)
    on_right = tl.fma(on_right, t, -0.5320292)
    on_right = tl.fma(on_right, t, 0.05796083)
    on_right = tl.fma(on_right, t, 0.5136221)
    on_right = tl.fma(on_right, t, 0.6743747)
    on_right = tl.fma(on_right, t, -0.10925136)
    on_right = tl.fma(on_right, t, -1.113783)
    on_right = tl.fma(on_right, t, 0.46274707)
    on_right = tl.fma(on_right, t, 1.080394)
    on_right = tl.where(height > 4.0, 1.0, on_right)
    return tl.where(right, on_right, left)


def _gelu_tanh_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-tanh-bf16."""
    height = torch.clamp((y - -0.16992188) - -6.1453895e-05, min=1.5178921e-04)
    root = torch.sqrt(height)
    t = root - 0.20605469
    left = t * 17473.922 + 1485.3088
    left = left * t + -1063.3508
    left = left * t + -53.70772
    left = left * t + 28.199556
    left = left * t + 4.236191
    left = left * t + 2.3398108
    left = left * t + -0.20277847
    left = left * t + -0.12500592
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.0
    on_right = t * 0.15425843 + 0.16539653
    on_right = on_right * t + -0.35289592
    on_right = on_right * t + -0.5320292
    on_right = on_right * t + 0.05796083
    on_right = on_right * t + 0.5136221
    on_right = on_right * t + 0.6743747
    on_right = on_right * t + -0.10925136
    on_right = on_right * t + -1.113783
    on_right = on_right * t + 0.46274707
    on_right = on_right * t + 1.080394
    on_right = torch.where(height > 4.0, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _gelu_tanh_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-tanh-fp16."""
    height = tl.maximum((y - -0.17004395) - 1.1627353e-05, 1.4460104e-05, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.20605469
    left = tl.fma(t, 1.2406161e+09, 2.2465642e+08)
    left = tl.fma(left, t, -1.561153e+08)
    left = tl.fma(left, t, -2.6609908e+07)
    left = tl.fma(left, t, 7744647.0)
    left = tl.fma(left, t, 1216300.4)
    left = tl.fma(left, t, -188576.12)
    left = tl.fma(left, t, -26236.096)
    left = tl.fma(left, t, 2395.128)
    left = tl.fma(left, t, 289.0797)
    left = tl.fma(left, t, -8.708716)
    left = tl.fma(left, t, 2.0292766)
    left = tl.fma(left, t, 2.529516)
    left = tl.fma(left, t, -0.19853209)
    left = tl.fma(left, t, -0.12520008)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.0
    on_right = tl.fma(t, -0.075229615, -0.114610255)
    on_right = tl.fma(on_right, t, 0.25469756)
    on_right = tl.fma(on_right, t, 0.4758193)
    on_right = tl.fma(on_right, t, -0.17200562)
    on_right = tl.fma(on_right, t, -0.6818323)
    on_right = tl.fma(on_right, t, -0.31408003)
    on_right = tl.fma(on_right, t, 0.20668165)
    on_right = tl.fma(on_right, t, 0.44368815)
    on_right = tl.fma(on_right, t, 0.64621776)
    on_right = tl.fma(on_right, t, -0.09907074)
    on_right = tl.fma(on_right, t, -1.1123824)
    on_right = tl.fma(on_right, t, 0.46230736)
    on_right = tl.fma(on_right, t, 1.0804082)
    on_right = tl.where(height > 4.5, 1.0, on_right)
    return tl.where(right, on_right, left)


def _gelu_tanh_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-tanh-fp16."""
    height = torch.clamp((y - -0.17004395) - 1.1627353e-05, min=1.4460104e-05)
    root = torch.sqrt(height)
    t = root - 0.20605469
    left = t * 1.2406161e+09 + 2.2465642e+08
    left = left * t + -1.561153e+08
    left = left * t + -2.6609908e+07
    left = left * t + 7744647.0
    left = left * t + 1216300.4
    left = left * t + -188576.12
    left = left * t + -26236.096
    left = left * t + 2395.128
    left = left * t + 289.0797
    left = left * t + -8.708716
    left = left * t + 2.0292766
    left = left * t + 2.529516
    left = left * t + -0.19853209
    left = left * t + -0.12520008
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.0
    on_right = t * -0.075229615 + -0.114610255
    on_right = on_right * t + 0.25469756
    on_right = on_right * t + 0.4758193
    on_right = on_right * t + -0.17200562
    on_right = on_right * t + -0.6818323
    on_right = on_right * t + -0.31408003
    on_right = on_right * t + 0.20668165
    on_right = on_right * t + 0.44368815
    on_right = on_right * t + 0.64621776
    on_right = on_right * t + -0.09907074
    on_right = on_right * t + -1.1123824
    on_right = on_right * t + 0.46230736
    on_right = on_right * t + 1.0804082
    on_right = torch.where(height > 4.5, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _gelu_tanh_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-tanh-fp32."""
    height = tl.maximum((y - -0.17004076) - 7.865142e-09, 3.8945752e-10, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt_rn(height)
    t = root - 0.41210938
    denominator = tl.fma(t, 2.1431266e+08, -4.725448e+08)
    denominator = tl.fma(denominator, t, 5.668041e+08)
    denominator = tl.fma(denominator, t, -7.004824e+07)
    denominator = tl.fma(denominator, t, 1231585.2)
    denominator = tl.fma(denominator, t, -3008.7883)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 1.4094222e+09, 2.7510166e+08)
    numerator = tl.fma(numerator, t, -1.18439624e+08)
    numerator = tl.fma(numerator, t, 3088483.2)
    numerator = tl.fma(numerator, t, -10272.935)
    numerator = tl.fma(numerator, t, 5.9793377)
    numerator = tl.fma(numerator, t, -9.0192887e-04)
    left = tl.div_rn(numerator, denominator)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.375
    denominator = tl.fma(t, 0.07935096, 0.27226588)
    denominator = tl.fma(denominator, t, 0.7069541)
    denominator = tl.fma(denominator, t, 0.9029989)
    denominator = tl.fma(denominator, t, 0.16553088)
    denominator = tl.fma(denominator, t, 2.2245865)
    denominator = tl.fma(denominator, t, -1.0372354)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, -0.12926984, 0.62634146)
    numerator = tl.fma(numerator, t, 1.2540824)
    numerator = tl.fma(numerator, t, -0.7930523)
    numerator = tl.fma(numerator, t, 1.4072465)
    numerator = tl.fma(numerator, t, 2.2264028)
    numerator = tl.fma(numerator, t, -1.3856186)
    numerator = tl.fma(numerator, t, 1.1081865)
    on_right = tl.div_rn(numerator, denominator)
    on_right = tl.where(height > 5.25, 1.0, on_right)
    return tl.where(right, on_right, left)


def _gelu_tanh_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-tanh-fp32."""
    height = torch.clamp((y - -0.17004076) - 7.865142e-09, min=3.8945752e-10)
    root = torch.sqrt(height)
    t = root - 0.41210938
    denominator = t * 2.1431266e+08 + -4.725448e+08
    denominator = denominator * t + 5.668041e+08
    denominator = denominator * t + -7.004824e+07
    denominator = denominator * t + 1231585.2
    denominator = denominator * t + -3008.7883
    denominator = denominator * t + 1.0
    numerator = t * 1.4094222e+09 + 2.7510166e+08
    numerator = numerator * t + -1.18439624e+08
    numerator = numerator * t + 3088483.2
    numerator = numerator * t + -10272.935
    numerator = numerator * t + 5.9793377
    numerator = numerator * t + -9.0192887e-04
    left = numerator / denominator
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.375
    denominator = t * 0.07935096 + 0.27226588
    denominator = denominator * t + 0.7069541
    denominator = denominator * t + 0.9029989
    denominator = denominator * t + 0.16553088
    denominator = denominator * t + 2.2245865
    denominator = denominator * t + -1.0372354
    denominator = denominator * t + 1.0
    numerator = t * -0.12926984 + 0.62634146
    numerator = numerator * t + 1.2540824
    numerator = numerator * t + -0.7930523
    numerator = numerator * t + 1.4072465
    numerator = numerator * t + 2.2264028
    numerator = numerator * t + -1.3856186
    numerator = numerator * t + 1.1081865
    on_right = numerator / denominator
    on_right = torch.where(height > 5.25, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _quick_gelu_16_forward(x, PTX: tl.constexpr):
    """x·σ(1.702x), largest relative error 3e-5."""
    held = tl.maximum(x, -70.0, propagate_nan=tl.PropagateNan.ALL)
    z = held * 1.702
    e = tl.exp2(tl.minimum(tl.abs(z), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    inverse = _reciprocal(tl.fma(e, e, 1.0), PTX)
    factor = tl.where(x < 0, e, 1.0)
    return ((held * inverse) * factor) * factor


@_jit
def _quick_gelu_16_gate(x, PTX: tl.constexpr):
    """x·σ(1.702x) and its derivative, for results of 16 bits."""
    held = tl.maximum(x, -70.0, propagate_nan=tl.PropagateNan.ALL)
    z = held * 1.702
    e = tl.exp2(tl.minimum(tl.abs(z), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    inverse = _reciprocal(tl.fma(e, e, 1.0), PTX)
    factor = tl.where(x < 0, e, 1.0)
    value = ((held * inverse) * factor) * factor
    falling = (inverse * e) * e
    bounded = tl.minimum(held, 70.0, propagate_nan=tl.PropagateNan.ALL)
    slope = bounded * 1.702
    on_left = falling * tl.fma(slope, inverse, 1.0)
    on_right = inverse * tl.fma(slope, falling, 1.0)
    return value, tl.where(x < 0, on_left, on_right)


@_jit
def _quick_gelu_32_forward(x, PTX: tl.constexpr):
    """x·σ(1.702x) in fp32."""
    held = tl.maximum(x, -70.0, propagate_nan=tl.PropagateNan.ALL)
    argument = held * 1.702
    exponent = -tl.minimum(tl.abs(argument), 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    significand = excess + 1.0
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = tl.div_rn(tl.full(held.shape, 1.0, tl.float32), 1.0 + e)
    return tl.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)


@_jit
def _quick_gelu_32_gate(x, PTX: tl.constexpr):
    """x·σ(1.702x) and its derivative in fp32."""
    held = tl.maximum(x, -70.0, propagate_nan=tl.PropagateNan.ALL)
    argument = held * 1.702
    exponent = -tl.minimum(tl.abs(argument), 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    significand = excess + 1.0
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = tl.div_rn(tl.full(held.shape, 1.0, tl.float32), 1.0 + e)
    value = tl.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)
    falling = inverse * e
    bounded = tl.minimum(held, 70.0, propagate_nan=tl.PropagateNan.ALL)
    slope = bounded * 1.702
    on_left = falling * tl.fma(slope, inverse, 1.0)
    on_right = inverse * tl.fma(slope, falling, 1.0)
    return value, tl.where(x < 0, on_left, on_right)


def _quick_gelu_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·σ(1.702x), largest relative error 3e-5."""
    held = torch.clamp(x, min=-70.0)
    z = held * 1.702
    e = torch.exp2(torch.clamp(torch.abs(z), max=110.0) * -0.7213475)
    inverse = 1.0 / (e * e + 1.0)
    factor = torch.where(x < 0, e, 1.0)
    return ((held * inverse) * factor) * factor


def _quick_gelu_16_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·σ(1.702x) and its derivative, for results of 16 bits."""
    held = torch.clamp(x, min=-70.0)
    z = held * 1.702
    e = torch.exp2(torch.clamp(torch.abs(z), max=110.0) * -0.7213475)
    inverse = 1.0 / (e * e + 1.0)
    factor = torch.where(x < 0, e, 1.0)
    value = ((held * inverse) * factor) * factor
    falling = (inverse * e) * e
    bounded = torch.clamp(held, max=70.0)
    slope = bounded * 1.702
    on_left = falling * (slope * inverse + 1.0)
    on_right = inverse * (slope * falling + 1.0)
    return value, torch.where(x < 0, on_left, on_right)


def _quick_gelu_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·σ(1.702x) in fp32."""
    held = torch.clamp(x, min=-70.0)
    argument = held * 1.702
    exponent = -torch.clamp(torch.abs(argument), max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    significand = excess + 1.0
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = 1.0 / (1.0 + e)
    return torch.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)


def _quick_gelu_32_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·σ(1.702x) and its derivative in fp32."""
    held = torch.clamp(x, min=-70.0)
    argument = held * 1.702
    exponent = -torch.clamp(torch.abs(argument), max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    significand = excess + 1.0
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    e = (significand * scale) * 5.421010862427522e-20
    inverse = 1.0 / (1.0 + e)
    value = torch.where(x < 0, (((held * inverse) * significand) * scale) * 5.421010862427522e-20, x * inverse)
    falling = inverse * e
    bounded = torch.clamp(held, max=70.0)
    slope = bounded * 1.702
    on_left = falling * (slope * inverse + 1.0)
    on_right = inverse * (slope * falling + 1.0)
    return value, torch.where(x < 0, on_left, on_right)


@_jit
def _quick_gelu_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of quick-gelu-bf16."""
    height = tl.maximum((y - -0.1640625) - 6.19014e-04, 8.992722e-06, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.20214844
    left = tl.fma(t, 1.8838336, 1.4581261)
    left = tl.fma(left, t, 2.3634064)
    left = tl.fma(left, t, -0.061520036)
    left = tl.fma(left, t, -0.099366866)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.125
    on_right = tl.fma(t, -0.020417076, 0.032182153)
    on_right = tl.fma(on_right, t, 0.14951743)
    on_right = tl.fma(on_right, t, -0.123965114)
    on_right = tl.fma(on_right, t, -0.48895466)
    on_right = tl.fma(on_right, t, 0.37835222)
    on_right = tl.fma(on_right, t, 0.6768188)
    on_right = tl.fma(on_right, t, -0.8149373)
    on_right = tl.fma(on_right, t, 0.120253585)
    on_right = tl.fma(on_right, t, 1.0950989)
    on_right = tl.where(height > 5.5, 1.0, on_right)
    return tl.where(right, on_right, left)


def _quick_gelu_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of quick-gelu-bf16."""
    height = torch.clamp((y - -0.1640625) - 6.19014e-04, min=8.992722e-06)
    root = torch.sqrt(height)
    t = root - 0.20214844
    left = t * 1.8838336 + 1.4581261
    left = left * t + 2.3634064
    left = left * t + -0.061520036
    left = left * t + -0.099366866
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.125
    on_right = t * -0.020417076 + 0.032182153
    on_right = on_right * t + 0.14951743
    on_right = on_right * t + -0.123965114
    on_right = on_right * t + -0.48895466
    on_right = on_right * t + 0.37835222
    on_right = on_right * t + 0.6768188
    on_right = on_right * t + -0.8149373
    on_right = on_right * t + 0.120253585
    on_right = on_right * t + 1.0950989
    on_right = torch.where(height > 5.5, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _quick_gelu_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of quick-gelu-fp16."""
    height = tl.maximum((y - -0.16357422) - -2.425151e-05, 2.425151e-05, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.20214844
    left = tl.fma(t, 43.25582, 4.9369497)
    left = tl.fma(left, t, -1.5410941)
    left = tl.fma(left, t, 1.3159134)
    left = tl.fma(left, t, 2.4217734)
    left = tl.fma(left, t, -0.06270607)
    left = tl.fma(left, t, -0.099447034)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.25
    on_right = tl.fma(t, 0.004244764, 0.015975717)
    on_right = tl.fma(on_right, t, -0.02317429)
    on_right = tl.fma(on_right, t, -0.105182014)
    on_right = tl.fma(on_right, t, 0.035689928)
    on_right = tl.fma(on_right, t, 0.3098584)
    on_right = tl.fma(on_right, t, 0.017542018)
    on_right = tl.fma(on_right, t, -0.62050235)
    on_right = tl.fma(on_right, t, 0.0446877)
    on_right = tl.fma(on_right, t, 0.8073461)
    on_right = tl.fma(on_right, t, -0.53323513)
    on_right = tl.fma(on_right, t, -0.05038514)
    on_right = tl.fma(on_right, t, 1.0987157)
    on_right = tl.where(height > 6.875, 1.0, on_right)
    return tl.where(right, on_right, left)


def _quick_gelu_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of quick-gelu-fp16."""
    height = torch.clamp((y - -0.16357422) - -2.425151e-05, min=2.425151e-05)
    root = torch.sqrt(height)
    t = root - 0.20214844
    left = t * 43.25582 + 4.9369497
    left = left * t + -1.5410941
    left = left * t + 1.3159134
    left = left * t + 2.4217734
    left = left * t + -0.06270607
    left = left * t + -0.099447034
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.25
    on_right = t * 0.004244764 + 0.015975717
    on_right = on_right * t + -0.02317429
    on_right = on_right * t + -0.105182014
    on_right = on_right * t + 0.035689928
    on_right = on_right * t + 0.3098584
    on_right = on_right * t + 0.017542018
    on_right = on_right * t + -0.62050235
    on_right = on_right * t + 0.0446877
    on_right = on_right * t + 0.8073461
    on_right = on_right * t + -0.53323513
    on_right = on_right * t + -0.05038514
    on_right = on_right * t + 1.0987157
    on_right = torch.where(height > 6.875, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _quick_gelu_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of quick-gelu-fp32."""
    height = tl.maximum((y - -0.16361019) - 1.5567374e-09, 1.733453e-09, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt_rn(height)
    t = root - 0.40429688
    denominator = tl.fma(t, -5232.018, 1192.7911)
    denominator = tl.fma(denominator, t, -5709.6045)
    denominator = tl.fma(denominator, t, 10580.368)
    denominator = tl.fma(denominator, t, -385.9133)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 27845.06, 10135.02)
    numerator = tl.fma(numerator, t, -450.62894)
    numerator = tl.fma(numerator, t, 1.3218937)
    numerator = tl.fma(numerator, t, -2.3675524e-04)
    left = tl.div_rn(numerator, denominator)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.125
    denominator = tl.fma(t, 0.00919174, 0.119607426)
    denominator = tl.fma(denominator, t, 0.3892369)
    denominator = tl.fma(denominator, t, 0.7794285)
    denominator = tl.fma(denominator, t, 0.94588995)
    denominator = tl.fma(denominator, t, 1.2467883)
    denominator = tl.fma(denominator, t, 0.4500043)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 0.18054157, 0.2753949)
    numerator = tl.fma(numerator, t, 0.6935275)
    numerator = tl.fma(numerator, t, 1.5049167)
    numerator = tl.fma(numerator, t, 0.59727824)
    numerator = tl.fma(numerator, t, 0.61243314)
    numerator = tl.fma(numerator, t, 1.0951617)
    on_right = tl.div_rn(numerator, denominator)
    on_right = tl.where(height > 10.0, 1.0, on_right)
    return tl.where(right, on_right, left)


def _quick_gelu_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of quick-gelu-fp32."""
    height = torch.clamp((y - -0.16361019) - 1.5567374e-09, min=1.733453e-09)
    root = torch.sqrt(height)
    t = root - 0.40429688
    denominator = t * -5232.018 + 1192.7911
    denominator = denominator * t + -5709.6045
    denominator = denominator * t + 10580.368
    denominator = denominator * t + -385.9133
    denominator = denominator * t + 1.0
    numerator = t * 27845.06 + 10135.02
    numerator = numerator * t + -450.62894
    numerator = numerator * t + 1.3218937
    numerator = numerator * t + -2.3675524e-04
    left = numerator / denominator
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.125
    denominator = t * 0.00919174 + 0.119607426
    denominator = denominator * t + 0.3892369
    denominator = denominator * t + 0.7794285
    denominator = denominator * t + 0.94588995
    denominator = denominator * t + 1.2467883
    denominator = denominator * t + 0.4500043
    denominator = denominator * t + 1.0
    numerator = t * 0.18054157 + 0.2753949
    numerator = numerator * t + 0.6935275
    numerator = numerator * t + 1.5049167
    numerator = numerator * t + 0.59727824
    numerator = numerator * t + 0.61243314
    numerator = numerator * t + 1.0951617
    on_right = numerator / denominator
    on_right = torch.where(height > 10.0, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _mish_16_forward(x, PTX: tl.constexpr):
    """x·tanh(ln(1 + eˣ)), largest relative error 3e-5."""
    held = tl.maximum(x, -110.0, propagate_nan=tl.PropagateNan.ALL)
    root = tl.exp2(tl.minimum(tl.abs(x), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    e = root * root
    inverse = _reciprocal(tl.where(x < 0, tl.fma(e, e + 2.0, 2.0), tl.fma(2.0 * e, e + 1.0, 1.0)), PTX)
    numerator = tl.where(x < 0, e + 2.0, tl.fma(e, 2.0, 1.0))
    factor = tl.where(x < 0, root, 1.0)
    return (((held * numerator) * inverse) * factor) * factor


@_jit
def _mish_16_gate(x, PTX: tl.constexpr):
    """x·tanh(ln(1 + eˣ)) and its derivative, for results of 16 bits."""
    held = tl.maximum(x, -110.0, propagate_nan=tl.PropagateNan.ALL)
    root = tl.exp2(tl.minimum(tl.abs(x), 110.0, propagate_nan=tl.PropagateNan.ALL) * -0.7213475)
    e = root * root
    inverse = _reciprocal(tl.where(x < 0, tl.fma(e, e + 2.0, 2.0), tl.fma(2.0 * e, e + 1.0, 1.0)), PTX)
    numerator = tl.where(x < 0, e + 2.0, tl.fma(e, 2.0, 1.0))
    factor = tl.where(x < 0, root, 1.0)
    value = (((held * numerator) * inverse) * factor) * factor
    weight = (tl.where(x < 0, e, e * e)) * (4.0 * (e + 1.0))
    gate = ((numerator * inverse) * factor) * factor
    bounded = tl.minimum(held, 110.0, propagate_nan=tl.PropagateNan.ALL)
    return value, tl.fma(bounded, (weight * inverse) * inverse, gate)


@_jit
def _mish_32_forward(x, PTX: tl.constexpr):
    """x·tanh(ln(1 + eˣ)) in fp32."""
    held = tl.maximum(x, -120.0, propagate_nan=tl.PropagateNan.ALL)
    exponent = -tl.minimum(tl.abs(x), 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    significand = excess + 1.0
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    e = (significand * scale) * 5.421010862427522e-20
    denominator = tl.where(x < 0, tl.fma(e, e + 2.0, 2.0), tl.fma(2.0 * e, e + 1.0, 1.0))
    ratio = tl.div_rn(tl.where(x < 0, e + 2.0, tl.fma(e, 2.0, 1.0)), denominator)
    return tl.where(x < 0, (((held * ratio) * significand) * scale) * 5.421010862427522e-20, x * ratio)


@_jit
def _mish_32_gate(x, PTX: tl.constexpr):
    """x·tanh(ln(1 + eˣ)) and its derivative in fp32."""
    held = tl.maximum(x, -120.0, propagate_nan=tl.PropagateNan.ALL)
    exponent = -tl.minimum(tl.abs(x), 120.0, propagate_nan=tl.PropagateNan.ALL)
    z = tl.fma(exponent, 1.442695, 1.2583103e+07)
    k = z - 1.2583103e+07
    r = tl.fma(k, -0.69314575, exponent) + tl.fma(k, -1.4286068e-06, 0.0)
    s = tl.fma(r, 0.0013814612, 0.00836871)
    s = tl.fma(s, r, 0.04166839)
    s = tl.fma(s, r, 0.16666521)
    s = tl.fma(s, r, 0.49999994)
    excess = tl.fma(r * r, s, r)
    significand = excess + 1.0
    scale = ((z).to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    e = (significand * scale) * 5.421010862427522e-20
    denominator = tl.where(x < 0, tl.fma(e, e + 2.0, 2.0), tl.fma(2.0 * e, e + 1.0, 1.0))
    ratio = tl.div_rn(tl.where(x < 0, e + 2.0, tl.fma(e, 2.0, 1.0)), denominator)
    value = tl.where(x < 0, (((held * ratio) * significand) * scale) * 5.421010862427522e-20, x * ratio)
    weight = tl.div_rn((tl.where(x < 0, e, e * e)) * (4.0 * (e + 1.0)), denominator * denominator)
    gate = tl.where(x < 0, ratio * e, ratio)
    bounded = tl.minimum(held, 110.0, propagate_nan=tl.PropagateNan.ALL)
    return value, tl.fma(bounded, weight, gate)


def _mish_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·tanh(ln(1 + eˣ)), largest relative error 3e-5."""
    held = torch.clamp(x, min=-110.0)
    root = torch.exp2(torch.clamp(torch.abs(x), max=110.0) * -0.7213475)
    e = root * root
    inverse = 1.0 / (torch.where(x < 0, e * (e + 2.0) + 2.0, (2.0 * e) * (e + 1.0) + 1.0))
    numerator = torch.where(x < 0, e + 2.0, e * 2.0 + 1.0)
    factor = torch.where(x < 0, root, 1.0)
    return (((held * numerator) * inverse) * factor) * factor


def _mish_16_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·tanh(ln(1 + eˣ)) and its derivative, for results of 16 bits."""
    held = torch.clamp(x, min=-110.0)
    root = torch.exp2(torch.clamp(torch.abs(x), max=110.0) * -0.7213475)
    e = root * root
    inverse = 1.0 / (torch.where(x < 0, e * (e + 2.0) + 2.0, (2.0 * e) * (e + 1.0) + 1.0))
    numerator = torch.where(x < 0, e + 2.0, e * 2.0 + 1.0)
    factor = torch.where(x < 0, root, 1.0)
    value = (((held * numerator) * inverse) * factor) * factor
    weight = (torch.where(x < 0, e, e * e)) * (4.0 * (e + 1.0))
    gate = ((numerator * inverse) * factor) * factor
    bounded = torch.clamp(held, max=110.0)
    return value, bounded * ((weight * inverse) * inverse) + gate


def _mish_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """x·tanh(ln(1 + eˣ)) in fp32."""
    held = torch.clamp(x, min=-120.0)
    exponent = -torch.clamp(torch.abs(x), max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    significand = excess + 1.0
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    e = (significand * scale) * 5.421010862427522e-20
    denominator = torch.where(x < 0, e * (e + 2.0) + 2.0, (2.0 * e) * (e + 1.0) + 1.0)
    ratio = torch.where(x < 0, e + 2.0, e * 2.0 + 1.0) / denominator
    return torch.where(x < 0, (((held * ratio) * significand) * scale) * 5.421010862427522e-20, x * ratio)


def _mish_32_gate_torch(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x·tanh(ln(1 + eˣ)) and its derivative in fp32."""
    held = torch.clamp(x, min=-120.0)
    exponent = -torch.clamp(torch.abs(x), max=120.0)
    z = exponent * 1.442695 + 1.2583103e+07
    k = z - 1.2583103e+07
    r = (k * -0.69314575 + exponent) + (k * -1.4286068e-06 + 0.0)
    s = r * 0.0013814612 + 0.00836871
    s = s * r + 0.04166839
    s = s * r + 0.16666521
    s = s * r + 0.49999994
    excess = (r * r) * s + r
    significand = excess + 1.0
    scale = ((z).view(torch.int32) << 23).view(torch.float32)
    e = (significand * scale) * 5.421010862427522e-20
    denominator = torch.where(x < 0, e * (e + 2.0) + 2.0, (2.0 * e) * (e + 1.0) + 1.0)
    ratio = torch.where(x < 0, e + 2.0, e * 2.0 + 1.0) / denominator
    value = torch.where(x < 0, (((held * ratio) * significand) * scale) * 5.421010862427522e-20, x * ratio)
    weight = (torch.where(x < 0, e, e * e)) * (4.0 * (e + 1.0)) / (denominator * denominator)
    gate = torch.where(x < 0, ratio * e, ratio)
    bounded = torch.clamp(held, max=110.0)
    return value, bounded * weight + gate


@_jit
def _mish_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of mish-bf16."""
    height = tl.maximum((y - -0.30859375) - -1.3551275e-04, 3.0655638e-04, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.27783203
    left = tl.fma(t, 0.62720853, 0.5024604)
    left = tl.fma(left, t, 1.4071729)
    left = tl.fma(left, t, -0.039753694)
    left = tl.fma(left, t, -0.11213411)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.125
    on_right = tl.fma(t, 0.042220846, 0.098766886)
    on_right = tl.fma(on_right, t, -0.07460769)
    on_right = tl.fma(on_right, t, -0.38767254)
    on_right = tl.fma(on_right, t, -0.12212065)
    on_right = tl.fma(on_right, t, 0.7377492)
    on_right = tl.fma(on_right, t, 0.3025489)
    on_right = tl.fma(on_right, t, -0.95736027)
    on_right = tl.fma(on_right, t, 0.3001032)
    on_right = tl.fma(on_right, t, 1.0631117)
    on_right = tl.where(height > 5.25, 1.0, on_right)
    return tl.where(right, on_right, left)


def _mish_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of mish-bf16."""
    height = torch.clamp((y - -0.30859375) - -1.3551275e-04, min=3.0655638e-04)
    root = torch.sqrt(height)
    t = root - 0.27783203
    left = t * 0.62720853 + 0.5024604
    left = left * t + 1.4071729
    left = left * t + -0.039753694
    left = left * t + -0.11213411
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.125
    on_right = t * 0.042220846 + 0.098766886
    on_right = on_right * t + -0.07460769
    on_right = on_right * t + -0.38767254
    on_right = on_right * t + -0.12212065
    on_right = on_right * t + 0.7377492
    on_right = on_right * t + 0.3025489
    on_right = on_right * t + -0.95736027
    on_right = on_right * t + 0.3001032
    on_right = on_right * t + 1.0631117
    on_right = torch.where(height > 5.25, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _mish_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of mish-fp16."""
    height = tl.maximum((y - -0.3088379) - 1.0416438e-05, 3.1898177e-05, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt(height)
    t = root - 0.27783203
    left = tl.fma(t, 1.5331422, 0.38116944)
    left = tl.fma(left, t, 0.38511747)
    left = tl.fma(left, t, 1.4228996)
    left = tl.fma(left, t, -0.03895363)
    left = tl.fma(left, t, -0.11219382)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.25
    on_right = tl.fma(t, 0.015873032, 0.032102562)
    on_right = tl.fma(on_right, t, -0.06728476)
    on_right = tl.fma(on_right, t, -0.18609942)
    on_right = tl.fma(on_right, t, 0.06206221)
    on_right = tl.fma(on_right, t, 0.44216892)
    on_right = tl.fma(on_right, t, 0.15636027)
    on_right = tl.fma(on_right, t, -0.57967085)
    on_right = tl.fma(on_right, t, -0.5265249)
    on_right = tl.fma(on_right, t, 0.6038032)
    on_right = tl.fma(on_right, t, 0.6627772)
    on_right = tl.fma(on_right, t, -0.779959)
    on_right = tl.fma(on_right, t, 0.07914403)
    on_right = tl.fma(on_right, t, 1.0863832)
    on_right = tl.where(height > 6.375, 1.0, on_right)
    return tl.where(right, on_right, left)


def _mish_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of mish-fp16."""
    height = torch.clamp((y - -0.3088379) - 1.0416438e-05, min=3.1898177e-05)
    root = torch.sqrt(height)
    t = root - 0.27783203
    left = t * 1.5331422 + 0.38116944
    left = left * t + 0.38511747
    left = left * t + 1.4228996
    left = left * t + -0.03895363
    left = left * t + -0.11219382
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.25
    on_right = t * 0.015873032 + 0.032102562
    on_right = on_right * t + -0.06728476
    on_right = on_right * t + -0.18609942
    on_right = on_right * t + 0.06206221
    on_right = on_right * t + 0.44216892
    on_right = on_right * t + 0.15636027
    on_right = on_right * t + -0.57967085
    on_right = on_right * t + -0.5265249
    on_right = on_right * t + 0.6038032
    on_right = on_right * t + 0.6627772
    on_right = on_right * t + -0.779959
    on_right = on_right * t + 0.07914403
    on_right = on_right * t + 1.0863832
    on_right = torch.where(height > 6.375, 1.0, on_right)
    return torch.where(right, on_right, left)


@_jit
def _mish_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of mish-fp32."""
    height = tl.maximum((y - -0.3088434) - -5.9659424e-09, 5.9659424e-09, propagate_nan=tl.PropagateNan.ALL)
    root = tl.sqrt_rn(height)
    t = root - 0.55566406
    denominator = tl.fma(t, -1361.0665, -428.73376)
    denominator = tl.fma(denominator, t, -1491.9813)
    denominator = tl.fma(denominator, t, 4853.2197)
    denominator = tl.fma(denominator, t, -268.3632)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 7417.9707, 3667.0176)
    numerator = tl.fma(numerator, t, -250.93916)
    numerator = tl.fma(numerator, t, 1.0173542)
    numerator = tl.fma(numerator, t, -7.4025884e-05)
    left = tl.div_rn(numerator, denominator)
    left = tl.where(y >= 0, 0.0, left)
    t = root - 1.125
    denominator = tl.fma(t, 0.09242711, 0.3110674)
    denominator = tl.fma(denominator, t, 0.6122572)
    denominator = tl.fma(denominator, t, 0.82641363)
    denominator = tl.fma(denominator, t, 0.7160416)
    denominator = tl.fma(denominator, t, 1.2121812)
    denominator = tl.fma(denominator, t, -0.09977483)
    denominator = tl.fma(denominator, t, 1.0)
    numerator = tl.fma(t, 0.07696496, 0.4072018)
    numerator = tl.fma(numerator, t, 0.44646215)
    numerator = tl.fma(numerator, t, 0.68503076)
    numerator = tl.fma(numerator, t, 1.517519)
    numerator = tl.fma(numerator, t, 0.2948026)
    numerator = tl.fma(numerator, t, 0.1940677)
    numerator = tl.fma(numerator, t, 1.0631763)
    on_right = tl.div_rn(numerator, denominator)
    on_right = tl.where(height > 9.0, 1.0, on_right)
    return tl.where(right, on_right, left)


def _mish_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of mish-fp32."""
    height = torch.clamp((y - -0.3088434) - -5.9659424e-09, min=5.9659424e-09)
    root = torch.sqrt(height)
    t = root - 0.55566406
    denominator = t * -1361.0665 + -428.73376
    denominator = denominator * t + -1491.9813
    denominator = denominator * t + 4853.2197
    denominator = denominator * t + -268.3632
    denominator = denominator * t + 1.0
    numerator = t * 7417.9707 + 3667.0176
    numerator = numerator * t + -250.93916
    numerator = numerator * t + 1.0173542
    numerator = numerator * t + -7.4025884e-05
    left = numerator / denominator
    left = torch.where(y >= 0, 0.0, left)
    t = root - 1.125
    denominator = t * 0.09242711 + 0.3110674
    denominator = denominator * t + 0.6122572
    denominator = denominator * t + 0.82641363
    denominator = denominator * t + 0.7160416
    denominator = denominator * t + 1.2121812
    denominator = denominator * t + -0.09977483
    denominator = denominator * t + 1.0
    numerator = t * 0.07696496 + 0.4072018
    numerator = numerator * t + 0.44646215
    numerator = numerator * t + 0.68503076
    numerator = numerator * t + 1.517519
    numerator = numerator * t + 0.2948026
    numerator = numerator * t + 0.1940677
    numerator = numerator * t + 1.0631763
    on_right = numerator / denominator
    on_right = torch.where(height > 9.0, 1.0, on_right)
    return torch.where(right, on_right, left)


SETS: dict[tuple[str, str], CoefficientSet] = {
    ("gelu", "bf16"): CoefficientSet(
        name="gelu-bf16",
        activation="gelu",
        dtype="bf16",
        threshold=-0.7517915,
        error_rms=1.440e-03,
        error_max=1.061e-02,
        forward=_gelu_16_forward,
        gate=_gelu_16_gate,
        factor=_gelu_bf16_factor,
        forward_torch=_gelu_16_forward_torch,
        gate_torch=_gelu_16_gate_torch,
        factor_torch=_gelu_bf16_factor_torch,
    ),
    ("gelu", "fp16"): CoefficientSet(
        name="gelu-fp16",
        activation="gelu",
        dtype="fp16",
        threshold=-0.7517915,
        error_rms=3.765e-04,
        error_max=5.016e-03,
        forward=_gelu_16_forward,
        gate=_gelu_16_gate,
        factor=_gelu_fp16_factor,
        forward_torch=_gelu_16_forward_torch,
        gate_torch=_gelu_16_gate_torch,
        factor_torch=_gelu_fp16_factor_torch,
    ),
    ("gelu", "fp32"): CoefficientSet(
        name="gelu-fp32",
        activation="gelu",
        dtype="fp32",
        threshold=-0.7517915,
        error_rms=1.073e-06,
        error_max=4.055e-05,
        forward=_gelu_32_forward,
        gate=_gelu_32_gate,
        factor=_gelu_fp32_factor,
        forward_torch=_gelu_32_forward_torch,
        gate_torch=_gelu_32_gate_torch,
        factor_torch=_gelu_fp32_factor_torch,
    ),
    ("silu", "bf16"): CoefficientSet(
        name="silu-bf16",
        activation="silu",
        dtype="bf16",
        threshold=-1.2784644,
        error_rms=1.546e-03,
        error_max=1.213e-02,
        forward=_silu_16_forward,
        gate=_silu_16_gate,
        factor=_silu_bf16_factor,
        forward_torch=_silu_16_forward_torch,
        gate_torch=_silu_16_gate_torch,
        factor_torch=_silu_bf16_factor_torch,
    ),
    ("silu", "fp16"): CoefficientSet(
        name="silu-fp16",
        activation="silu",
        dtype="fp16",
        threshold=-1.2784644,
        error_rms=3.163e-04,
        error_max=3.904e-03,
        forward=_silu_16_forward,
        gate=_silu_16_gate,
        factor=_silu_fp16_factor,
        forward_torch=_silu_16_forward_torch,
        gate_torch=_silu_16_gate_torch,
        factor_torch=_silu_fp16_factor_torch,
    ),
    ("silu", "fp32"): CoefficientSet(
        name="silu-fp32",
        activation="silu",
        dtype="fp32",
        threshold=-1.2784644,
        error_rms=1.005e-06,
        error_max=4.559e-05,
        forward=_silu_32_forward,
        gate=_silu_32_gate,
        factor=_silu_fp32_factor,
        forward_torch=_silu_32_forward_torch,
        gate_torch=_silu_32_gate_torch,
        factor_torch=_silu_fp32_factor_torch,
    ),
    ("gelu_tanh", "bf16"): CoefficientSet(
        name="gelu-tanh-bf16",
        activation="gelu-tanh",
        dtype="bf16",
        threshold=-0.7524614,
        error_rms=1.483e-03,
        error_max=1.070e-02,
        forward=_gelu_tanh_16_forward,
        gate=_gelu_tanh_16_gate,
        factor=_gelu_tanh_bf16_factor,
        forward_torch=_gelu_tanh_16_forward_torch,
        gate_torch=_gelu_tanh_16_gate_torch,
        factor_torch=_gelu_tanh_bf16_factor_torch,
    ),
    ("gelu_tanh", "fp16"): CoefficientSet(
        name="gelu-tanh-fp16",
        activation="gelu-tanh",
        dtype="fp16",
        threshold=-0.7524614,
        error_rms=2.894e-04,
        error_max=3.547e-03,
        forward=_gelu_tanh_16_forward,
        gate=_gelu_tanh_16_gate,
        factor=_gelu_tanh_fp16_factor,
        forward_torch=_gelu_tanh_16_forward_torch,
        gate_torch=_gelu_tanh_16_gate_torch,
        factor_torch=_gelu_tanh_fp16_factor_torch,
    ),
    ("gelu_tanh", "fp32"): CoefficientSet(
        name="gelu-tanh-fp32",
        activation="gelu-tanh",
        dtype="fp32",
        threshold=-0.7524614,
        error_rms=1.000e-06,
        error_max=1.600e-04,
        forward=_gelu_tanh_32_forward,
        gate=_gelu_tanh_32_gate,
        factor=_gelu_tanh_fp32_factor,
        forward_torch=_gelu_tanh_32_forward_torch,
        gate_torch=_gelu_tanh_32_gate_torch,
        factor_torch=_gelu_tanh_fp32_factor_torch,
    ),
    ("quick_gelu", "bf16"): CoefficientSet(
        name="quick-gelu-bf16",
        activation="quick-gelu",
        dtype="bf16",
        threshold=-0.75115424,
        error_rms=1.468e-03,
        error_max=1.149e-02,
        forward=_quick_gelu_16_forward,
        gate=_quick_gelu_16_gate,
        factor=_quick_gelu_bf16_factor,
        forward_torch=_quick_gelu_16_forward_torch,
        gate_torch=_quick_gelu_16_gate_torch,
        factor_torch=_quick_gelu_bf16_factor_torch,
    ),
    ("quick_gelu", "fp16"): CoefficientSet(
        name="quick-gelu-fp16",
        activation="quick-gelu",
        dtype="fp16",
        threshold=-0.75115424,
        error_rms=3.395e-04,
        error_max=4.365e-03,
        forward=_quick_gelu_16_forward,
        gate=_quick_gelu_16_gate,
        factor=_quick_gelu_fp16_factor,
        forward_torch=_quick_gelu_16_forward_torch,
        gate_torch=_quick_gelu_16_gate_torch,
        factor_torch=_quick_gelu_fp16_factor_torch,
    ),
    ("quick_gelu", "fp32"): CoefficientSet(
        name="quick-gelu-fp32",
        activation="quick-gelu",
        dtype="fp32",
        threshold=-0.75115424,
        error_rms=1.250e-06,
        error_max=1.600e-04,
        forward=_quick_gelu_32_forward,
        gate=_quick_gelu_32_gate,
        factor=_quick_gelu_fp32_factor,
        forward_torch=_quick_gelu_32_forward_torch,
        gate_torch=_quick_gelu_32_gate_torch,
        factor_torch=_quick_gelu_fp32_factor_torch,
    ),
    ("mish", "bf16"): CoefficientSet(
        name="mish-bf16",
        activation="mish",
        dtype="bf16",
        threshold=-1.1924312,
        error_rms=1.834e-03,
        error_max=1.238e-02,
        forward=_mish_16_forward,
        gate=_mish_16_gate,
        factor=_mish_bf16_factor,
        forward_torch=_mish_16_forward_torch,
        gate_torch=_mish_16_gate_torch,
        factor_torch=_mish_bf16_factor_torch,
    ),
    ("mish", "fp16"): CoefficientSet(
        name="mish-fp16",
        activation="mish",
        dtype="fp16",
        threshold=-1.1924312,
        error_rms=3.602e-04,
        error_max=4.211e-03,
        forward=_mish_16_forward,
        gate=_mish_16_gate,
        factor=_mish_fp16_factor,
        forward_torch=_mish_16_forward_torch,
        gate_torch=_mish_16_gate_torch,
        factor_torch=_mish_fp16_factor_torch,
    ),
    ("mish", "fp32"): CoefficientSet(
        name="mish-fp32",
        activation="mish",
        dtype="fp32",
        threshold=-1.1924312,
        error_rms=1.270e-06,
        error_max=1.600e-04,
        forward=_mish_32_forward,
        gate=_mish_32_gate,
        factor=_mish_fp32_factor,
        forward_torch=_mish_32_forward_torch,
        gate_torch=_mish_32_gate_torch,
        factor_torch=_mish_fp32_factor_torch,
    ),
}


# fmt: on
# invact:generated:end

_DTYPES = {torch.bfloat16: "bf16", torch.float16: "fp16", torch.float32: "fp32"}
_SET_OF = {(s, dtype): SETS[s, d] for s, d in SETS for dtype, name in _DTYPES.items() if name == d}
_PLAIN = (torch.Tensor, nn.Parameter)

_BLOCK = 2048  # elements a program: 16 a thread, two loads of 16 bytes in 16-bit dtypes
_LEAST_GATE = 2.0**-100  # |f(a)| counts as no less where b is recovered from the product
_FLOOR = 2.0**-100  # |w| of a norm counts as no less
_LEAST_FP16 = 2.0**-13  # below it w * x^ in fp16 has not the digits to give x^ back


# ---------------------------------------------------------------------------------------------
# Triton kernels


@_jit
def _widen(raw):
    """A number in fp32; int16 is the bit pattern of a bf16."""
    if raw.dtype == tl.int16:
        return (raw.to(tl.int32) << 16).to(tl.float32, bitcast=True)
    else:
        return raw.to(tl.float32)


@_jit
def _bf16_bits(value):
    """The bit pattern of the nearest bf16, ties to even, in an int32."""
    bits = value.to(tl.int32, bitcast=True)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return tl.where(value != value, (bits >> 16) | 0x40, rounded)


@_jit
def _store(pointer, value, mask):
    """Stores fp32 rounded to the pointer's type; int16 takes the bit pattern of a bf16."""
    if pointer.dtype.element_ty == tl.int16:
        tl.store(pointer, _bf16_bits(value).to(tl.int16), mask)
    else:
        tl.store(pointer, value.to(pointer.dtype.element_ty), mask)


@_jit
def _with_sign(size: tl.constexpr, value):
    """size with value's sign, that of zero as well."""
    return tl.where(value.to(tl.int32, bitcast=True) < 0, -size, size)


@_jit
def _activation_forward_kernel(
    x_ptr,
    y_ptr,
    bits_ptr,
    n,
    FORWARD: tl.constexpr,
    THRESHOLD: tl.constexpr,
    INDICATOR: tl.constexpr,
    PTX: tl.constexpr,
    BLOCK: tl.constexpr,
):
    start = tl.program_id(0).to(tl.int64) * BLOCK
    byte = tl.arange(0, BLOCK // 8)
    lane = tl.arange(0, 8)
    at = byte[:, None] * 8 + lane[None, :]
    mask = at < n - start
    x = _widen(tl.load(x_ptr + start + at, mask, other=0.0))
    _store(y_ptr + start + at, FORWARD(x, PTX), mask)
    if INDICATOR:
        right = ((x >= THRESHOLD) & mask).to(tl.int32)
        packed = tl.sum(right << lane[None, :], 1)
        tl.store(bits_ptr + start // 8 + byte, packed.to(tl.uint8), byte * 8 < n - start)


@_jit
def _activation_backward_kernel(
    dy_ptr,
    y_ptr,
    bits_ptr,
    dx_ptr,
    n,
    FACTOR: tl.constexpr,
    PTX: tl.constexpr,
    BLOCK: tl.constexpr,
):
    start = tl.program_id(0).to(tl.int64) * BLOCK
    byte = tl.arange(0, BLOCK // 8)
    lane = tl.arange(0, 8)
    at = byte[:, None] * 8 + lane[None, :]
    mask = at < n - start
    y = _widen(tl.load(y_ptr + start + at, mask, other=0.0))
    dy = _widen(tl.load(dy_ptr + start + at, mask, other=0.0))
    packed = tl.load(bits_ptr + start // 8 + byte, byte * 8 < n - start, other=0).to(tl.int32)
    right = ((packed[:, None] >> lane[None, :]) & 1) != 0
    _store(dx_ptr + start + at, dy * FACTOR(y, right, PTX), mask)


@_jit
def _exact_backward_kernel(
    dy_ptr, x_ptr, dx_ptr, n, GATE: tl.constexpr, PTX: tl.constexpr, BLOCK: tl.constexpr
):
    start = tl.program_id(0).to(tl.int64) * BLOCK
    at = tl.arange(0, BLOCK)
    mask = at < n - start
    x = _widen(tl.load(x_ptr + start + at, mask, other=0.0))
    dy = _widen(tl.load(dy_ptr + start + at, mask, other=0.0))
    _, derivative = GATE(x, PTX)
    _store(dx_ptr + start + at, dy * derivative, mask)


@_jit
def _gated_forward_kernel(
    a_ptr,
    b_ptr,
    p_ptr,
    n,
    blocks,
    a_stride,
    b_stride,
    p_stride,
    GATE: tl.constexpr,
    RECOVER: tl.constexpr,
    LEAST: tl.constexpr,
    PTX: tl.constexpr,
    BLOCK: tl.constexpr,
):
    program = tl.program_id(0)
    row = (program // blocks).to(tl.int64)
    start = (program % blocks).to(tl.int64) * BLOCK
    at = tl.arange(0, BLOCK)
    mask = at < n - start
    a = _widen(tl.load(a_ptr + row * a_stride + start + at, mask, other=0.0))
    b = _widen(tl.load(b_ptr + row * b_stride + start + at, mask, other=0.0))
    value, _ = GATE(a, PTX)
    if RECOVER:
        value = tl.where(tl.abs(value) < LEAST, _with_sign(LEAST, value), value)
    _store(p_ptr + row * p_stride + start + at, value * b, mask)


@_jit
def _gated_backward_kernel(
    dp_ptr,
    a_ptr,
    kept_ptr,
    da_ptr,
    db_ptr,
    n,
    blocks,
    dp_stride,
    a_stride,
    kept_stride,
    d_stride,
    GATE: tl.constexpr,
    RECOVER: tl.constexpr,
    EXACT: tl.constexpr,
    LEAST: tl.constexpr,
    PTX: tl.constexpr,
    BLOCK: tl.constexpr,
):
    program = tl.program_id(0)
    row = (program // blocks).to(tl.int64)
    start = (program % blocks).to(tl.int64) * BLOCK
    at = tl.arange(0, BLOCK)
    mask = at < n - start
    dp = _widen(tl.load(dp_ptr + row * dp_stride + start + at, mask, other=0.0))
    a = _widen(tl.load(a_ptr + row * a_stride + start + at, mask, other=0.0))
    b = _widen(tl.load(kept_ptr + row * kept_stride + start + at, mask, other=0.0))
    value, derivative = GATE(a, PTX)
    if RECOVER:
        value = tl.where(tl.abs(value) < LEAST, _with_sign(LEAST, value), value)
        if EXACT:
            b = tl.div_rn(b, value)
        else:
            # The reciprocal of more than 2^126 would be flushed to 0.
            b = b * (_reciprocal(value * 0.25, PTX) * 0.25)
    _store(da_ptr + row * d_stride + start + at, dp * b * derivative, mask)
    _store(db_ptr + row * d_stride + start + at, dp * value, mask)


@_jit
def _norm_weight(w_ptr, column, mask, HAS_WEIGHT: tl.constexpr, ADD_ONE: tl.constexpr, FLOOR: tl.constexpr):
    if HAS_WEIGHT:
        w = _widen(tl.load(w_ptr + column, mask, other=1.0))
        if ADD_ONE:
            w = w + 1.0
        return tl.where(tl.abs(w) < FLOOR, _with_sign(FLOOR, w), w)
    else:
        return tl.full(column.shape, 1.0, tl.float32)


@_jit
def _norm_forward_kernel(
    x_ptr,
    w_ptr,
    b_ptr,
    y_ptr,
    kept_ptr,
    rstd_ptr,
    slot_ptr,
    side_ptr,
    rows,
    n,
    side_width,
    eps,
    HAS_WEIGHT: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    CENTRE: tl.constexpr,
    ADD_ONE: tl.constexpr,
    ROUND: tl.constexpr,
    FLOOR: tl.constexpr,
    KEEP_NORMALIZED: tl.constexpr,
    SIDE: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    column = tl.arange(0, BLOCK)
    inside = column < n
    mask = (row < rows)[:, None] & inside[None, :]
    at = row[:, None] * n + column[None, :]
    x = _widen(tl.load(x_ptr + at, mask, other=0.0))
    if CENTRE:
        mean = tl.sum(x, 1) / n
        x = tl.where(mask, x - mean[:, None], 0.0)
    rstd = 1.0 / tl.sqrt_rn(tl.sum(x * x, 1) / n + eps)
    tl.store(rstd_ptr + row, rstd, row < rows)
    normalized = x * rstd[:, None]
    if ROUND:
        if x_ptr.dtype.element_ty == tl.int16:
            normalized = (_bf16_bits(normalized) << 16).to(tl.float32, bitcast=True)
        else:
            normalized = normalized.to(x_ptr.dtype.element_ty).to(tl.float32)
    w = _norm_weight(w_ptr, column, inside, HAS_WEIGHT, ADD_ONE, FLOOR)
    y = normalized * w[None, :]
    if HAS_BIAS:
        y += _widen(tl.load(b_ptr + column, inside, other=0.0))[None, :]
    _store(y_ptr + at, y, mask)
    if KEEP_NORMALIZED:
        _store(kept_ptr + at, normalized, mask)
    if SIDE:
        slot = tl.load(slot_ptr + column, inside, other=-1)
        _store(
            side_ptr + row[:, None] * side_width + slot[None, :],
            normalized,
            mask & (slot >= 0)[None, :],
        )


@_jit
def _norm_backward_kernel(
    dy_ptr,
    kept_ptr,
    rstd_ptr,
    w_ptr,
    b_ptr,
    slot_ptr,
    side_ptr,
    dx_ptr,
    dw_ptr,
    db_ptr,
    rows,
    n,
    side_width,
    HAS_WEIGHT: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    CENTRE: tl.constexpr,
    ADD_ONE: tl.constexpr,
    FLOOR: tl.constexpr,
    KEEP_NORMALIZED: tl.constexpr,
    SIDE: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    program = tl.program_id(0)
    column = tl.arange(0, BLOCK)
    inside = column < n
    w = _norm_weight(w_ptr, column, inside, HAS_WEIGHT, ADD_ONE, FLOOR)
    if not KEEP_NORMALIZED:
        inverse = 1.0 / w
        if HAS_BIAS:
            bias = _widen(tl.load(b_ptr + column, inside, other=0.0))
    if SIDE:
        slot = tl.load(slot_ptr + column, inside, other=-1)
    dw = tl.zeros([ROWS, BLOCK], tl.float32)
    db = tl.zeros([ROWS, BLOCK], tl.float32)
    for first in range(program * ROWS, rows, tl.num_programs(0) * ROWS):
        row = tl.cast(first, tl.int64) + tl.arange(0, ROWS)
        mask = (row < rows)[:, None] & inside[None, :]
        at = row[:, None] * n + column[None, :]
        kept = _widen(tl.load(kept_ptr + at, mask, other=0.0))
        dy = _widen(tl.load(dy_ptr + at, mask, other=0.0))
        rstd = tl.load(rstd_ptr + row, row < rows, other=0.0)
        normalized = kept
        if not KEEP_NORMALIZED:
            if HAS_BIAS:
                normalized = normalized - bias[None, :]
            normalized = normalized * inverse[None, :]
        if SIDE:
            beside = tl.load(
                side_ptr + row[:, None] * side_width + slot[None, :],
                mask & (slot >= 0)[None, :],
                other=0.0,
            )
            normalized = tl.where((slot >= 0)[None, :], _widen(beside), normalized)
        normalized = tl.where(mask, normalized, 0.0)
        weighted = dy * w[None, :]
        along = tl.sum(weighted * normalized, 1) / n
        dx = weighted - normalized * along[:, None]
        if CENTRE:
            dx -= (tl.sum(weighted, 1) / n)[:, None]
        _store(dx_ptr + at, dx * rstd[:, None], mask)
        dw += dy * normalized
        if HAS_BIAS:
            db += dy
    to = tl.cast(program, tl.int64) * n + column
    if HAS_WEIGHT:
        tl.store(dw_ptr + to, tl.sum(dw, 0), inside)
    if HAS_BIAS:
        tl.store(db_ptr + to, tl.sum(db, 0), inside)


# ---------------------------------------------------------------------------------------------
# Which backend, and how it is launched


@functools.cache
def _triton_serves(device_type: str) -> bool:
    """Whether Triton's kernels run on a kind of device; says so in the log once."""
    wanted = os.environ.get("INVACT_TORCH_BACKEND", "")
    if wanted not in ("", "torch", "triton"):
        raise ValueError(f"INVACT_TORCH_BACKEND must be torch or triton, not {wanted!r}")
    able = triton is not None and (device_type == "cuda" or _INTERPRET)
    if wanted == "triton" and not able:
        missing = "Triton is not installed" if triton is None else "Triton needs a CUDA tensor"
        raise RuntimeError(f"INVACT_TORCH_BACKEND=triton, but {missing} ({device_type})")
    chosen = able and wanted != "torch"
    why = "Triton's interpreter" if chosen and _INTERPRET else "Triton" if chosen else "torch operations"
    _LOG.info("invact_torch on %s: %s", device_type, why)
    return chosen


def _raw(tensor: torch.Tensor) -> torch.Tensor:
    """Triton's interpreter rounds bf16 wrongly: it gets bit patterns."""
    return tensor.view(torch.int16) if _INTERPRET and tensor.dtype == torch.bfloat16 else tensor


def _launch(kernel: Any, programs: int, device: torch.device, *args: Any, **constants: Any) -> None:
    if programs == 0:
        return
    if device.type == "cuda" and device.index != torch.cuda.current_device():
        with torch.cuda.device(device):
            kernel[(programs,)](*args, **constants)
    elif _INTERPRET:
        kernel[(programs,)](*[_raw(a) if isinstance(a, torch.Tensor) else a for a in args], **constants)
    else:
        kernel[(programs,)](*args, enable_fp_fusion=False, **constants)


def _cdiv(a: int, b: int) -> int:
    return -(-a // b)


def _coefficients(name: str, dtype: torch.dtype) -> CoefficientSet:
    found = _SET_OF.get((name, dtype))
    if found is not None:
        return found
    names = sorted({activation for activation, _ in SETS})
    if name not in names:
        raise ValueError(f"no coefficient set for activation {name!r}; there are {', '.join(names)}")
    if dtype not in _DTYPES:
        raise TypeError(
            f"{name} takes float32, bfloat16 or float16 tensors, not {dtype}: "
            "g is fitted to the rounding of these dtypes"
        )
    raise ValueError(f"no coefficient set for {name!r} in {dtype}")


def _format(x: torch.Tensor) -> torch.memory_format:
    """The order in which x lies in memory without gaps; contiguous if it does not."""
    if x.dim() == 4 and not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last):
        return torch.channels_last
    return torch.contiguous_format


def _pack(right: torch.Tensor) -> torch.Tensor:
    """Booleans to bits: element i is bit i mod 8 of byte i div 8, the rest of the last byte 0."""
    flat = F.pad(right.reshape(-1).to(torch.uint8), (0, -right.numel() % 8))
    powers = torch.tensor([1, 2, 4, 8, 16, 32, 64, 128], dtype=torch.uint8, device=right.device)
    return (flat.view(-1, 8) * powers).sum(1, dtype=torch.uint8)


def _unpack(bits: torch.Tensor, n: int) -> torch.Tensor:
    lanes = torch.arange(8, dtype=torch.uint8, device=bits.device)
    return ((bits[:, None] >> lanes) & 1).bool().reshape(-1)[:n]


def _in_memory_order(x: torch.Tensor) -> torch.Tensor:
    """The elements of a tensor without gaps as they lie in memory."""
    return x.as_strided((x.numel(),), (1,))


# ---------------------------------------------------------------------------------------------
# The operations: what autograd functions launch, and what is registered


def _activation(x: torch.Tensor, name: str) -> torch.Tensor:
    coefficients = _coefficients(name, x.dtype)
    x = x.contiguous(memory_format=_format(x))
    if not _triton_serves(x.device.type):
        return coefficients.forward_torch(x.float()).to(x.dtype)
    y = torch.empty_like(x)
    n = x.numel()
    _launch(
        _activation_forward_kernel,
        _cdiv(n, _BLOCK),
        x.device,
        x,
        y,
        y,
        n,
        FORWARD=coefficients.forward,
        THRESHOLD=coefficients.threshold,
        INDICATOR=False,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )
    return y


def _activation_forward(x: torch.Tensor, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    coefficients = _coefficients(name, x.dtype)
    x = x.contiguous(memory_format=_format(x))
    if not _triton_serves(x.device.type):
        wide = x.float()
        bits = _pack(_in_memory_order(x) >= coefficients.threshold)
        return coefficients.forward_torch(wide).to(x.dtype), bits
    y = torch.empty_like(x)
    n = x.numel()
    bits = torch.empty(_cdiv(n, 8), dtype=torch.uint8, device=x.device)
    _launch(
        _activation_forward_kernel,
        _cdiv(n, _BLOCK),
        x.device,
        x,
        y,
        bits,
        n,
        FORWARD=coefficients.forward,
        THRESHOLD=coefficients.threshold,
        INDICATOR=True,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )
    return y, bits


def _activation_backward(dy: torch.Tensor, y: torch.Tensor, bits: torch.Tensor, name: str) -> torch.Tensor:
    coefficients = _coefficients(name, y.dtype)
    order = _format(y)
    y = y.contiguous(memory_format=order)
    dy = dy.contiguous(memory_format=order)
    n = y.numel()
    if not _triton_serves(y.device.type):
        factor = coefficients.factor_torch(_in_memory_order(y).float(), _unpack(bits, n))
        flat = (_in_memory_order(dy).float() * factor).to(y.dtype)
        return flat.as_strided(y.shape, y.stride())
    dx = torch.empty_like(y)
    _launch(
        _activation_backward_kernel,
        _cdiv(n, _BLOCK),
        y.device,
        dy,
        y,
        bits,
        dx,
        n,
        FACTOR=coefficients.factor,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )
    return dx


def _exact_backward(dy: torch.Tensor, x: torch.Tensor, name: str) -> torch.Tensor:
    coefficients = _coefficients(name, x.dtype)
    order = _format(x)
    x = x.contiguous(memory_format=order)
    dy = dy.contiguous(memory_format=order)
    if not _triton_serves(x.device.type):
        return (dy.float() * coefficients.gate_torch(x.float())[1]).to(x.dtype)
    dx = torch.empty_like(x)
    n = x.numel()
    _launch(
        _exact_backward_kernel,
        _cdiv(n, _BLOCK),
        x.device,
        dy,
        x,
        dx,
        n,
        GATE=coefficients.gate,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )
    return dx


class _Rows(NamedTuple):
    """A tensor as rows of neighbouring elements."""

    tensor: torch.Tensor
    stride: int


def _as_rows(x: torch.Tensor) -> _Rows | None:
    """x as rows x.shape[-1] long, their starts a fixed distance apart; None if it is not so."""
    if x.dim() == 0 or x.stride(-1) != 1:
        return None
    if x.dim() == 1:
        return _Rows(x, 0)
    for d in range(x.dim() - 2):
        if x.shape[d] != 1 and x.stride(d) != x.stride(d + 1) * x.shape[d + 1]:
            return None
    return _Rows(x, x.stride(-2))


def _layout(tensors: Sequence[torch.Tensor]) -> tuple[list[torch.Tensor], int, int, list[int]]:
    """Tensors of one shape, their rows, the length of a row and their distances."""
    if all(t.is_contiguous() for t in tensors):
        return list(tensors), 1, tensors[0].numel(), [0] * len(tensors)
    views = [_as_rows(t) or _Rows(t.contiguous(), t.shape[-1] if t.dim() else 1) for t in tensors]
    width = tensors[0].shape[-1] if tensors[0].dim() else 1
    rows = tensors[0].numel() // width if width else 0
    return [v.tensor for v in views], rows, width, [v.stride for v in views]


def _gated_forward_to(a: torch.Tensor, b: torch.Tensor, p: torch.Tensor, name: str, recover: bool) -> None:
    coefficients = _coefficients(name, a.dtype)
    if not _triton_serves(a.device.type):
        value = coefficients.gate_torch(a.float())[0]
        p.copy_(_away_from_zero(value, recover) * b.float())
        return
    (a, b, p), rows, width, strides = _layout([a, b, p])
    blocks = _cdiv(width, _BLOCK)
    _launch(
        _gated_forward_kernel,
        rows * blocks,
        a.device,
        a,
        b,
        p,
        width,
        blocks,
        *strides,
        GATE=coefficients.gate,
        RECOVER=recover,
        LEAST=_LEAST_GATE,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )


def _gated_backward_to(
    dp: torch.Tensor,
    a: torch.Tensor,
    kept: torch.Tensor,
    da: torch.Tensor,
    db: torch.Tensor,
    name: str,
    recover: bool,
) -> None:
    coefficients = _coefficients(name, a.dtype)
    if not _triton_serves(a.device.type):
        value, derivative = coefficients.gate_torch(a.float())
        value = _away_from_zero(value, recover)
        b = kept.float() / value if recover else kept.float()
        da.copy_(dp.float() * b * derivative)
        db.copy_(dp.float() * value)
        return
    (dp, a, kept, da, db), rows, width, strides = _layout([dp, a, kept, da, db])
    blocks = _cdiv(width, _BLOCK)
    _launch(
        _gated_backward_kernel,
        rows * blocks,
        a.device,
        dp,
        a,
        kept,
        da,
        db,
        width,
        blocks,
        *strides[:4],
        GATE=coefficients.gate,
        RECOVER=recover,
        EXACT=a.dtype == torch.float32,
        LEAST=_LEAST_GATE,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )


def _away_from_zero(value: torch.Tensor, recover: bool) -> torch.Tensor:
    if not recover:
        return value
    least = torch.copysign(torch.full_like(value, _LEAST_GATE), value)
    return torch.where(value.abs() < _LEAST_GATE, least, value)


def _gated_forward(a: torch.Tensor, b: torch.Tensor, name: str, recover: bool) -> torch.Tensor:
    p = torch.empty(a.shape, dtype=a.dtype, device=a.device)
    _gated_forward_to(a, b, p, name, recover)
    return p


def _gated_backward(
    dp: torch.Tensor, a: torch.Tensor, kept: torch.Tensor, name: str, recover: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    da = torch.empty(a.shape, dtype=a.dtype, device=a.device)
    db = torch.empty(a.shape, dtype=a.dtype, device=a.device)
    _gated_backward_to(dp, a, kept, da, db, name, recover)
    return da, db


def _gated_fused_forward(gate_up: torch.Tensor, name: str) -> torch.Tensor:
    """Gate input and product in one new tensor."""
    n = gate_up.shape[-1] // 2
    kept = torch.empty(gate_up.shape, dtype=gate_up.dtype, device=gate_up.device)
    kept[..., :n].copy_(gate_up[..., :n])
    _gated_forward_to(gate_up[..., :n], gate_up[..., n:], kept[..., n:], name, True)
    return kept


def _gated_fused_backward(dp: torch.Tensor, both: torch.Tensor, name: str, recover: bool) -> torch.Tensor:
    """The gradient of (a, b), from (a, p) or, without recover, (a, b)."""
    n = both.shape[-1] // 2
    d = torch.empty(both.shape, dtype=both.dtype, device=both.device)
    _gated_backward_to(dp, both[..., :n], both[..., n:], d[..., :n], d[..., n:], name, recover)
    return d


class _Variant(NamedTuple):
    """How a norm's formula differs from RMSNorm's."""

    centre: bool = False
    add_one: bool = False
    round_first: bool = False


_VARIANTS = {
    "layer": _Variant(centre=True),
    "torch": _Variant(),
    "llama": _Variant(round_first=True),
    "gemma": _Variant(add_one=True),
}


def _norm_floor(dtype: torch.dtype, normalized: bool) -> float:
    """The floor of |w|. fp16 has no range for it: there small w are in the side tensor."""
    return 0.0 if normalized or dtype == torch.float16 else _FLOOR


def _has_side(
    weight: torch.Tensor | None, bias: torch.Tensor | None, kept: torch.dtype, normalized: bool
) -> bool:
    """Whether channels may need their normalized input beside y."""
    return weight is not None and not normalized and (bias is not None or kept == torch.float16)


def _effective_weight(weight: torch.Tensor, variant: str, floor: float) -> torch.Tensor:
    w = weight.float()
    if _VARIANTS[variant].add_one:
        w = w + 1.0
    if floor == 0.0:
        return w
    return torch.where(w.abs() < floor, torch.copysign(torch.full_like(w, floor), w), w)


class _Side(NamedTuple):
    """For each channel its place in the side tensor, or -1; and the side tensor's width."""

    slot: torch.Tensor | None
    width: int


class _Plan:
    """The side channels of one norm, and of which state of its parameters."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, variant: str, fp16: bool):
        self.bias = None if bias is None else weakref.ref(bias)
        self.variant = variant
        self.fp16 = fp16
        self.state: tuple[Any, ...] | None = None
        self.side = _Side(None, 0)

    def state_of(self, weight: torch.Tensor) -> tuple[Any, ...] | None:
        """Changes whenever the parameters may have; None if that cannot be told."""
        bias = None if self.bias is None else self.bias()
        if (self.bias is not None and bias is None) or weight.is_inference():
            return None
        other = (0, 0) if bias is None else (bias.data_ptr(), bias._version)
        return (_weights_epoch, weight.data_ptr(), weight._version, *other)

    def hard(self, weight: torch.Tensor) -> torch.Tensor:
        """Channels whose normalized input y cannot give back: |b| > 2 |w|; in fp16 small w too."""
        w = _effective_weight(weight.detach(), self.variant, 0.0 if self.fp16 else _FLOOR).abs()
        bias = None if self.bias is None else self.bias()
        hard = w < _LEAST_FP16 if self.fp16 else torch.zeros_like(w, dtype=torch.bool)
        return hard if bias is None else hard | (bias.detach().float().abs() > 2.0 * w)


_weights_epoch = 0
_optimizers_watched = False
_PLANS: Any = None


def weights_changed() -> None:
    """Says that parameters of norms may have changed.

    A norm with a bias looks for channels whose |b| > 2 |w| whenever its parameters have changed: their
    version counters tell, and every step of a torch.optim.Optimizer and load_state_dict count as a
    change. Call this after writing to parameters in a way that none of these shows, such as through
    `.data` or by a kernel of one's own.
    """
    global _weights_epoch
    _weights_epoch += 1


def _watch_optimizers() -> None:
    # FSDP keeps version counters as they are, and some optimizers write through .data or pointers.
    global _optimizers_watched, _PLANS
    if not _optimizers_watched:
        from torch.optim.optimizer import register_optimizer_step_post_hook
        from torch.utils.weak import WeakIdKeyDictionary

        register_optimizer_step_post_hook(lambda *_: weights_changed())
        _PLANS = WeakIdKeyDictionary()
        _optimizers_watched = True


def _side_channels(weight: torch.Tensor, bias: torch.Tensor | None, variant: str, fp16: bool) -> _Side:
    """The side channels of a norm.

    Their number is needed on the host. When parameters have changed, all norms of the device that
    have been seen before are looked at together, so that a training step waits for the device once.
    """
    _watch_optimizers()
    plan = _PLANS.get(weight)
    if plan is None or plan.variant != variant or plan.fp16 != fp16 or not _is_plan_of(plan, bias):
        plan = _Plan(weight, bias, variant, fp16)
        _PLANS[weight] = plan
    state = plan.state_of(weight)
    if state is not None and state == plan.state:
        return plan.side
    stale = [(weight, plan)]
    for other, its_plan in list(_PLANS.items()):
        if other is not weight and type(other) in _PLAIN and other.device == weight.device:
            its_state = its_plan.state_of(other)
            if its_state is not None and its_state != its_plan.state and other.untyped_storage().nbytes():
                stale.append((other, its_plan))
    masks = [its_plan.hard(other) for other, its_plan in stale]
    widths = torch.stack([mask.sum() for mask in masks]).tolist()
    for (other, its_plan), mask, width in zip(stale, masks, widths):
        slot = torch.where(mask, mask.cumsum(0) - 1, -1).to(torch.int32) if width else None
        its_plan.side = _Side(slot, width)
        its_plan.state = its_plan.state_of(other)
    return plan.side


def _is_plan_of(plan: _Plan, bias: torch.Tensor | None) -> bool:
    return (plan.bias is None and bias is None) or (plan.bias is not None and plan.bias() is bias)


@functools.cache
def _processors(device: torch.device) -> int:
    return torch.cuda.get_device_properties(device).multi_processor_count if device.type == "cuda" else 2


_LONGEST_ROW = 16384  # in one program; longer rows take torch operations


def _tile(n: int) -> tuple[int, int, int]:
    """Rows a program, the next power of two from n on, warps."""
    block = 1 << max(n - 1, 15).bit_length()
    rows = max(1, min(16, 2048 // block))
    return rows, block, 4 if rows * block <= 2048 else 8 if block <= 4096 else 16


# y; the normalized input; 1/rms a row; slots; side tensor
_NormOutputs = tuple[
    torch.Tensor, torch.Tensor | None, torch.Tensor, torch.Tensor | None, torch.Tensor | None
]


def _norm_forward(
    x: torch.Tensor,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    eps: float,
    variant: str,
    y_dtype: torch.dtype,
    kept_dtype: torch.dtype,
    normalized: bool,
    keep: bool,
) -> _NormOutputs:
    """y in y_dtype and what is kept, in kept_dtype: with `normalized` the normalized input.

    Without `keep`, y alone: the same y, without looking for side channels.
    """
    n = x.shape[-1]
    x = x.contiguous()
    rows = x.numel() // n
    side = _Side(None, 0)
    if weight is not None and keep and _has_side(weight, bias, kept_dtype, normalized):
        side = _side_channels(weight, bias, variant, kept_dtype == torch.float16)
    floor = _norm_floor(kept_dtype, normalized)
    kind = _VARIANTS[variant]
    device = x.device
    kept = torch.empty(x.shape, dtype=kept_dtype, device=device) if normalized and keep else None
    slot = side.slot
    beside = None if slot is None else torch.empty((rows, side.width), dtype=kept_dtype, device=device)
    if not _triton_serves(device.type) or n > _LONGEST_ROW:
        wide = x.float()
        if kind.centre:
            wide = wide - wide.mean(-1, keepdim=True)
        rstd = 1.0 / torch.sqrt((wide * wide).mean(-1, keepdim=True) + eps)
        xhat = wide * rstd
        if kind.round_first:
            xhat = xhat.to(x.dtype).float()
        y = xhat if weight is None else xhat * _effective_weight(weight, variant, floor)
        if bias is not None:
            y = y + bias.float()
        if kept is not None:
            kept.copy_(xhat)
        if slot is not None and beside is not None:
            beside.copy_(xhat.reshape(rows, n)[:, slot >= 0])
        return y.to(y_dtype), kept, rstd.reshape(rows), slot, beside
    y = torch.empty(x.shape, dtype=y_dtype, device=device)
    rstd = torch.empty(rows, dtype=torch.float32, device=device)
    tile_rows, block, warps = _tile(n)
    _launch(
        _norm_forward_kernel,
        _cdiv(rows, tile_rows),
        device,
        x,
        x if weight is None else weight,
        x if bias is None else bias,
        y,
        y if kept is None else kept,
        rstd,
        rstd if slot is None else slot,
        y if beside is None else beside,
        rows,
        n,
        side.width,
        eps,
        HAS_WEIGHT=weight is not None,
        HAS_BIAS=bias is not None,
        CENTRE=kind.centre,
        ADD_ONE=kind.add_one,
        ROUND=kind.round_first and x.dtype != torch.float32,
        FLOOR=floor,
        KEEP_NORMALIZED=kept is not None,
        SIDE=side.width > 0,
        ROWS=tile_rows,
        BLOCK=block,
        num_warps=warps,
    )
    return y, kept, rstd, slot, beside


def _norm_backward(
    dy: torch.Tensor,
    kept: torch.Tensor,
    rstd: torch.Tensor,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    slot: torch.Tensor | None,
    beside: torch.Tensor | None,
    variant: str,
    x_dtype: torch.dtype,
    normalized: bool,
) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
    """dx, dw and db; None where there is no parameter."""
    n = kept.shape[-1]
    dy = dy.contiguous()
    kept = kept.contiguous()
    rows = kept.numel() // n
    kind = _VARIANTS[variant]
    floor = _norm_floor(kept.dtype, normalized)
    device = kept.device
    width = 0 if beside is None else beside.shape[1]
    if not _triton_serves(device.type) or n > _LONGEST_ROW:
        gradient = dy.reshape(rows, n).float()
        xhat = kept.reshape(rows, n).float()
        w = None if weight is None else _effective_weight(weight, variant, floor)
        weighted = gradient if w is None else gradient * w
        if not normalized:
            if bias is not None:
                xhat = xhat - bias.float()
            if w is not None:
                xhat = xhat / w
            if slot is not None and beside is not None and width:
                # The last column, a dummy, is what slot -1 takes.
                padded = F.pad(beside.float(), (0, 1))
                xhat = torch.where(slot >= 0, padded[:, slot.long()], xhat)
        dx = weighted - xhat * (weighted * xhat).mean(-1, keepdim=True)
        if kind.centre:
            dx = dx - weighted.mean(-1, keepdim=True)
        dx = (dx * rstd[:, None]).to(x_dtype).reshape(kept.shape)
        dw = None if weight is None else (gradient * xhat).sum(0).to(weight.dtype)
        db = None if bias is None else gradient.sum(0).to(bias.dtype)
        return dx, dw, db
    dx = torch.empty(kept.shape, dtype=x_dtype, device=device)
    tile_rows, block, warps = _tile(n)
    programs = min(_cdiv(rows, tile_rows), _processors(device) * (4 if warps == 4 else 2))
    parts = torch.empty((2, programs, n), dtype=torch.float32, device=device)
    _launch(
        _norm_backward_kernel,
        programs,
        device,
        dy,
        kept,
        rstd,
        kept if weight is None else weight,
        kept if bias is None else bias,
        rstd if slot is None else slot,
        kept if beside is None else beside,
        dx,
        parts[0],
        parts[1],
        rows,
        n,
        width,
        HAS_WEIGHT=weight is not None,
        HAS_BIAS=bias is not None,
        CENTRE=kind.centre,
        ADD_ONE=kind.add_one,
        FLOOR=floor,
        KEEP_NORMALIZED=normalized,
        SIDE=width > 0,
        ROWS=tile_rows,
        BLOCK=block,
        num_warps=warps,
    )
    dw = None if weight is None else parts[0].sum(0).to(weight.dtype)
    db = None if bias is None else parts[1].sum(0).to(bias.dtype)
    return dx, dw, db


def _norm_forward_operator(*arguments: Any) -> tuple[torch.Tensor, ...]:
    """As an operator, which has no optional outputs, and may not give the same tensor twice."""
    y, kept, rstd, slot, beside = _norm_forward(*arguments)
    kept_dtype = arguments[6]
    return (
        y,
        y.new_empty(0, dtype=kept_dtype) if kept is None else kept,
        rstd,
        y.new_empty(0, dtype=torch.int32) if slot is None else slot.clone(),
        y.new_empty((rstd.numel(), 0), dtype=kept_dtype) if beside is None else beside,
    )


def _norm_backward_operator(*arguments: Any) -> tuple[torch.Tensor, ...]:
    dx, dw, db = _norm_backward(*arguments)
    none = dx.new_empty(0, dtype=torch.float32)
    return dx, none if dw is None else dw, none if db is None else db


# ---------------------------------------------------------------------------------------------
# Registered operators

_LIBRARY = torch.library.Library("invact_torch", "FRAGMENT")


def _register(schema: str, implementation: Callable[..., Any], fake: Callable[..., Any]) -> None:
    name = schema.partition("(")[0]
    _LIBRARY.define(schema, tags=(torch.Tag.pt2_compliant_tag,))
    _LIBRARY.impl(name, implementation, "CompositeExplicitAutograd")
    torch.library.register_fake(f"invact_torch::{name}", fake, lib=_LIBRARY)


def _fake_like(x: torch.Tensor) -> torch.Tensor:
    return torch.empty_like(x, memory_format=_format(x))


def _fake_bits(x: torch.Tensor) -> torch.Tensor:
    return x.new_empty(((x.numel() + 7) // 8,), dtype=torch.uint8)


def _fake_norm_forward(x, weight, bias, eps, variant, y_dtype, kept_dtype, normalized, keep):  # type: ignore[no-untyped-def]
    n = x.shape[-1]
    rows = x.numel() // n
    width: Any = 0
    slots: Any = 0
    if keep and _has_side(weight, bias, kept_dtype, normalized):
        width = torch.library.get_ctx().new_dynamic_size()
        slots = torch.library.get_ctx().new_dynamic_size()
    return (
        x.new_empty(x.shape, dtype=y_dtype),
        x.new_empty(x.shape if normalized and keep else (0,), dtype=kept_dtype),
        x.new_empty((rows,), dtype=torch.float32),
        x.new_empty((slots,), dtype=torch.int32),
        x.new_empty((rows, width), dtype=kept_dtype),
    )


def _fake_norm_backward(dy, kept, rstd, weight, bias, slot, beside, variant, x_dtype, normalized):  # type: ignore[no-untyped-def]
    return (
        kept.new_empty(kept.shape, dtype=x_dtype),
        kept.new_empty((0,), dtype=torch.float32) if weight is None else torch.empty_like(weight),
        kept.new_empty((0,), dtype=torch.float32) if bias is None else torch.empty_like(bias),
    )


_register("activation(Tensor x, str name) -> Tensor", _activation, lambda x, name: _fake_like(x))
_register(
    "activation_forward(Tensor x, str name) -> (Tensor, Tensor)",
    _activation_forward,
    lambda x, name: (_fake_like(x), _fake_bits(x)),
)
_register(
    "activation_backward(Tensor dy, Tensor y, Tensor bits, str name) -> Tensor",
    _activation_backward,
    lambda dy, y, bits, name: _fake_like(y),
)
_register(
    "exact_backward(Tensor dy, Tensor x, str name) -> Tensor",
    _exact_backward,
    lambda dy, x, name: _fake_like(x),
)
_register(
    "gated_forward(Tensor a, Tensor b, str name, bool recover) -> Tensor",
    _gated_forward,
    lambda a, b, name, recover: a.new_empty(a.shape),
)
_register(
    "gated_backward(Tensor dp, Tensor a, Tensor kept, str name, bool recover) -> (Tensor, Tensor)",
    _gated_backward,
    lambda dp, a, kept, name, recover: (a.new_empty(a.shape), a.new_empty(a.shape)),
)
_register(
    "gated_fused_forward(Tensor gate_up, str name) -> Tensor",
    _gated_fused_forward,
    lambda gate_up, name: gate_up.new_empty(gate_up.shape),
)
_register(
    "gated_fused_backward(Tensor dp, Tensor both, str name, bool recover) -> Tensor",
    _gated_fused_backward,
    lambda dp, both, name, recover: both.new_empty(both.shape),
)
_register(
    "norm_forward(Tensor x, Tensor? weight, Tensor? bias, float eps, str variant, "
    "ScalarType y_dtype, ScalarType kept_dtype, bool normalized, bool keep) "
    "-> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    _norm_forward_operator,
    _fake_norm_forward,
)
_register(
    "norm_backward(Tensor dy, Tensor kept, Tensor rstd, Tensor? weight, Tensor? bias, Tensor? slot, "
    "Tensor? beside, str variant, ScalarType x_dtype, bool normalized) -> (Tensor, Tensor, Tensor)",
    _norm_backward_operator,
    _fake_norm_backward,
)
_OPS = torch.ops.invact_torch


def _needs_operators(x: torch.Tensor) -> bool:
    """Whether x must go through the dispatcher: while compiling, in a mode, as a subclass.

    Otherwise kernels are launched directly, which takes a third of the time.
    """
    return torch.compiler.is_compiling() or type(x) not in _PLAIN or torch._C._len_torch_dispatch_stack() > 0


# ---------------------------------------------------------------------------------------------
# Autograd


class _FirstOnly(torch.autograd.Function):
    """Gradients, tied to what they depend on, that raise an error when they are differentiated."""

    @staticmethod
    def forward(count: int, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:  # type: ignore[override]
        return tuple(t.view_as(t) for t in tensors[:count])

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise NotImplementedError("invact_torch: second derivatives are not implemented")


def _first_derivative_only(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Makes the gradients of a backward pass raise an error when they are differentiated.

    torch.autograd.function.once_differentiable does so only where the incoming gradient has a history;
    without one, as after a sum, the second derivative would be missing in silence.
    """

    @functools.wraps(backward)
    def wrapper(ctx: Any, *gradients: Any) -> Any:
        if torch.compiler.is_compiling() or not torch.is_grad_enabled():
            return backward(ctx, *gradients)
        with torch.no_grad():
            results = backward(ctx, *gradients)
        given = [r for r in results if r is not None]
        history = [t for t in (*ctx.saved_tensors, *gradients) if t is not None and t.requires_grad]
        if not given or not history:
            return results
        each = iter(_FirstOnly.apply(len(given), *given, *history))
        return tuple(None if r is None else next(each) for r in results)

    return wrapper


def _twin(function: Any) -> Any:
    """A function without setup_context, which torch.func needs and which costs 25 us a call.

    It has the first output alone, and saves the others as they are.
    """

    run = getattr(function, "direct", function.forward)

    class Twin(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Any) -> torch.Tensor:  # type: ignore[override]
            output = run(*inputs)
            function.save(ctx, inputs, output)
            return output[0] if isinstance(output, tuple) else output

        backward = staticmethod(function.backward)

    Twin.__name__ = Twin.__qualname__ = function.__name__ + "Twin"
    return Twin


def _apply(function: Any, twin: Any, *inputs: Any) -> torch.Tensor:
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        output = function.apply(*inputs)
        return output[0] if isinstance(output, tuple) else output
    return twin.apply(*inputs)


class _Inverted(torch.autograd.Function):
    """y = f(x), keeping y and the indicator."""

    @staticmethod
    def forward(x: torch.Tensor, name: str) -> tuple[torch.Tensor, torch.Tensor]:  # type: ignore[override]
        if _needs_operators(x):
            return _OPS.activation_forward(x, name)
        return _activation_forward(x, name)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.mark_non_differentiable(output[1])
        _Inverted.save(ctx, inputs, output)

    @staticmethod
    def save(ctx: Any, inputs: Any, output: Any) -> None:
        y, bits = output
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(y, bits)
        ctx.name = inputs[1]
        ctx.order = _format(y)

    @staticmethod
    @_first_derivative_only
    def backward(ctx: Any, dy: torch.Tensor | None, *_: Any) -> Any:  # type: ignore[override]
        if dy is None:
            return None, None
        y, bits = ctx.saved_tensors
        if ctx.order is not torch.contiguous_format:
            y = y.contiguous(memory_format=ctx.order)  # a hook may have brought it back otherwise
        run = _OPS.activation_backward if _needs_operators(dy) else _activation_backward
        return run(dy, y, bits, ctx.name), None


class _Exact(torch.autograd.Function):
    """y = f(x), keeping x."""

    @staticmethod
    def forward(x: torch.Tensor, name: str) -> torch.Tensor:  # type: ignore[override]
        return _OPS.activation(x, name) if _needs_operators(x) else _activation(x, name)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _Exact.save(ctx, inputs, output)

    @staticmethod
    def save(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(inputs[0])
        ctx.name = inputs[1]

    @staticmethod
    @_first_derivative_only
    def backward(ctx: Any, dy: torch.Tensor | None) -> Any:  # type: ignore[override]
        if dy is None:
            return None, None
        (x,) = ctx.saved_tensors
        run = _OPS.exact_backward if _needs_operators(dy) else _exact_backward
        return run(dy, x, ctx.name), None


class _Gated(torch.autograd.Function):
    """p = f(a) b, keeping a and p, or a and b."""

    @staticmethod
    def forward(a: torch.Tensor, b: torch.Tensor, name: str, recover: bool) -> torch.Tensor:  # type: ignore[override]
        run = _OPS.gated_forward if _needs_operators(a) else _gated_forward
        return run(a, b, name, recover)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        _Gated.save(ctx, inputs, output)

    @staticmethod
    def save(ctx: Any, inputs: Any, output: Any) -> None:
        a, b, ctx.name, ctx.recover = inputs
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(a, output if ctx.recover else b)

    @staticmethod
    @_first_derivative_only
    def backward(ctx: Any, dp: torch.Tensor | None) -> Any:  # type: ignore[override]
        if dp is None:
            return None, None, None, None
        a, kept = ctx.saved_tensors
        run = _OPS.gated_backward if _needs_operators(dp) else _gated_backward
        return (*run(dp, a, kept, ctx.name, ctx.recover), None, None)


def _alias(x: torch.Tensor) -> torch.Tensor:
    """Another tensor of x's storage, with a version counter of its own, and no view of x."""
    alias = torch.empty(0, dtype=x.dtype, device=x.device)
    return alias.set_(x.untyped_storage(), x.storage_offset(), x.shape, x.stride())


class _GatedInPlace(torch.autograd.Function):
    """p = f(a) b of a tensor (a, b), written over b."""

    @staticmethod
    def forward(ctx: Any, gate_up: torch.Tensor, name: str) -> torch.Tensor:  # type: ignore[override]
        n = gate_up.shape[-1] // 2
        a = _alias(gate_up[..., :n])
        p = _alias(gate_up[..., n:])
        _gated_forward_to(a, p, p, name, True)
        if not gate_up.is_inference():
            torch.autograd.graph.increment_version(gate_up)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(a, p)
        ctx.name = name
        return p

    @staticmethod
    @_first_derivative_only
    def backward(ctx: Any, dp: torch.Tensor | None) -> Any:  # type: ignore[override]
        if dp is None:
            return None, None
        a, p = ctx.saved_tensors
        n = a.shape[-1]
        d = torch.empty((*a.shape[:-1], 2 * n), dtype=a.dtype, device=a.device)
        _gated_backward_to(dp, a, p, d[..., :n], d[..., n:], ctx.name, True)
        return d, None


class _GatedFused(torch.autograd.Function):
    """p = f(a) b of a tensor (a, b), keeping a and p in a new one, or the tensor itself."""

    @staticmethod
    def forward(gate_up: torch.Tensor, name: str, recover: bool) -> tuple[torch.Tensor, torch.Tensor]:  # type: ignore[override]
        n = gate_up.shape[-1] // 2
        if recover:
            kept = _OPS.gated_fused_forward(gate_up, name)
            return kept[..., n:], kept
        p = _OPS.gated_forward(gate_up[..., :n], gate_up[..., n:], name, False)
        return p, gate_up.new_empty(0)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.name, ctx.recover = inputs[1:]
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(output[1] if ctx.recover else inputs[0])

    @staticmethod
    @_first_derivative_only
    def backward(ctx: Any, dp: torch.Tensor | None, _: Any) -> Any:  # type: ignore[override]
        if dp is None:
            return None, None, None
        (kept,) = ctx.saved_tensors
        return _OPS.gated_fused_backward(dp, kept, ctx.name, ctx.recover), None, None


class _Norm(torch.autograd.Function):
    """A norm that keeps its output, or its normalized input."""

    @staticmethod
    def forward(x, weight, bias, eps, variant, y_dtype, kept_dtype, normalized, keep):  # type: ignore[override, no-untyped-def]
        run = _OPS.norm_forward if _needs_operators(x) else _norm_forward_operator
        return run(x, weight, bias, eps, variant, y_dtype, kept_dtype, normalized, keep)

    @staticmethod
    def direct(*inputs: Any) -> Any:
        """forward without tensors for what is not kept."""
        return _OPS.norm_forward(*inputs) if _needs_operators(inputs[0]) else _norm_forward(*inputs)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.mark_non_differentiable(*output[1:])
        _Norm.save(ctx, inputs, output)

    @staticmethod
    def save(ctx: Any, inputs: Any, output: Any) -> None:
        x, weight, bias, _, ctx.variant, _, _, ctx.normalized, _ = inputs
        y, kept, rstd, slot, beside = output
        ctx.set_materialize_grads(False)
        ctx.x_dtype = x.dtype
        ctx.save_for_backward(kept if ctx.normalized else y, rstd, weight, bias, slot, beside)

    @staticmethod
    @_first_derivative_only
    def backward(ctx: Any, dy: torch.Tensor | None, *_: Any) -> Any:  # type: ignore[override]
        if dy is None:
            return (None,) * 9
        kept, rstd, weight, bias, slot, beside = ctx.saved_tensors
        run = _OPS.norm_backward if _needs_operators(dy) else _norm_backward
        dx, dw, db = run(dy, kept, rstd, weight, bias, slot, beside, ctx.variant, ctx.x_dtype, ctx.normalized)
        return (
            dx,
            None if weight is None else dw,
            None if bias is None else db,
            *(None,) * 6,
        )


_INVERTED, _EXACT, _GATED, _NORM = (_twin(f) for f in (_Inverted, _Exact, _Gated, _Norm))


# ---------------------------------------------------------------------------------------------
# Functions


def _refuse(*tensors: torch.Tensor | None) -> None:
    """vmap raises here rather than in a kernel."""
    for x in tensors:
        if x is None or torch.compiler.is_compiling():
            continue
        if torch._C._functorch.is_batchedtensor(x):
            raise NotImplementedError(
                "invact_torch has no vmap rule: elementwise functions and norms take batches as they are"
            )


def _dtensor_type() -> type | None:
    module = sys.modules.get("torch.distributed.tensor")
    return None if module is None else module.DTensor


def _sharded(function: Callable[..., torch.Tensor], *tensors: Any) -> torch.Tensor:
    """An elementwise function of DTensors of one sharding, on their local parts."""
    module = sys.modules["torch.distributed.tensor"]
    first = tensors[0]
    for x in tensors:
        if not isinstance(x, module.DTensor):
            raise TypeError("either all inputs are DTensors or none")
        if any(placement.is_partial() for placement in x.placements):
            raise NotImplementedError(
                "a DTensor with a Partial placement: reduce it first, f(a + b) is not f(a) + f(b)"
            )
        if x.device_mesh != first.device_mesh or x.placements != first.placements:
            raise NotImplementedError("DTensors of one gated unit must be sharded alike")
    local = function(*(x.to_local() for x in tensors))
    return module.DTensor.from_local(
        local,
        first.device_mesh,
        first.placements,
        run_check=False,
        shape=first.shape,
        stride=torch.empty(first.shape, device="meta").stride(),
    )


def _is_dtensor(x: torch.Tensor) -> bool:
    dtensor = _dtensor_type()
    return dtensor is not None and isinstance(x, dtensor)


def activation(name: str, x: torch.Tensor, *, exact: bool = False) -> torch.Tensor:
    """f(x) for an activation of SETS, elementwise.

    x: fp32, bf16 or fp16, of any shape. y has x's shape and dtype; a contiguous or channels-last
    memory layout is kept, other layouts become contiguous.

    Kept for the backward pass: y and a bit an element; with exact=True x, as PyTorch does. Without
    gradients nothing is kept and the bits are not computed.

    Special values: NaN gives NaN; f(inf) = inf with derivative 1, f(-inf) = -0 with derivative 0;
    f(0) = 0 with its sign. No finite input gives NaN or infinity.

    Errors: TypeError for other dtypes, ValueError for an unknown name. Second derivatives, forward
    mode and vmap are refused. Changing y in place raises an error in the backward pass.

    Source: arXiv 2407.15545; the coefficients are the sets in SETS.
    """
    _coefficients(name, x.dtype)
    if type(x) not in _PLAIN:
        if _is_dtensor(x):
            return _sharded(lambda local: activation(name, local, exact=exact), x)
        _refuse(x)
    if (torch.is_grad_enabled() and x.requires_grad) or forward_ad._current_level >= 0:
        return _apply(_Exact, _EXACT, x, name) if exact else _apply(_Inverted, _INVERTED, x, name)
    _refuse(x)
    return _OPS.activation(x, name) if _needs_operators(x) else _activation(x, name)


def gelu(x: torch.Tensor, approximate: str = "none") -> torch.Tensor:
    """GELU, x Phi(x), or its tanh approximation with approximate="tanh". See `activation`.

    Source: D. Hendrycks and K. Gimpel, arXiv 1606.08415.
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f'approximate must be "none" or "tanh", not {approximate!r}')
    return activation("gelu_tanh" if approximate == "tanh" else "gelu", x)


def gelu_tanh(x: torch.Tensor) -> torch.Tensor:
    """GELU's tanh approximation, x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). See `activation`.

    Hugging Face's gelu_new and gelu_pytorch_tanh. Source: arXiv 1606.08415, section 2.
    """
    return activation("gelu_tanh", x)


def silu(x: torch.Tensor) -> torch.Tensor:
    """SiLU (Swish), x sigmoid(x). See `activation`. Source: S. Elfwing et al., arXiv 1702.03118."""
    return activation("silu", x)


def quick_gelu(x: torch.Tensor) -> torch.Tensor:
    """QuickGELU, x sigmoid(1.702 x), as in CLIP. See `activation`. Source: arXiv 1606.08415."""
    return activation("quick_gelu", x)


def mish(x: torch.Tensor) -> torch.Tensor:
    """Mish, x tanh(ln(1 + e^x)). See `activation`. Source: D. Misra, arXiv 1908.08681."""
    return activation("mish", x)


def gated(name: str, a: torch.Tensor, b: torch.Tensor, *, exact: bool = False) -> torch.Tensor:
    """A gated unit p = f(a) b, elementwise; f is an activation of SETS.

    a, b: fp32, bf16 or fp16, of one shape, dtype and device. p is contiguous.

    Kept: a and p, from which the backward pass recovers b = p / f(a), to the rounding of p. For this
    |f(a)| below 2^-100 counts as 2^-100 with its sign, in both passes. fp16 has not the range: it
    keeps a and b, and so does exact=True. Where a and b are halves of one tensor, as of a fused
    projection, a pins both: use `gated_`.

    NaN gives NaN. Errors: as `activation`; ValueError where shapes, dtypes or devices differ.

    Source: N. Shazeer, "GLU Variants Improve Transformer", arXiv 2002.05202.
    """
    if a.shape != b.shape or a.dtype != b.dtype or a.device != b.device:
        raise ValueError(
            "a and b must have one shape, dtype and device: "
            f"{tuple(a.shape)} {a.dtype} {a.device}, {tuple(b.shape)} {b.dtype} {b.device}"
        )
    _coefficients(name, a.dtype)
    if _is_dtensor(a) or _is_dtensor(b):
        return _sharded(lambda x, y: gated(name, x, y, exact=exact), a, b)
    _refuse(a, b)
    recover = a.dtype != torch.float16 and not exact
    return _apply(_Gated, _GATED, a, b, name, recover)


def gated_(name: str, gate_up: torch.Tensor) -> torch.Tensor:
    """A gated unit of a fused projection, p = f(a) b with gate_up = (a, b) along the last dimension.

    gate_up: fp32, bf16 or fp16, [..., 2n]; p: [..., n]. In bf16 and fp32 p is written over b, and
    returned as the strided half of the same storage, which the next Linear keeps without a copy: 4
    bytes an element of p are kept in bf16. gate_up is consumed: it is an empty tensor afterwards, so
    that nothing can read what was overwritten. fp16 keeps gate_up and has a p of its own, 6 bytes.
    While compiling, a and p are written to a new tensor.

    Errors: as `gated`; ValueError for an odd last dimension, RuntimeError for a leaf that requires
    gradients, for a tensor whose elements overlap or whose last dimension is strided, and in the
    backward pass if another operation had kept gate_up.
    """
    _coefficients(name, gate_up.dtype)
    if gate_up.dim() == 0 or gate_up.shape[-1] % 2 != 0:
        raise ValueError(f"the last dimension must be even: {tuple(gate_up.shape)}")
    if _is_dtensor(gate_up):
        raise NotImplementedError("a fused gated unit of a DTensor: take its local part (to_local)")
    _refuse(gate_up)
    recover = gate_up.dtype != torch.float16
    if not recover or _needs_operators(gate_up) or torch._C._are_functorch_transforms_active():
        return _GatedFused.apply(gate_up, name, recover)[0]
    if gate_up.is_leaf and gate_up.requires_grad:
        raise RuntimeError("a leaf that requires gradients cannot be overwritten: pass a clone")
    if gate_up.numel() and (gate_up.stride(-1) != 1 or 0 in gate_up.stride()):
        raise RuntimeError("gate_up must have neighbouring elements that do not overlap")
    p = _GatedInPlace.apply(gate_up, name)
    gate_up.data = gate_up.data.new_empty(0)
    return p


def swiglu(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """SwiGLU, silu(a) b. See `gated`."""
    return gated("silu", a, b)


def geglu(a: torch.Tensor, b: torch.Tensor, approximate: str = "none") -> torch.Tensor:
    """GeGLU, gelu(a) b; approximate="tanh" for the tanh approximation. See `gated`."""
    return gated(_gelu_name(approximate), a, b)


def swiglu_(gate_up: torch.Tensor) -> torch.Tensor:
    """SwiGLU of a fused projection, consuming it. See `gated_`."""
    return gated_("silu", gate_up)


def geglu_(gate_up: torch.Tensor, approximate: str = "none") -> torch.Tensor:
    """GeGLU of a fused projection, consuming it. See `gated_`."""
    return gated_(_gelu_name(approximate), gate_up)


def _gelu_name(approximate: str) -> str:
    if approximate not in ("none", "tanh"):
        raise ValueError(f'approximate must be "none" or "tanh", not {approximate!r}')
    return "gelu_tanh" if approximate == "tanh" else "gelu"


def _norm(
    x: torch.Tensor,
    normalized_shape: int | Sequence[int],
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    eps: float,
    variant: str,
    readers_are_linear: bool,
) -> torch.Tensor:
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or tuple(x.shape[x.dim() - len(shape) :]) != shape:
        raise ValueError(f"an input of shape {tuple(x.shape)} does not end in {shape}")
    for parameter, label in ((weight, "weight"), (bias, "bias")):
        if parameter is not None and tuple(parameter.shape) != shape:
            raise ValueError(f"{label} has shape {tuple(parameter.shape)}, not {shape}")
        if parameter is not None and parameter.dtype not in _DTYPES:
            raise TypeError(f"{label} must be float32, bfloat16 or float16, not {parameter.dtype}")
    if x.dtype not in _DTYPES:
        raise TypeError(f"a norm takes float32, bfloat16 or float16 tensors, not {x.dtype}")
    if any(t is not None and _is_dtensor(t) for t in (x, weight, bias)):
        raise NotImplementedError("a norm of DTensors: take local parts (to_local), rows are independent")
    _refuse(x, weight, bias)
    y_dtype = kept_dtype = x.dtype
    if torch.is_autocast_enabled(x.device.type):
        kept_dtype = torch.get_autocast_dtype(x.device.type)
        plain = x.dtype if variant == "gemma" else torch.float32
        y_dtype = kept_dtype if readers_are_linear else plain
    elif variant == "llama" and weight is not None:
        y_dtype = torch.promote_types(x.dtype, weight.dtype)
    normalized = kept_dtype != y_dtype
    n = math.prod(shape)
    if x.numel() == 0:
        return _empty_norm(x, weight, bias, y_dtype)
    flat = x.reshape(*x.shape[: x.dim() - len(shape)], n)
    if len(shape) > 1:
        weight = None if weight is None else weight.reshape(n)
        bias = None if bias is None else bias.reshape(n)
    keep = forward_ad._current_level >= 0 or (
        torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in (x, weight, bias))
    )
    y = _apply(_Norm, _NORM, flat, weight, bias, eps, variant, y_dtype, kept_dtype, normalized, keep)
    return y.reshape(x.shape)


def _empty_norm(
    x: torch.Tensor, weight: torch.Tensor | None, bias: torch.Tensor | None, dtype: torch.dtype
) -> torch.Tensor:
    y = x.to(dtype)
    if weight is not None:
        y = y * weight.to(dtype)
    return y if bias is None else y + bias.to(dtype)


def layer_norm(
    x: torch.Tensor,
    normalized_shape: int | Sequence[int],
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    eps: float = 1e-5,
    *,
    readers_are_linear: bool = False,
) -> torch.Tensor:
    """Layer normalization that keeps its output: y = w x^ + b, x^ = (x - mean) / sqrt(var + eps).

    x: fp32, bf16 or fp16, [..., *normalized_shape]; weight and bias of normalized_shape, any of these
    dtypes, or None. y has x's dtype. Under autocast y is fp32, as PyTorch's is, or, with
    readers_are_linear=True, the autocast dtype: say so where every reader of y is a Linear, which
    would round y itself.

    Kept: y and 1/sqrt(var + eps) a row; x^ = (y - b) / w comes back in the backward pass. |w| below
    2^-100 counts as 2^-100 with its sign, in both passes. Of channels with |b| > 2 |w|, whose x^
    rounded y has lost, x^ is kept beside y, in a tensor as wide as there are such channels; in fp16
    also of channels with |w| < 2^-13. Which they are is looked up when the parameters have changed,
    which waits for the device once a training step (see `weights_changed`): before capturing a CUDA
    graph, call the norm once. Where y is fp32 and
    16-bit Linears read it, x^ rounded to 16 bits is kept instead of y.

    Errors: ValueError for shapes that do not fit, TypeError for other dtypes; as `activation` for
    second derivatives, vmap and changing y in place. DTensors are refused.

    Source: J. Ba et al., arXiv 1607.06450; keeping y: A. Jain et al. in Apex, PR 1715.
    """
    return _norm(x, normalized_shape, weight, bias, eps, "layer", readers_are_linear)


def rms_norm(
    x: torch.Tensor,
    normalized_shape: int | Sequence[int],
    weight: torch.Tensor | None = None,
    eps: float | None = None,
    *,
    variant: str = "torch",
    readers_are_linear: bool = False,
) -> torch.Tensor:
    """Root-mean-square normalization that keeps its output: y = w x^, x^ = x / sqrt(mean x^2 + eps).

    variant "torch": all in fp32, one rounding. "llama": x^ is rounded to 16 bits before the product
    with w, and y has the dtype that x and w promote to, as in Hugging Face's LlamaRMSNorm. "gemma":
    y = (1 + w) x^. eps None is the epsilon of x's dtype, as PyTorch's.

    Kept: y and 1/sqrt(mean x^2 + eps) a row. For dtypes, autocast, small |w| and errors see
    `layer_norm`. Where no Linear reads y (norms of q and k before RoPE, norms before a residual
    addition), nothing else keeps y, and as much is kept as by PyTorch.

    Source: B. Zhang and R. Sennrich, arXiv 1910.07467.
    """
    if variant not in ("torch", "llama", "gemma"):
        raise ValueError(f'variant must be "torch", "llama" or "gemma", not {variant!r}')
    if eps is None:
        eps = torch.finfo(x.dtype).eps
    return _norm(x, normalized_shape, weight, None, eps, variant, readers_are_linear)


def recompute(
    name: str,
    inputs: torch.Tensor | tuple[torch.Tensor, torch.Tensor],
    reader: Callable[[torch.Tensor], torch.Tensor],
) -> torch.Tensor:
    """reader(f(x)), keeping x instead of f(x): exact, for one more evaluation of f.

    inputs: x, or (a, b) for the gated unit f(a) b. reader: the next layer, usually a Linear; f(x) is
    passed to it alone. When it returns, the storage of f(x) is freed; in the backward pass, when the
    gradient of reader's output is there, f(x) is computed again into the same storage. Kept: x (2
    bytes an element in 16 bits), or a and b (4); the gradient is that of f' at x.

    Plain, with f(x) kept by whoever keeps it, where that is of no use or cannot be followed: without
    gradients, inside non-reentrant checkpointing or other saved-tensor hooks, while compiling (set
    torch._functorch.config.activation_memory_budget instead), for subclasses of Tensor, and where
    reader returns f(x) itself or a view of it.

    Source: Megatron-LM's CheckpointWithoutOutput.
    """
    tensors = inputs if isinstance(inputs, tuple) else (inputs,)
    if len(tensors) == 2:
        y = gated(name, tensors[0], tensors[1], exact=True)
    else:
        y = activation(name, tensors[0], exact=True)
    out = reader(y)
    if (
        torch.compiler.is_compiling()
        or not (y.requires_grad and out.requires_grad)
        or type(y) not in _PLAIN
        or torch._C._len_torch_dispatch_stack() > 0
        or torch._C._autograd._top_saved_tensors_default_hooks(True) is not None
        or out.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
    ):
        return out
    storage = y.untyped_storage()
    size = storage.nbytes()
    kept = tuple(x.detach() for x in tensors)
    hidden = y.detach()
    del y

    def refill(_: torch.Tensor) -> None:
        if storage.nbytes() == 0:
            storage.resize_(size)
            with torch.no_grad():
                again = gated(name, *kept, exact=True) if len(kept) == 2 else activation(name, kept[0])
                hidden.data.copy_(again)

    storage.resize_(0)
    out.register_hook(refill)
    return out


# ---------------------------------------------------------------------------------------------
# Modules


class _Activation(nn.Module):
    """An activation as a module; `exact=True` keeps x as PyTorch does."""

    activation_name = ""

    def __init__(self, exact: bool = False) -> None:
        super().__init__()
        self.exact = exact

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return activation(self.activation_name, x, exact=self.exact)


class GELU(_Activation):
    """GELU in place of torch.nn.GELU. See `gelu`."""

    def __init__(self, approximate: str = "none", exact: bool = False) -> None:
        super().__init__(exact)
        self.approximate = approximate
        self.activation_name = _gelu_name(approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(_Activation):
    """SiLU in place of torch.nn.SiLU. See `silu`."""

    activation_name = "silu"


class QuickGELU(_Activation):
    """QuickGELU. See `quick_gelu`."""

    activation_name = "quick_gelu"


class Mish(_Activation):
    """Mish in place of torch.nn.Mish. See `mish`."""

    activation_name = "mish"


class SwiGLU(nn.Module):
    """silu(a) b of two tensors, or of one fused tensor (a, b), which is consumed. See `gated`."""

    activation_name = "silu"

    def forward(self, a: torch.Tensor, b: torch.Tensor | None = None) -> torch.Tensor:
        name = self.activation_name
        return gated_(name, a) if b is None else gated(name, a, b)


class GeGLU(SwiGLU):
    """gelu(a) b of two tensors, or of one fused tensor (a, b), which is consumed. See `gated`."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.activation_name = _gelu_name(approximate)


class Recompute(nn.Module):
    """reader(f(x)) or reader(f(a) b), keeping the inputs only. See `recompute`."""

    def __init__(self, name: str, reader: nn.Module) -> None:
        super().__init__()
        self.name = name
        self.reader = reader

    def forward(self, x: torch.Tensor, b: torch.Tensor | None = None) -> torch.Tensor:
        return recompute(self.name, x if b is None else (x, b), self.reader)


class LayerNorm(nn.LayerNorm):
    """Layer normalization in place of torch.nn.LayerNorm. See `layer_norm`."""

    def __init__(self, *args: Any, readers_are_linear: bool = False, **kwargs: Any) -> None:
        self.readers_are_linear = readers_are_linear
        super().__init__(*args, **kwargs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return layer_norm(
            x,
            self.normalized_shape,
            self.weight,
            self.bias,
            self.eps,
            readers_are_linear=self.readers_are_linear,
        )

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        weights_changed()


class RMSNorm(nn.RMSNorm):
    """Root-mean-square normalization in place of torch.nn.RMSNorm. See `rms_norm`."""

    def __init__(
        self, *args: Any, variant: str = "torch", readers_are_linear: bool = False, **kwargs: Any
    ) -> None:
        self.variant = variant
        self.readers_are_linear = readers_are_linear
        super().__init__(*args, **kwargs)

    def reset_parameters(self) -> None:
        if self.elementwise_affine:
            nn.init.constant_(self.weight, 0.0 if self.variant == "gemma" else 1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return rms_norm(
            x,
            self.normalized_shape,
            self.weight,
            self.eps,
            variant=self.variant,
            readers_are_linear=self.readers_are_linear,
        )

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        weights_changed()


# ---------------------------------------------------------------------------------------------
# python -m invact_torch


def _reference(name: str, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(x) and f'(x) in fp64."""
    x = x.double()
    if name == "gelu":
        cumulative = 0.5 * torch.special.erfc(-x * math.sqrt(0.5))
        return x * cumulative, cumulative + x * torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    if name == "mish":
        e = torch.exp(-x.abs())
        left = x < 0
        denominator = torch.where(left, e * (e + 2) + 2, 1 + 2 * e * (1 + e))
        factor = torch.where(left, e * (e + 2), 1 + 2 * e) / denominator
        slope = torch.where(left, e, e * e) * 4 * (e + 1) / denominator**2
        return x * factor, factor + x * slope
    a, b = {
        "silu": (1.0, 0.0),
        "quick_gelu": (1.702, 0.0),
        "gelu_tanh": (1.5957691216057308, 0.07135481627260025),
    }[name]
    z = x * (a + b * x * x)
    e = torch.exp(-z.abs())
    one = torch.ones_like(e)
    sigmoid = torch.where(z < 0, e, one) / (1 + e)
    rest = torch.where(z < 0, one, e) / (1 + e)
    return x * sigmoid, sigmoid + sigmoid * rest * x * (a + 3 * b * x * x)


_REFERENCES = ("gelu", "silu", "gelu_tanh", "quick_gelu", "mish")


def _sample(dtype: torch.dtype, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Finite inputs of a dtype, all of them in 16 bits, and their weights under N(0, 1)."""
    if dtype == torch.float32:
        x = torch.linspace(-8, 8, 1 << 18, dtype=torch.float64, device=device).float()
        weight = torch.exp(-0.5 * x.double() ** 2)
        return x, weight / weight.sum()
    bits = torch.arange(-32768, 32768, dtype=torch.int32, device=device).to(torch.int16)
    x = bits.view(dtype)
    x = x[torch.isfinite(x)]
    ordered, order = x.double().sort()
    middle = 0.5 * (ordered[1:] + ordered[:-1])
    cumulative = torch.special.ndtr(middle)
    edges = torch.cat([cumulative.new_zeros(1), cumulative, cumulative.new_ones(1)])
    return x[order], edges.diff()


def _factor(coefficients: CoefficientSet, y: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """g(y, S) in fp32."""
    wide = y.float()
    if not _triton_serves(y.device.type):
        return coefficients.factor_torch(wide, _unpack(bits, y.numel()))
    g = torch.empty_like(wide)
    _launch(
        _activation_backward_kernel,
        _cdiv(y.numel(), _BLOCK),
        y.device,
        torch.ones_like(wide),
        wide,
        bits,
        g,
        y.numel(),
        FACTOR=coefficients.factor,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )
    return g


def _relative(actual: torch.Tensor, exact: torch.Tensor) -> float:
    """Root-mean-square error relative to the exact value's."""
    return ((actual.double() - exact).norm() / exact.norm()).item()


def _norm_error(kind: str, device: torch.device, dtype: torch.dtype, hard: bool) -> list[float]:
    """Errors of dx and of the worst channels of dw relative to fp64."""
    torch.manual_seed(1)
    rows, n = 512, 96
    x = torch.randn(rows, n, device=device).to(dtype)
    w = torch.randn(n, device=device)
    b = 0.1 * torch.randn(n, device=device)
    if hard:
        w[3], w[5] = 0.0, 1e-3
        b[5], b[6] = 1.0, 1000.0 * w[6]
    w, b = w.to(dtype), b.to(dtype)
    dy = torch.randn(rows, n, device=device).to(dtype)
    x, w, b = (t.requires_grad_() for t in (x, w, b))
    reference = [t.detach().double().requires_grad_() for t in (x, w, b)]
    if kind == "layer":
        layer_norm(x, n, w, b).backward(dy)
        F.layer_norm(reference[0], (n,), reference[1], reference[2], 1e-5).backward(dy.double())
    else:
        rms_norm(x, n, w, 1e-6).backward(dy)
        F.rms_norm(reference[0], (n,), reference[1], 1e-6).backward(dy.double())
    grads = [t.grad for t in reference[:2]]
    assert x.grad is not None and w.grad is not None and grads[0] is not None and grads[1] is not None
    scale = grads[1].square().mean().sqrt()
    worst = ((w.grad.double() - grads[1]).abs() / torch.maximum(grads[1].abs(), scale)).max()
    return [_relative(x.grad, grads[0]), worst.item()]


def _self_test() -> int:
    """Checks this installation; 0 if all is right."""
    devices = [torch.device("cpu")] + ([torch.device("cuda", 0)] if torch.cuda.is_available() else [])
    failures = 0

    def report(what: str, passed: bool, detail: str) -> None:
        nonlocal failures
        failures += not passed
        print(f"{'ok  ' if passed else 'FAIL'} {what}: {detail}", flush=True)

    for device in devices:
        backend = "Triton" if _triton_serves(device.type) else "torch operations"
        print(f"{device.type}: {backend}, PyTorch {torch.__version__}")
        for (name, label), coefficients in SETS.items():
            if name not in _REFERENCES:
                continue
            dtype = next(d for d, text in _DTYPES.items() if text == label)
            x, weight = _sample(dtype, device)
            exact, slope = _reference(name, x)
            y, bits = _activation_forward(x, name)
            dx = _activation_backward(torch.ones_like(y), y, bits, name)
            finite = bool(torch.isfinite(y).all() and torch.isfinite(dx).all())
            error = (_factor(coefficients, y, bits).double() - slope).abs()
            rms = (weight * error.square()).sum().sqrt().item()
            report(
                f"{device.type} {coefficients.name}",
                finite and rms <= 1.05 * coefficients.error_rms and bool((y >= exact.min() - 0.01).all()),
                f"error of g {rms:.3e} RMS, {coefficients.error_rms:.3e} in the set",
            )
        for dtype in (torch.bfloat16, torch.float16, torch.float32):
            a, b, dp = (torch.randn(100_003, device=device).to(dtype) for _ in range(3))
            a, b = a.requires_grad_(), b.requires_grad_()
            swiglu(a, b).backward(dp)
            value, slope = _reference("silu", a.detach())
            assert a.grad is not None and b.grad is not None
            errors = [
                _relative(a.grad, dp.double() * b.detach().double() * slope),
                _relative(b.grad, dp.double() * value),
            ]
            bound = {torch.bfloat16: 4e-3, torch.float16: 5e-4, torch.float32: 5e-7}[dtype]
            report(
                f"{device.type} swiglu {_DTYPES[dtype]}",
                max(errors) <= bound,
                f"da {errors[0]:.1e}, db {errors[1]:.1e}, at most {bound:.0e}",
            )
            for kind in ("rms", "layer"):
                for hard in (False, True) if kind == "layer" else (False,):
                    errors = _norm_error(kind, device, dtype, hard)
                    bounds = {
                        torch.bfloat16: (4e-3, 1.5e-2),
                        torch.float16: (6e-4, 2e-3),
                        torch.float32: (1e-6, 1e-5),
                    }[dtype]
                    report(
                        f"{device.type} {kind}_norm {_DTYPES[dtype]}" + (", hard weights" if hard else ""),
                        errors[0] <= bounds[0] and errors[1] <= bounds[1],
                        f"dx {errors[0]:.1e}, worst channel of dw {errors[1]:.1e}",
                    )
    print("all right" if failures == 0 else f"{failures} checks failed")
    return 0 if failures == 0 else 1


def _times(calls: Sequence[Callable[[], Any]], runs: int) -> list[float]:
    """Medians in milliseconds by CUDA events; the calls take turns."""
    for _ in range(5):
        for call in calls:
            call()
    torch.cuda.synchronize()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        for call, millis in zip(calls, times):
            start = torch.cuda.Event(enable_timing=True)
            end = torch.cuda.Event(enable_timing=True)
            start.record()
            call()
            end.record()
            end.synchronize()
            millis.append(start.elapsed_time(end))
    return [sorted(millis)[len(millis) // 2] for millis in times]


def _overhead(call: Callable[[], Any], runs: int = 300) -> float:
    """Microseconds a call takes on the host, the median of 7 rounds."""
    rounds = []
    for _ in range(7):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(runs):
            call()
        torch.cuda.synchronize()
        rounds.append((time.perf_counter() - start) / runs * 1e6)
    return sorted(rounds)[3]


def _passes(
    function: Callable[..., torch.Tensor], inputs: Sequence[torch.Tensor], d: torch.Tensor
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The forward pass, and forward and backward."""

    def forward() -> torch.Tensor:
        return function(*inputs)

    def both() -> None:
        torch.autograd.grad(function(*inputs), inputs, d)

    return forward, both


def _eager_rms_norm(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """Hugging Face's LlamaRMSNorm."""
    wide = x.float()
    wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
    return w * wide.to(x.dtype)


class _Row(NamedTuple):
    what: str
    ours: float
    theirs: float
    unit: str


def _bench_activations(elements: int, dtype: torch.dtype, runs: int) -> Iterator[_Row]:
    x, dy = (torch.randn(elements, device="cuda", dtype=dtype) for _ in range(2))
    for name, forward, backward in (
        ("gelu", F.gelu, torch.ops.aten.gelu_backward),
        ("silu", F.silu, torch.ops.aten.silu_backward),
    ):
        y, bits = _activation_forward(x, name)
        ours, theirs = _times([lambda: _activation_forward(x, name), lambda: forward(x)], runs)
        yield _Row(f"{name} forward", ours, theirs, "ms")
        ours, exact, theirs = _times(
            [
                lambda: _activation_backward(dy, y, bits, name),
                lambda: _exact_backward(dy, x, name),
                lambda: backward(dy, x),
            ],
            runs,
        )
        yield _Row(f"{name} backward", ours, theirs, "ms")
        yield _Row(f"{name} backward, keeping x", exact, theirs, "ms")


def _bench_gated(elements: int, dtype: torch.dtype, runs: int) -> Iterator[_Row]:
    a, b, dp = (torch.randn(elements, device="cuda", dtype=dtype) for _ in range(3))
    inputs = (a.requires_grad_(), b.requires_grad_())
    eager_of = {
        swiglu: lambda a, b: F.silu(a) * b,
        geglu: lambda a, b: F.gelu(a) * b,
    }
    for function, eager_function in eager_of.items():
        mine, eager = _passes(function, inputs, dp), _passes(eager_function, inputs, dp)
        times = _times([mine[0], eager[0], mine[1], eager[1]], runs)
        yield _Row(f"{function.__name__} forward", times[0], times[1], "ms")
        yield _Row(f"{function.__name__} forward + backward", times[2], times[3], "ms")


def _bench_norms(elements: int, n: int, dtype: torch.dtype, runs: int) -> Iterator[_Row]:
    x, dy = (torch.randn(elements // n, n, device="cuda", dtype=dtype) for _ in range(2))
    weight = torch.rand(n, device="cuda", dtype=dtype) + 0.5
    bias = 0.1 * torch.randn(n, device="cuda", dtype=dtype)
    x, weight, bias = (t.requires_grad_() for t in (x, weight, bias))
    ways: list[
        tuple[str, Callable[..., torch.Tensor], Callable[..., torch.Tensor], tuple[torch.Tensor, ...]]
    ] = [
        ("rms_norm", lambda x, w: rms_norm(x, n, w, 1e-6, variant="llama"), _eager_rms_norm, (x, weight)),
        (
            "rms_norm, torch's",
            lambda x, w: rms_norm(x, n, w, 1e-6),
            lambda x, w: F.rms_norm(x, (n,), w, 1e-6),
            (x, weight),
        ),
        (
            "layer_norm",
            lambda x, w, b: layer_norm(x, n, w, b),
            lambda x, w, b: F.layer_norm(x, (n,), w, b),
            (x, weight, bias),
        ),
    ]
    for name, function, eager_function, inputs in ways:
        mine, eager = _passes(function, inputs, dy), _passes(eager_function, inputs, dy)
        times = _times([mine[0], eager[0], mine[1], eager[1]], runs)
        yield _Row(f"{name}, rows of {n}, forward", times[0], times[1], "ms")
        yield _Row(f"{name}, rows of {n}, forward + backward", times[2], times[3], "ms")


def _bench_small(dtype: torch.dtype) -> Iterator[_Row]:
    a, b = (torch.randn(1024, device="cuda", dtype=dtype, requires_grad=True) for _ in range(2))
    d = torch.ones(1024, device="cuda", dtype=dtype)
    ways: list[
        tuple[str, Callable[..., torch.Tensor], Callable[..., torch.Tensor], tuple[torch.Tensor, ...]]
    ] = [
        ("gelu", gelu, F.gelu, (a,)),
        ("swiglu", swiglu, lambda a, b: F.silu(a) * b, (a, b)),
    ]
    for name, function, eager_function, inputs in ways:
        mine, eager = _passes(function, inputs, d), _passes(eager_function, inputs, d)
        for what, i in (("forward", 0), ("forward + backward", 1)):
            yield _Row(f"{name} of 1024 elements, {what}", _overhead(mine[i]), _overhead(eager[i]), "us")


def _bench_rows(elements: int, dtype: torch.dtype, runs: int) -> Iterator[_Row]:
    torch.manual_seed(1)
    yield from _bench_activations(elements, dtype, runs)
    yield from _bench_gated(elements // 2, dtype, runs)
    for n in (768, 4096):
        yield from _bench_norms(elements // 4, n, dtype, runs)
    yield from _bench_small(dtype)
    yield from _bench_mlp(dtype, runs)


def _step(way: Callable[[], torch.Tensor], d: torch.Tensor) -> None:
    way().backward(d)


def _bench_mlp(dtype: torch.dtype, runs: int) -> Iterator[_Row]:
    """Linear, GELU, Linear: time of a step and bytes held, inverted and recomputing."""
    device = torch.device("cuda")
    first = nn.Linear(1024, 4096, device=device, dtype=dtype)
    last = nn.Linear(4096, 1024, device=device, dtype=dtype)
    x = torch.randn(16384, 1024, device=device, dtype=dtype)
    d = torch.randn_like(x)
    ways: dict[str, Callable[[], torch.Tensor]] = {
        "eager": lambda: last(F.gelu(first(x))),
        "inverted": lambda: last(gelu(first(x))),
        "recompute": lambda: recompute("gelu", first(x), last),
    }
    held = {}
    for name, way in ways.items():
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        out = way()
        held[name] = (torch.cuda.memory_allocated() - before - out.nbytes) / (x.shape[0] * 4096)
        out.backward(d)
        del out
        first.zero_grad()
        last.zero_grad()
    steps: list[Callable[[], Any]] = [functools.partial(_step, way, d) for way in ways.values()]
    times = _times(steps, runs)
    for name, millis in zip(ways, times):
        yield _Row(f"MLP 1024-4096-1024, {name}", millis, times[0], "ms")
        yield _Row(f"MLP bytes an element, {name}", held[name], held["eager"], "B")


def _bench(elements: int, runs: int, path: str | None) -> int:
    if not torch.cuda.is_available():
        print("--bench needs a CUDA device, and torch.cuda.is_available() is false", file=sys.stderr)
        return 2
    if not _triton_serves("cuda"):
        print("--bench times Triton's kernels, which are not in use here", file=sys.stderr)
        return 2
    dtype = torch.bfloat16
    print(
        f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, Triton {triton.__version__}, "
        f"bf16, {elements} elements, medians of {runs}"
    )
    print(f"{'':52}{'ours':>10}{'theirs':>10}{'ratio':>8}")
    rows = []
    for row in _bench_rows(elements, dtype, runs):
        rows.append(row)
        print(
            f"{row.what:52}{row.ours:>7.3f} {row.unit}{row.theirs:>7.3f} {row.unit}{row.ours / row.theirs:>8.3f}",
            flush=True,
        )
    if path is not None:
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["what", "ours", "theirs", "unit", "ratio"])
            for row in rows:
                writer.writerow(
                    [
                        row.what,
                        f"{row.ours:.5g}",
                        f"{row.theirs:.5g}",
                        row.unit,
                        f"{row.ours / row.theirs:.4f}",
                    ]
                )
    return 0


def _main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m invact_torch", description="Checks or times invact_torch."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--self-test", action="store_true", help="check this installation, a minute")
    what.add_argument("--bench", action="store_true", help="time the kernels on this machine's card")
    parser.add_argument("--elements", type=int, default=1 << 28, help="with --bench (default 2^28)")
    parser.add_argument("--runs", type=int, default=51, help="with --bench (default 51)")
    parser.add_argument("--csv", metavar="FILE", help="with --bench, write the table to a file too")
    chosen = parser.parse_args(arguments)
    if chosen.self_test:
        return _self_test()
    return _bench(chosen.elements, chosen.runs, chosen.csv)


if __name__ == "__main__":
    sys.exit(_main())
