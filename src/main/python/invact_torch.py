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
    print(inv.convert(model))             # all of it in a model, where less is kept that way

Bytes kept an element in 16 bits, with the next Linear's input counted: activation 2.125 (eager 4),
gated unit 4 (eager 8), norm 2 (eager 4). It does not pay where the next layer does not keep y: a
frozen Linear, dropout in between. Who compiles with `activation_memory_budget` keeps as little.

Kernels are Triton's on CUDA and plain torch operations elsewhere, chosen once with one log line
(logger "invact_torch"); INVACT_TORCH_BACKEND=torch or triton chooses by hand. Tensors are fp32, bf16
or fp16. Arithmetic is fp32 with one rounding at the end; torch operations compute some fp32 outputs
in fp64. First derivatives only: double backward, forward mode and vmap raise an error.

Registered operators, which are what selective activation checkpointing and torch.compile see, are
torch.ops.invact_torch.{activation, activation_forward, activation_backward, exact_backward,
gated_forward, gated_backward, gated_fused_forward, gated_fused_backward, norm_forward,
norm_backward}.default; in a copy inside a package, torch.ops.PACKAGE_invact_torch, '_' for '.'.

    python -m invact_torch --self-test    # checks this installation, a minute
    python -m invact_torch --bench        # times on this machine's card
"""

import argparse
import contextlib
import copy
import csv
import fnmatch
import functools
import inspect
import itertools
import logging
import math
import operator
import os
import random
import re
import sys
import time
import weakref
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
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
    "Check",
    "CoefficientSet",
    "Conversion",
    "ConversionError",
    "Report",
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
    "check",
    "convert",
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
    "revert",
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
def _negative_zero(x):
    """-0 for each element of x; of the number -0.0 Triton makes +0."""
    return tl.full(x.shape, -2147483648, tl.int32).to(tl.float32, bitcast=True)


@_jit
def _pick(index, c0, c1, c2, c3, c4, c5, c6, c7):
    """The number that the three low bits of an int32 choose."""
    b0 = (index & 1) != 0
    b1 = (index & 2) != 0
    b2 = (index & 4) != 0
    low = tl.where(b1, tl.where(b0, c3, c2), tl.where(b0, c1, c0))
    high = tl.where(b1, tl.where(b0, c7, c6), tl.where(b0, c5, c4))
    return tl.where(b2, high, low)


def _wide(x: torch.Tensor) -> torch.Tensor:
    """x in fp64; as it is on Apple's devices, which have no fp64: f in fp32 is then off by 2 ulp."""
    return x if x.device.type == "mps" else x.double()


# invact:generated:begin
# fmt: off
# Functions of coefficient sets, made by invact 0.1.0:
#   invact export --all --target pytorch --out invact_torch.py
#
# For an activation A (gelu, silu ...), W = 16 for bf16 and fp16, W = 32 for fp32, a dtype D:
#
#   _A_W_forward(x, PTX)                   f(x)                     Triton device function
#   _A_W_gate(a, PTX)                      f(a), f'(a)              Triton device function
#   _A_D_factor(y, right, PTX)             g(y, S)                  Triton device function
#   _A_W_forward_torch(x)                  f(x)                     torch operations
#   _A_W_gate_torch(a)                     f(a), f'(a)              torch operations
#   _A_D_factor_torch(y, right)            g(y, S)                  torch operations
#
# x, a and y are fp32 tensors, y as read from a tensor of dtype D; right is a boolean tensor, S.
#   PTX
# is a tl.constexpr: true where inline assembly may be used. Triton functions may call
# _reciprocal, _pick and _negative_zero, others _wide. SETS maps (A, D) to a CoefficientSet, whose
# threshold is the least fp32 number not below argmin f. NaN gives NaN; g is 0 on the left for
# y >= 0 and 1 for y = inf on the right.
#
# Results of 16 bits are off by 3e-5 of themselves before they are rounded. In fp32 f is correctly
# rounded near T, but off by up to 0.57 ulp in Triton where f is neither gelu nor silu. There g
# changes fastest with y, as the root of its distance from f(T): the largest error of g is up to
# sqrt(0.57/0.5) = 1.07 times that of a correctly rounded y.
#
# T is where f is least. Errors below are those of g against f'(x) in fp64, y being f(x) rounded
# to the dtype.
#
# gelu-fp32: GELU, f(x) = x·Φ(x)
#   T = -0.7517915246935645, f(T) = -0.16997120747990366
#   left, x < T:   g = (a0 + … + a6·t^6)/(1 + … + b6·t^6), t = √u − 0.412109375
#     (root-rational-6-6-about-0.412109375)
#     coefficients fitted: minimax, x in [-8.876791524693564, -0.7517915246935645]
#     error on [T - 1024, T]: RMS 1.11e-06, bias -8.58e-07, max 1.22e-06 at x = -1.23421
#   right, x >= T: g = (a0 + … + a6·t^6)/(1 + … + b7·t^7), t = √u − 1.5; 1 where u > 5.625
#     (root-rational-6-7-about-1.5-cut-5.625)
#     coefficients fitted: minimax, x in [-0.7517915246935645, 5.455028926072498]
#     error on [T, T + 1024]: RMS 6.61e-07, bias -2.02e-08, max 1.51e-06 at x = 2.41032
#   in use, fp32, x ~ N(0, 1): RMS 1.070e-06 (irreducible 3.184e-07), bias -1.4e-08, max 4.055e-05
#     (3.901e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.444e-03 (irreducible 1.414e-03), bias -5.8e-05, max 1.099e-02
#     (1.063e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.879e-04 (irreducible 3.733e-04), bias -2.3e-05, max 4.902e-03
#     (4.854e-03)
#
# gelu-bf16: GELU, f(x) = x·Φ(x)
#   T = -0.7517915246935645, f(T) = -0.16997120747990366
#   left, x < T:   g = c0 + … + c8·t^8, t = √u − 0.2060546875
#     (root-polynomial-8-about-0.2060546875)
#     coefficients fitted: mean of f' given y in bf16, 480 outputs, density of x 0.9·normal(1.0) +
#       0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 2.27e-04, bias 8.93e-05, max 1.04e-03 at x = -2.97835
#   right, x >= T: g = c0 + … + c10·t^10, t = √u − 1.0; 1 where u > 4.0
#     (root-polynomial-10-about-1.0-cut-4.0)
#     coefficients fitted: mean of f' given y in bf16, 32570 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 1.10e-04, bias -4.19e-06, max 9.29e-04 at x = 3.83122
#   in use, fp32, x ~ N(0, 1): RMS 1.531e-04 (irreducible 3.184e-07), bias 6.1e-05, max 1.040e-03
#     (3.901e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.440e-03 (irreducible 1.414e-03), bias 1.7e-06, max 1.061e-02
#     (1.063e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.943e-04 (irreducible 3.733e-04), bias 3.7e-05, max 5.307e-03
#     (4.854e-03)
#
# gelu-fp16: GELU, f(x) = x·Φ(x)
#   T = -0.7517915246935645, f(T) = -0.16997120747990366
#   left, x < T:   g = c0 + … + c12·t^12, t = √u − 0.2060546875
#     (root-polynomial-12-about-0.2060546875)
#     coefficients fitted: mean of f' given y in fp16, 2370 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 1.12e-04, bias -5.69e-05, max 9.89e-04 at x = -0.75179
#   right, x >= T: g = c0 + … + c12·t^12, t = √u − 1.125; 1 where u > 4.625
#     (root-polynomial-12-about-1.125-cut-4.625)
#     coefficients fitted: mean of f' given y in fp16, 31783 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 4.42e-05, bias 5.48e-06, max 3.19e-04 at x = -0.68831
#   in use, fp32, x ~ N(0, 1): RMS 1.047e-04 (irreducible 3.184e-07), bias 2.4e-05, max 1.005e-03
#     (3.901e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.441e-03 (irreducible 1.414e-03), bias -3.7e-05, max 1.071e-02
#     (1.063e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.765e-04 (irreducible 3.733e-04), bias 1.7e-07, max 5.016e-03
#     (4.854e-03)
#
# silu-fp32: SiLU, f(x) = x·σ(x)
#   T = -1.2784645427610737, f(T) = -0.2784645427610738
#   left, x < T:   g = (a0 + … + a4·t^4)/(1 + … + b5·t^5), t = √u − 0.52734375
#     (root-rational-4-5-about-0.52734375)
#     coefficients fitted: minimax, x in [-41.90346454276107, -1.2784645427610737]
#     error on [T - 1024, T]: RMS 7.82e-07, bias -1.54e-07, max 1.09e-06 at x = -10.17007
#   right, x >= T: g = (a0 + … + a6·t^6)/(1 + … + b7·t^7), t = √u − 1.5; 1 where u > 16.875
#     (root-rational-6-7-about-1.5-cut-16.875)
#     coefficients fitted: minimax, x in [-1.2784645427610737, 16.596536485807434]
#     error on [T, T + 1024]: RMS 9.24e-07, bias -6.52e-08, max 1.33e-06 at x = 0.92173
#   in use, fp32, x ~ N(0, 1): RMS 1.006e-06 (irreducible 3.814e-07), bias 1.1e-08, max 4.559e-05
#     (4.432e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.594e-03 (irreducible 1.509e-03), bias -2.6e-04, max 1.172e-02
#     (1.142e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.239e-04 (irreducible 3.125e-04), bias -3.1e-05, max 3.783e-03
#     (3.771e-03)
#
# silu-bf16: SiLU, f(x) = x·σ(x)
#   T = -1.2784645427610737, f(T) = -0.2784645427610738
#   left, x < T:   g = c0 + … + c4·t^4, t = √u − 0.263671875 (root-polynomial-4-about-0.263671875)
#     coefficients fitted: mean of f' given y in bf16, 566 outputs, density of x 0.9·normal(1.0) +
#       0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 2.72e-04, bias 1.99e-04, max 7.23e-04 at x = -1.27846
#   right, x >= T: g = c0 + … + c8·t^8, t = √u − 1.5; 1 where u > 9.375
#     (root-polynomial-8-about-1.5-cut-9.375)
#     coefficients fitted: mean of f' given y in bf16, 32669 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 5.91e-04, bias -2.85e-05, max 2.93e-03 at x = 9.09751
#   in use, fp32, x ~ N(0, 1): RMS 4.108e-04 (irreducible 3.814e-07), bias 2.6e-04, max 2.909e-03
#     (4.432e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.546e-03 (irreducible 1.509e-03), bias 8.7e-07, max 1.213e-02
#     (1.142e-02)
#   in use, fp16, x ~ N(0, 1): RMS 4.787e-04 (irreducible 3.125e-04), bias 2.3e-04, max 4.027e-03
#     (3.771e-03)
#
# silu-fp16: SiLU, f(x) = x·σ(x)
#   T = -1.2784645427610737, f(T) = -0.2784645427610738
#   left, x < T:   g = c0 + … + c6·t^6, t = √u − 0.263671875 (root-polynomial-6-about-0.263671875)
#     coefficients fitted: mean of f' given y in fp16, 3214 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 6.21e-05, bias 2.34e-05, max 2.39e-04 at x = -1.40151
#   right, x >= T: g = c0 + … + c11·t^11, t = √u − 1.75; 1 where u > 11.75
#     (root-polynomial-11-about-1.75-cut-11.75)
#     coefficients fitted: mean of f' given y in fp16, 32551 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 7.28e-05, bias 2.82e-06, max 2.10e-04 at x = -1.10171
#   in use, fp32, x ~ N(0, 1): RMS 7.516e-05 (irreducible 3.814e-07), bias 3.1e-05, max 2.392e-04
#     (4.432e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.581e-03 (irreducible 1.509e-03), bias -2.3e-04, max 1.189e-02
#     (1.142e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.163e-04 (irreducible 3.125e-04), bias 3.4e-08, max 3.904e-03
#     (3.771e-03)
#
# gelu-tanh-fp32: GELU-tanh, f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))
#   T = -0.7524614220710163, f(T) = -0.17004075057125406
#   left, x < T:   g = (a0 + … + a6·t^6)/(1 + … + b6·t^6), t = √u − 0.412109375
#     (root-rational-6-6-about-0.412109375)
#     coefficients fitted: minimax, x in [-7.627461422071017, -0.7524614220710163]
#     error on [T - 1024, T]: RMS 1.46e-06, bias -1.15e-06, max 1.65e-06 at x = -2.24074
#   right, x >= T: g = (a0 + … + a7·t^7)/(1 + … + b7·t^7), t = √u − 1.375; 1 where u > 5.25
#     (root-rational-7-7-about-1.375-cut-5.25)
#     coefficients fitted: minimax, x in [-0.7524614220710163, 5.079959382114504]
#     error on [T, T + 1024]: RMS 1.92e-07, bias -7.81e-09, max 9.15e-07 at x = 5.08055
#   in use, fp32, x ~ N(0, 1): RMS 6.918e-07 (irreducible 3.318e-07), bias -1.1e-08, max 4.270e-05
#     (4.121e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.487e-03 (irreducible 1.454e-03), bias -5.0e-05, max 1.063e-02
#     (1.062e-02)
#   in use, fp16, x ~ N(0, 1): RMS 2.903e-04 (irreducible 2.870e-04), bias -7.5e-06, max 3.537e-03
#     (3.527e-03)
#
# gelu-tanh-bf16: GELU-tanh, f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))
#   T = -0.7524614220710163, f(T) = -0.17004075057125406
#   left, x < T:   g = c0 + … + c8·t^8, t = √u − 0.2060546875
#     (root-polynomial-8-about-0.2060546875)
#     coefficients fitted: mean of f' given y in bf16, 428 outputs, density of x 0.9·normal(1.0) +
#       0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 2.56e-04, bias 1.53e-05, max 1.82e-03 at x = -0.75246
#   right, x >= T: g = c0 + … + c10·t^10, t = √u − 1.0; 1 where u > 4.0
#     (root-polynomial-10-about-1.0-cut-4.0)
#     coefficients fitted: mean of f' given y in bf16, 32571 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 8.17e-05, bias 1.58e-06, max 6.88e-04 at x = 3.83055
#   in use, fp32, x ~ N(0, 1): RMS 1.792e-04 (irreducible 3.318e-07), bias 5.5e-05, max 1.842e-03
#     (4.121e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.483e-03 (irreducible 1.454e-03), bias 2.0e-06, max 1.070e-02
#     (1.062e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.322e-04 (irreducible 2.870e-04), bias 4.7e-05, max 4.439e-03
#     (3.527e-03)
#
# gelu-tanh-fp16: GELU-tanh, f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))
#   T = -0.7524614220710163, f(T) = -0.17004075057125406
#   left, x < T:   g = c0 + … + c14·t^14, t = √u − 0.2060546875
#     (root-polynomial-14-about-0.2060546875)
#     coefficients fitted: mean of f' given y in fp16, 2303 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 1.45e-04, bias -1.07e-04, max 3.32e-04 at x = -3.22902
#   right, x >= T: g = c0 + … + c13·t^13, t = √u − 1.0; 1 where u > 4.5
#     (root-polynomial-13-about-1.0-cut-4.5)
#     coefficients fitted: mean of f' given y in fp16, 31784 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 2.19e-05, bias 1.29e-06, max 2.38e-04 at x = 4.32957
#   in use, fp32, x ~ N(0, 1): RMS 3.303e-05 (irreducible 3.318e-07), bias 7.6e-06, max 3.322e-04
#     (4.121e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.485e-03 (irreducible 1.454e-03), bias -4.2e-05, max 1.066e-02
#     (1.062e-02)
#   in use, fp16, x ~ N(0, 1): RMS 2.894e-04 (irreducible 2.870e-04), bias 1.2e-07, max 3.547e-03
#     (3.527e-03)
#
# quick-gelu-fp32: QuickGELU, f(x) = x·σ(1.702·x)
#   T = -0.751154255441289, f(T) = -0.1636101896363536
#   left, x < T:   g = (a0 + … + a4·t^4)/(1 + … + b5·t^5), t = √u − 0.404296875
#     (root-rational-4-5-about-0.404296875)
#     coefficients fitted: minimax, x in [-24.62615425544129, -0.751154255441289]
#     error on [T - 1024, T]: RMS 9.15e-07, bias -5.36e-07, max 1.08e-06 at x = -0.75115
#   right, x >= T: g = (a0 + … + a6·t^6)/(1 + … + b7·t^7), t = √u − 1.125; 1 where u > 10.0
#     (root-rational-6-7-about-1.125-cut-10.0)
#     coefficients fitted: minimax, x in [-0.751154255441289, 9.83639033768927]
#     error on [T, T + 1024]: RMS 7.96e-07, bias -1.95e-08, max 1.38e-06 at x = 0.95002
#   in use, fp32, x ~ N(0, 1): RMS 9.868e-07 (irreducible 3.233e-07), bias 1.0e-08, max 3.723e-05
#     (3.585e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.524e-03 (irreducible 1.437e-03), bias -2.3e-04, max 1.188e-02
#     (1.130e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.424e-04 (irreducible 3.373e-04), bias -1.3e-05, max 4.335e-03
#     (4.296e-03)
#
# quick-gelu-bf16: QuickGELU, f(x) = x·σ(1.702·x)
#   T = -0.751154255441289, f(T) = -0.1636101896363536
#   left, x < T:   g = c0 + … + c4·t^4, t = √u − 0.2021484375
#     (root-polynomial-4-about-0.2021484375)
#     coefficients fitted: mean of f' given y in bf16, 665 outputs, density of x 0.9·normal(1.0) +
#       0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 2.51e-04, bias 2.08e-04, max 7.48e-04 at x = -0.75115
#   right, x >= T: g = c0 + … + c9·t^9, t = √u − 1.125; 1 where u > 5.5
#     (root-polynomial-9-about-1.125-cut-5.5)
#     coefficients fitted: mean of f' given y in bf16, 32569 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 3.33e-04, bias 1.86e-05, max 2.03e-03 at x = 5.33674
#   in use, fp32, x ~ N(0, 1): RMS 4.324e-04 (irreducible 3.233e-07), bias 2.3e-04, max 2.009e-03
#     (3.585e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.468e-03 (irreducible 1.437e-03), bias -4.7e-08, max 1.149e-02
#     (1.130e-02)
#   in use, fp16, x ~ N(0, 1): RMS 5.223e-04 (irreducible 3.373e-04), bias 2.2e-04, max 5.273e-03
#     (4.296e-03)
#
# quick-gelu-fp16: QuickGELU, f(x) = x·σ(1.702·x)
#   T = -0.751154255441289, f(T) = -0.1636101896363536
#   left, x < T:   g = c0 + … + c6·t^6, t = √u − 0.2021484375
#     (root-polynomial-6-about-0.2021484375)
#     coefficients fitted: mean of f' given y in fp16, 3186 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 5.35e-05, bias 1.36e-06, max 1.69e-04 at x = -3.59100
#   right, x >= T: g = c0 + … + c12·t^12, t = √u − 1.25; 1 where u > 6.875
#     (root-polynomial-12-about-1.25-cut-6.875)
#     coefficients fitted: mean of f' given y in fp16, 31731 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 7.54e-05, bias 8.96e-07, max 5.46e-04 at x = 6.71076
#   in use, fp32, x ~ N(0, 1): RMS 5.194e-05 (irreducible 3.233e-07), bias 1.3e-05, max 5.477e-04
#     (3.585e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.513e-03 (irreducible 1.437e-03), bias -2.2e-04, max 1.171e-02
#     (1.130e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.395e-04 (irreducible 3.373e-04), bias -1.2e-07, max 4.365e-03
#     (4.296e-03)
#
# mish-fp32: Mish, f(x) = x·tanh(ln(1 + exp(x)))
#   T = -1.1924312145154952, f(T) = -0.30884341301725043
#   left, x < T:   g = (a0 + … + a4·t^4)/(1 + … + b5·t^5), t = √u − 0.5556640625
#     (root-rational-4-5-about-0.5556640625)
#     coefficients fitted: minimax, x in [-41.942431214515494, -1.1924312145154952]
#     error on [T - 1024, T]: RMS 9.88e-07, bias -2.10e-07, max 1.37e-06 at x = -1.19243
#   right, x >= T: g = (a0 + … + a7·t^7)/(1 + … + b7·t^7), t = √u − 1.125; 1 where u > 9.0
#     (root-rational-7-7-about-1.125-cut-9.0)
#     coefficients fitted: minimax, x in [-1.1924312145154952, 8.691157077798504]
#     error on [T, T + 1024]: RMS 4.77e-07, bias -2.50e-08, max 9.25e-07 at x = 8.69136
#   in use, fp32, x ~ N(0, 1): RMS 8.108e-07 (irreducible 4.933e-07), bias -4.4e-09, max 5.777e-05
#     (5.645e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.843e-03 (irreducible 1.814e-03), bias -1.0e-04, max 1.287e-02
#     (1.233e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.613e-04 (irreducible 3.579e-04), bias -1.6e-05, max 4.147e-03
#     (4.140e-03)
#
# mish-bf16: Mish, f(x) = x·tanh(ln(1 + exp(x)))
#   T = -1.1924312145154952, f(T) = -0.30884341301725043
#   left, x < T:   g = c0 + … + c4·t^4, t = √u − 0.27783203125
#     (root-polynomial-4-about-0.27783203125)
#     coefficients fitted: mean of f' given y in bf16, 568 outputs, density of x 0.9·normal(1.0) +
#       0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 1.94e-04, bias 8.85e-05, max 5.22e-04 at x = -1.44438
#   right, x >= T: g = c0 + … + c9·t^9, t = √u − 1.125; 1 where u > 5.25
#     (root-polynomial-9-about-1.125-cut-5.25)
#     coefficients fitted: mean of f' given y in bf16, 28628 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 4.16e-04, bias 7.79e-06, max 3.46e-03 at x = 4.94136
#   in use, fp32, x ~ N(0, 1): RMS 2.234e-04 (irreducible 4.933e-07), bias 1.0e-04, max 3.413e-03
#     (5.645e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.834e-03 (irreducible 1.814e-03), bias -8.9e-07, max 1.238e-02
#     (1.233e-02)
#   in use, fp16, x ~ N(0, 1): RMS 4.083e-04 (irreducible 3.579e-04), bias 8.8e-05, max 4.770e-03
#     (4.140e-03)
#
# mish-fp16: Mish, f(x) = x·tanh(ln(1 + exp(x)))
#   T = -1.1924312145154952, f(T) = -0.30884341301725043
#   left, x < T:   g = c0 + … + c5·t^5, t = √u − 0.27783203125
#     (root-polynomial-5-about-0.27783203125)
#     coefficients fitted: mean of f' given y in fp16, 3231 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T - 1024, T]: RMS 1.17e-04, bias 2.09e-05, max 2.89e-04 at x = -5.66411
#   right, x >= T: g = c0 + … + c13·t^13, t = √u − 1.25; 1 where u > 6.375
#     (root-polynomial-13-about-1.25-cut-6.375)
#     coefficients fitted: mean of f' given y in fp16, 30560 outputs, density of x 0.9·normal(1.0)
#       + 0.1·uniform(-20.0, 20.0)
#     error on [T, T + 1024]: RMS 6.57e-05, bias 1.19e-06, max 5.77e-04 at x = 6.06538
#   in use, fp32, x ~ N(0, 1): RMS 3.756e-05 (irreducible 4.933e-07), bias 1.5e-05, max 5.792e-04
#     (5.645e-05)
#   in use, bf16, x ~ N(0, 1): RMS 1.840e-03 (irreducible 1.814e-03), bias -8.8e-05, max 1.279e-02
#     (1.233e-02)
#   in use, fp16, x ~ N(0, 1): RMS 3.602e-04 (irreducible 3.579e-04), bias -5.9e-08, max 4.211e-03
#     (4.140e-03)


@_jit
def _gelu_16_forward(x, PTX: tl.constexpr):
    """f(x) = x·Φ(x), for results of 16 bits."""
    v0 = tl.minimum(tl.abs(x), 14.5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2((v0 * v0) * -0.36067376)
    v2 = tl.fma(v0, 0.46, 1.0)
    v2 = _reciprocal(v2, PTX)
    v3 = tl.fma(v2, 0.07222806, -0.23654465)
    v3 = tl.fma(v3, v2, 0.17780113)
    v3 = tl.fma(v3, v2, 0.11610669)
    v3 = tl.fma(v3, v2, 0.18706672)
    v3 = tl.fma(v3, v2, 0.18334635)
    v4 = tl.where(x < 0.0, _negative_zero(x), x)
    return tl.fma(((v0 * (v3 * v2)) * v1) * -1.0, v1, v4)


def _gelu_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·Φ(x), for results of 16 bits."""
    v0 = torch.clamp(torch.abs(x), max=14.5)
    v1 = torch.exp2((v0 * v0) * -0.36067376)
    v2 = 0.46 * v0 + 1.0
    v2 = torch.reciprocal(v2)
    v3 = 0.07222806 * v2 - 0.23654465
    v3 = v3 * v2 + 0.17780113
    v3 = v3 * v2 + 0.11610669
    v3 = v3 * v2 + 0.18706672
    v3 = v3 * v2 + 0.18334635
    return (-((v0 * (v3 * v2)) * v1)) * v1 + torch.where(x < 0.0, -0.0, x)


@_jit
def _gelu_16_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·Φ(x), for results of 16 bits."""
    v0 = tl.minimum(tl.abs(a), 14.5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2((v0 * v0) * -0.36067376)
    v2 = tl.fma(v0, 0.46, 1.0)
    v2 = _reciprocal(v2, PTX)
    v3 = tl.fma(v2, 0.07222806, -0.23654465)
    v3 = tl.fma(v3, v2, 0.17780113)
    v3 = tl.fma(v3, v2, 0.11610669)
    v3 = tl.fma(v3, v2, 0.18706672)
    v3 = tl.fma(v3, v2, 0.18334635)
    v2 = v3 * v2
    v3 = tl.where(a < 0.0, _negative_zero(a), a)
    v4 = tl.fma(v0, -0.3989423, v2)
    v4 = (v4 * v1) * v1
    return tl.fma(((v0 * v2) * v1) * -1.0, v1, v3), tl.where(a < 0.0, v4, 1.0 - v4)


def _gelu_16_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·Φ(x), for results of 16 bits."""
    v0 = torch.clamp(torch.abs(a), max=14.5)
    v1 = torch.exp2((v0 * v0) * -0.36067376)
    v2 = 0.46 * v0 + 1.0
    v2 = torch.reciprocal(v2)
    v3 = 0.07222806 * v2 - 0.23654465
    v3 = v3 * v2 + 0.17780113
    v3 = v3 * v2 + 0.11610669
    v3 = v3 * v2 + 0.18706672
    v3 = v3 * v2 + 0.18334635
    v2 = v3 * v2
    v3 = v0 * -0.3989423 + v2
    v3 = (v3 * v1) * v1
    return (-((v0 * v2) * v1)) * v1 + torch.where(a < 0.0, -0.0, a), torch.where(a < 0.0, v3, 1.0 - v3)


@_jit
def _gelu_32_forward(x, PTX: tl.constexpr):
    """f(x) = x·Φ(x) in fp32."""
    v0 = tl.abs(x)
    v1 = tl.fma(v0, 1.5625, 1.2582912e7)
    k0 = v1.to(tl.int32, bitcast=True)
    v1 = _pick(k0, 0.0, 0.7535874, 1.0308558, 2.0595338, 2.7255895, 3.4017265, 4.0432444, 4.7103376)
    v1 = v0 - v1
    v2 = _pick(k0, -0.001160718, 2.61281e-4, 6.747069e-4, -3.0126754e-4, -1.4673657e-4, 6.879514e-5, 2.0245721e-5, -3.9372835e-6)
    v3 = _pick(k0, 0.0, -0.0028482785, -7.6863455e-4, 9.711922e-4, -4.066032e-4, -1.53763e-4, 3.0602285e-5, 1.4550272e-5)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, 0.009971484, -0.0024805337, -0.0064263754, 8.789967e-4, 0.0015110178, 3.4849974e-5, -1.4004717e-4, -3.492517e-5)
    v2 = tl.fma(v3, v1, v2)
    v3 = _pick(k0, 0.0, 0.022782644, 0.015020204, -0.008760713, -0.0018819628, 8.5472857e-4, 3.9952557e-4, 6.342403e-5)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, -0.06649032, -0.0043453625, 0.022562074, 0.015350133, -0.0029106184, -0.0029044312, -7.349065e-4, -8.619893e-5)
    v2 = tl.fma(v3, v1, v2)
    v3 = _pick(k0, 0.0, -0.12946047, -0.11834667, 0.003969194, 0.015143073, 0.0052587455, 9.358214e-4, 8.663042e-5)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, 0.3989423, 0.21504958, 0.109905936, -0.053627133, -0.026389752, -0.0058627184, -8.068279e-4, -6.124225e-5)
    v2 = tl.fma(v3, v1, v2)
    v3 = _pick(k0, -1.1754944e-38, 7.7366893e-4, 0.090438545, 0.07881785, 0.02328901, 0.003832325, 4.283731e-4, 2.7343012e-5)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, _negative_zero(x), 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    v2 = tl.fma(v0, v2, 0.5 * x)
    v4 = _pick(k0, _negative_zero(x), -0.16997051, -0.15597284, -0.040617228, -0.008747339, -0.0011389256, -1.06573105e-4, -5.8244914e-6)
    v4 = tl.fma(v3, v1, v2 + v4)
    v2 = tl.minimum(v0, 15.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = -0.5 * v2
    v3 = v2 * v1
    v1 = tl.fma(v2, v1, v3 * -1.0)
    v2 = tl.fma(v3, 1.442695, 1.2583103e7)
    v5 = v2 - 1.2583103e7
    v6 = tl.fma(v5, -0.69314575, v3)
    v1 = tl.fma(v5, -1.4286068e-6, v1)
    v1 = v6 + v1
    v6 = tl.fma(v1, 0.0013814612, 0.00836871)
    v6 = tl.fma(v6, v1, 0.04166839)
    v6 = tl.fma(v6, v1, 0.16666521)
    v6 = tl.fma(v6, v1, 0.49999994)
    v1 = tl.fma(v1 * v1, v6, v1)
    v3 = tl.div_rn(tl.full(x.shape, -0.5, tl.float32), v3)
    v6 = tl.fma(v3, 110.07014, -30.960472)
    v6 = tl.fma(v6, v3, 5.725883)
    v6 = tl.fma(v6, v3, -1.1935202)
    v6 = tl.fma(v6, v3, 0.3989218)
    v3 = tl.fma(v6, v3, -0.39894223)
    v3 = tl.fma(v3, v1, v3)
    v2 = (v2.to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    v1 = tl.where(x < 0.0, _negative_zero(x), x)
    v1 = tl.fma(v3 * v2, 5.421011e-20, v1)
    return tl.where(v0 >= 4.75, v1, v4)


def _gelu_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·Φ(x) in fp32."""
    v0 = torch.abs(x)
    v1 = v0 * 1.5625 + 1.2582912e7
    k0 = v1.view(torch.int32)
    v1 = torch.tensor([0.0, 0.7535874, 1.0308558, 2.0595338, 2.7255895, 3.4017265, 4.0432444, 4.7103376], dtype=torch.float32, device=x.device)[k0 & 7]
    v1 = v0 - v1
    v2 = torch.tensor([-0.001160718, 2.61281e-4, 6.747069e-4, -3.0126754e-4, -1.4673657e-4, 6.879514e-5, 2.0245721e-5, -3.9372835e-6], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = torch.tensor([0.0, -0.0028482785, -7.6863455e-4, 9.711922e-4, -4.066032e-4, -1.53763e-4, 3.0602285e-5, 1.4550272e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([0.009971484, -0.0024805337, -0.0064263754, 8.789967e-4, 0.0015110178, 3.4849974e-5, -1.4004717e-4, -3.492517e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v3 * v1 + v2
    v3 = torch.tensor([0.0, 0.022782644, 0.015020204, -0.008760713, -0.0018819628, 8.5472857e-4, 3.9952557e-4, 6.342403e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([-0.06649032, -0.0043453625, 0.022562074, 0.015350133, -0.0029106184, -0.0029044312, -7.349065e-4, -8.619893e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v3 * v1 + v2
    v3 = torch.tensor([0.0, -0.12946047, -0.11834667, 0.003969194, 0.015143073, 0.0052587455, 9.358214e-4, 8.663042e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([0.3989423, 0.21504958, 0.109905936, -0.053627133, -0.026389752, -0.0058627184, -8.068279e-4, -6.124225e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v3 * v1 + v2
    v3 = torch.tensor([-1.1754944e-38, 7.7366893e-4, 0.090438545, 0.07881785, 0.02328901, 0.003832325, 4.283731e-4, 2.7343012e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([-0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v0 * v2 + (0.5 * x)
    v4 = torch.tensor([-0.0, -0.16997051, -0.15597284, -0.040617228, -0.008747339, -0.0011389256, -1.06573105e-4, -5.8244914e-6], dtype=torch.float32, device=x.device)[k0 & 7]
    v4 = v3 * v1 + (v2 + v4)
    v2 = torch.clamp(v0, max=15.0)
    v1 = -0.5 * v2
    v3 = v2 * v1
    v1 = v2 * v1 - v3
    v2 = v3 * 1.442695 + 1.2583103e7
    v5 = v2 - 1.2583103e7
    v6 = v5 * -0.69314575 + v3
    v1 = v5 * -1.4286068e-6 + v1
    v1 = v6 + v1
    v6 = 0.0013814612 * v1 + 0.00836871
    v6 = v6 * v1 + 0.04166839
    v6 = v6 * v1 + 0.16666521
    v6 = v6 * v1 + 0.49999994
    v1 = (v1 * v1) * v6 + v1
    v3 = torch.full_like(x, -0.5, dtype=torch.float32) / v3
    v6 = 110.07014 * v3 - 30.960472
    v6 = v6 * v3 + 5.725883
    v6 = v6 * v3 - 1.1935202
    v6 = v6 * v3 + 0.3989218
    v3 = v6 * v3 - 0.39894223
    v3 = v3 * v1 + v3
    v2 = (v2.view(torch.int32) << 23).view(torch.float32)
    v2 = (v3 * v2) * 5.421011e-20 + torch.where(x < 0.0, -0.0, x)
    return torch.where(v0 >= 4.75, v2, v4)


@_jit
def _gelu_32_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·Φ(x) in fp32."""
    v0 = tl.minimum(tl.abs(a), 13.27, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.fma(v0, 0.53125, 1.0)
    v1 = tl.div_rn(tl.full(a.shape, 1.0, tl.float32), v1)
    v2 = tl.fma(v1, 0.035029337, -0.17653622)
    v2 = tl.fma(v2, v1, 0.35962903)
    v2 = tl.fma(v2, v1, -0.34858066)
    v2 = tl.fma(v2, v1, 0.114264674)
    v2 = tl.fma(v2, v1, 0.03278377)
    v2 = tl.fma(v2, v1, 0.0438217)
    v2 = tl.fma(v2, v1, -0.04070406)
    v2 = tl.fma(v2, v1, -0.15302442)
    v2 = tl.fma(v0 * v1, v2, 0.5)
    v2 = v1 * v2
    v1 = -0.5 * v0
    v3 = v0 * v1
    v1 = tl.fma(v0, v1, v3 * -1.0)
    v4 = tl.fma(v3, 1.442695, 1.2583103e7)
    v5 = v4 - 1.2583103e7
    v3 = tl.fma(v5, -0.69314575, v3)
    v1 = tl.fma(v5, -1.4286068e-6, v1)
    v1 = v3 + v1
    v3 = tl.fma(v1, 0.0013814612, 0.00836871)
    v3 = tl.fma(v3, v1, 0.04166839)
    v3 = tl.fma(v3, v1, 0.16666521)
    v3 = tl.fma(v3, v1, 0.49999994)
    v1 = tl.fma(v1 * v1, v3, v1)
    k0 = (v4.to(tl.int32, bitcast=True) << 23) - 536870912
    v4 = k0.to(tl.float32, bitcast=True)
    v4 = tl.fma(v4, v1, v4)
    is0 = a < 0.0
    v1 = tl.fma(v0, -0.3989423, v2)
    v1 = v1 * v4
    return tl.fma(v0 * -1.0, v2 * v4, tl.where(is0, _negative_zero(a), a)), tl.where(is0, v1, 1.0 - v1)


def _gelu_32_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·Φ(x) in fp32."""
    v0 = torch.clamp(torch.abs(a), max=13.27)
    v1 = v0 * 0.53125 + 1.0
    v1 = 1.0 / v1
    v2 = 0.035029337 * v1 - 0.17653622
    v2 = v2 * v1 + 0.35962903
    v2 = v2 * v1 - 0.34858066
    v2 = v2 * v1 + 0.114264674
    v2 = v2 * v1 + 0.03278377
    v2 = v2 * v1 + 0.0438217
    v2 = v2 * v1 - 0.04070406
    v2 = v2 * v1 - 0.15302442
    v2 = (v0 * v1) * v2 + 0.5
    v2 = v1 * v2
    v1 = -0.5 * v0
    v3 = v0 * v1
    v1 = v0 * v1 - v3
    v4 = v3 * 1.442695 + 1.2583103e7
    v5 = v4 - 1.2583103e7
    v3 = v5 * -0.69314575 + v3
    v1 = v5 * -1.4286068e-6 + v1
    v1 = v3 + v1
    v3 = 0.0013814612 * v1 + 0.00836871
    v3 = v3 * v1 + 0.04166839
    v3 = v3 * v1 + 0.16666521
    v3 = v3 * v1 + 0.49999994
    v1 = (v1 * v1) * v3 + v1
    k0 = (v4.view(torch.int32) << 23) - 536870912
    v4 = k0.view(torch.float32)
    v4 = v4 * v1 + v4
    is0 = a < 0.0
    v1 = v0 * -0.3989423 + v2
    v1 = v1 * v4
    return (-v0) * (v2 * v4) + torch.where(is0, -0.0, a), torch.where(is0, v1, 1.0 - v1)


@_jit
def _gelu_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-bf16."""
    v0 = tl.maximum((y + 0.16992188) - 1.2493649e-5, 1.3440344e-4, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = tl.fma(v2, 10943.646, 1515.963)
    v3 = tl.fma(v3, v2, -601.48615)
    v3 = tl.fma(v3, v2, -58.02839)
    v3 = tl.fma(v3, v2, 17.725988)
    v3 = tl.fma(v3, v2, 4.413614)
    v3 = tl.fma(v3, v2, 2.445234)
    v3 = tl.fma(v3, v2, -0.20131727)
    v2 = tl.fma(v3, v2, -0.12514198)
    v1 = v1 - 1.0
    v3 = tl.fma(v1, 0.19243853, 0.19547093)
    v3 = tl.fma(v3, v1, -0.4227537)
    v3 = tl.fma(v3, v1, -0.6054398)
    v3 = tl.fma(v3, v1, 0.0856801)
    v3 = tl.fma(v3, v1, 0.5710222)
    v3 = tl.fma(v3, v1, 0.68507016)
    v3 = tl.fma(v3, v1, -0.123321764)
    v3 = tl.fma(v3, v1, -1.1201129)
    v3 = tl.fma(v3, v1, 0.46268487)
    v1 = tl.fma(v3, v1, 1.0807097)
    return tl.where(right, tl.where(v0 > 4.0, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _gelu_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-bf16."""
    v0 = torch.clamp((y + 0.16992188) - 1.2493649e-5, min=1.3440344e-4)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = 10943.646 * v2 + 1515.963
    v3 = v3 * v2 - 601.48615
    v3 = v3 * v2 - 58.02839
    v3 = v3 * v2 + 17.725988
    v3 = v3 * v2 + 4.413614
    v3 = v3 * v2 + 2.445234
    v3 = v3 * v2 - 0.20131727
    v2 = v3 * v2 - 0.12514198
    v1 = v1 - 1.0
    v3 = 0.19243853 * v1 + 0.19547093
    v3 = v3 * v1 - 0.4227537
    v3 = v3 * v1 - 0.6054398
    v3 = v3 * v1 + 0.0856801
    v3 = v3 * v1 + 0.5710222
    v3 = v3 * v1 + 0.68507016
    v3 = v3 * v1 - 0.123321764
    v3 = v3 * v1 - 1.1201129
    v3 = v3 * v1 + 0.46268487
    v1 = v3 * v1 + 1.0807097
    v2 = torch.where(right, torch.where(v0 > 4.0, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _gelu_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-fp16."""
    v0 = tl.maximum((y + 0.16992188) + 2.7591908e-5, 2.7591908e-5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = tl.fma(v2, 3.1975992e7, 1208746.8)
    v3 = tl.fma(v3, v2, -3334559.0)
    v3 = tl.fma(v3, v2, -109106.91)
    v3 = tl.fma(v3, v2, 131064.69)
    v3 = tl.fma(v3, v2, 4062.3982)
    v3 = tl.fma(v3, v2, -2293.0068)
    v3 = tl.fma(v3, v2, -47.796417)
    v3 = tl.fma(v3, v2, 23.812202)
    v3 = tl.fma(v3, v2, 3.7042801)
    v3 = tl.fma(v3, v2, 2.470036)
    v3 = tl.fma(v3, v2, -0.19790858)
    v2 = tl.fma(v3, v2, -0.12521194)
    v1 = v1 - 1.125
    v3 = tl.fma(v1, -0.16235426, -0.25277844)
    v3 = tl.fma(v3, v1, 0.4343553)
    v3 = tl.fma(v3, v1, 0.89527446)
    v3 = tl.fma(v3, v1, -0.18040574)
    v3 = tl.fma(v3, v1, -1.1612041)
    v3 = tl.fma(v3, v1, -0.5657973)
    v3 = tl.fma(v3, v1, 0.4688914)
    v3 = tl.fma(v3, v1, 1.0097284)
    v3 = tl.fma(v3, v1, 0.3010279)
    v3 = tl.fma(v3, v1, -1.0902905)
    v3 = tl.fma(v3, v1, 0.18277955)
    v1 = tl.fma(v3, v1, 1.1209929)
    return tl.where(right, tl.where(v0 > 4.625, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _gelu_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-fp16."""
    v0 = torch.clamp((y + 0.16992188) + 2.7591908e-5, min=2.7591908e-5)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = 3.1975992e7 * v2 + 1208746.8
    v3 = v3 * v2 - 3334559.0
    v3 = v3 * v2 - 109106.91
    v3 = v3 * v2 + 131064.69
    v3 = v3 * v2 + 4062.3982
    v3 = v3 * v2 - 2293.0068
    v3 = v3 * v2 - 47.796417
    v3 = v3 * v2 + 23.812202
    v3 = v3 * v2 + 3.7042801
    v3 = v3 * v2 + 2.470036
    v3 = v3 * v2 - 0.19790858
    v2 = v3 * v2 - 0.12521194
    v1 = v1 - 1.125
    v3 = -0.16235426 * v1 - 0.25277844
    v3 = v3 * v1 + 0.4343553
    v3 = v3 * v1 + 0.89527446
    v3 = v3 * v1 - 0.18040574
    v3 = v3 * v1 - 1.1612041
    v3 = v3 * v1 - 0.5657973
    v3 = v3 * v1 + 0.4688914
    v3 = v3 * v1 + 1.0097284
    v3 = v3 * v1 + 0.3010279
    v3 = v3 * v1 - 1.0902905
    v3 = v3 * v1 + 0.18277955
    v1 = v3 * v1 + 1.1209929
    v2 = torch.where(right, torch.where(v0 > 4.625, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _gelu_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-fp32."""
    v0 = tl.maximum((y + 0.16997121) - 7.0273294e-9, 5.4644284e-10, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt_rn(v0)
    v2 = v1 - 0.41210938
    v3 = tl.fma(v2, 1.632783e8, -3.4280694e8)
    v3 = tl.fma(v3, v2, 4.242683e8)
    v3 = tl.fma(v3, v2, -6.0145412e7)
    v3 = tl.fma(v3, v2, 1220714.6)
    v3 = tl.fma(v3, v2, -3315.161)
    v3 = tl.fma(v3, v2, 1.0)
    v4 = tl.fma(v2, 1.02355245e9, 1.6715656e8)
    v4 = tl.fma(v4, v2, -9.795225e7)
    v4 = tl.fma(v4, v2, 2858064.8)
    v4 = tl.fma(v4, v2, -10008.54)
    v4 = tl.fma(v4, v2, 4.8501134)
    v2 = tl.fma(v4, v2, -5.4338225e-4)
    v3 = tl.where(y >= 0.0, 0.0, tl.div_rn(v2, v3))
    v1 = v1 - 1.5
    v2 = tl.fma(v1, 0.14769357, 0.72986966)
    v2 = tl.fma(v2, v1, 1.88301)
    v2 = tl.fma(v2, v1, 2.7264194)
    v2 = tl.fma(v2, v1, 2.221538)
    v2 = tl.fma(v2, v1, 2.9972737)
    v2 = tl.fma(v2, v1, 0.08980348)
    v2 = tl.fma(v2, v1, 1.0)
    v4 = tl.fma(v1, 0.91304255, 2.3716576)
    v4 = tl.fma(v4, v1, 1.6482021)
    v4 = tl.fma(v4, v1, 2.769346)
    v4 = tl.fma(v4, v1, 3.2186692)
    v4 = tl.fma(v4, v1, -0.198265)
    v1 = tl.fma(v4, v1, 1.0727745)
    v2 = tl.where(v0 > 5.625, 1.0, tl.div_rn(v1, v2))
    return tl.where(right, v2, v3)


def _gelu_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-fp32."""
    v0 = torch.clamp((y + 0.16997121) - 7.0273294e-9, min=5.4644284e-10)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.41210938
    v3 = 1.632783e8 * v2 - 3.4280694e8
    v3 = v3 * v2 + 4.242683e8
    v3 = v3 * v2 - 6.0145412e7
    v3 = v3 * v2 + 1220714.6
    v3 = v3 * v2 - 3315.161
    v3 = v3 * v2 + 1.0
    v4 = 1.02355245e9 * v2 + 1.6715656e8
    v4 = v4 * v2 - 9.795225e7
    v4 = v4 * v2 + 2858064.8
    v4 = v4 * v2 - 10008.54
    v4 = v4 * v2 + 4.8501134
    v2 = v4 * v2 - 5.4338225e-4
    v1 = v1 - 1.5
    v4 = 0.14769357 * v1 + 0.72986966
    v4 = v4 * v1 + 1.88301
    v4 = v4 * v1 + 2.7264194
    v4 = v4 * v1 + 2.221538
    v4 = v4 * v1 + 2.9972737
    v4 = v4 * v1 + 0.08980348
    v4 = v4 * v1 + 1.0
    v5 = 0.91304255 * v1 + 2.3716576
    v5 = v5 * v1 + 1.6482021
    v5 = v5 * v1 + 2.769346
    v5 = v5 * v1 + 3.2186692
    v5 = v5 * v1 - 0.198265
    v1 = v5 * v1 + 1.0727745
    v4 = torch.where(v0 > 5.625, 1.0, v1 / v4)
    return torch.where(right, v4, torch.where(y >= 0.0, 0.0, v2 / v3))


@_jit
def _silu_16_forward(x, PTX: tl.constexpr):
    """f(x) = x·σ(x), for results of 16 bits."""
    v0 = tl.maximum(x, -110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(tl.abs(v0), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = tl.fma(v1, v1, 1.0)
    v1 = tl.where(v0 < 0.0, v1, 1.0)
    return ((v0 * _reciprocal(v2, PTX)) * v1) * v1


def _silu_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·σ(x), for results of 16 bits."""
    v0 = torch.clamp(x, min=-110.0)
    v1 = torch.clamp(torch.abs(v0), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1 + 1.0
    v1 = torch.where(v0 < 0.0, v1, 1.0)
    return ((v0 * torch.reciprocal(v2)) * v1) * v1


@_jit
def _silu_16_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·σ(x), for results of 16 bits."""
    v0 = tl.maximum(a, -110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(tl.abs(v0), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = tl.fma(v1, v1, 1.0)
    v2 = _reciprocal(v2, PTX)
    is0 = v0 < 0.0
    v3 = tl.where(is0, v1, 1.0)
    v1 = (v2 * v1) * v1
    v4 = tl.minimum(v0, 110.0, propagate_nan=tl.PropagateNan.ALL)
    v5 = tl.fma(v4, v2, 1.0)
    v4 = tl.fma(v4, v1, 1.0)
    return ((v0 * v2) * v3) * v3, tl.where(is0, v1 * v5, v2 * v4)


def _silu_16_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·σ(x), for results of 16 bits."""
    v0 = torch.clamp(a, min=-110.0)
    v1 = torch.clamp(torch.abs(v0), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1 + 1.0
    v2 = torch.reciprocal(v2)
    is0 = v0 < 0.0
    v3 = torch.where(is0, v1, 1.0)
    v1 = (v2 * v1) * v1
    v4 = torch.clamp(v0, max=110.0)
    v5 = v4 * v2 + 1.0
    v4 = v4 * v1 + 1.0
    return ((v0 * v2) * v3) * v3, torch.where(is0, v1 * v5, v2 * v4)


@_jit
def _silu_32_forward(x, PTX: tl.constexpr):
    """f(x) = x·σ(x) in fp32."""
    v0 = tl.abs(x)
    v1 = tl.fma(v0, 0.875, 1.2582912e7)
    k0 = v1.to(tl.int32, bitcast=True)
    v1 = _pick(k0, 0.0, 1.2799038, 1.8015406, 3.6230297, 4.783541, 5.910482, 7.0716286, 8.190347)
    v1 = v0 - v1
    v2 = _pick(k0, -1.956729e-4, 1.1342981e-4, -2.3851115e-5, -2.4468495e-6, 9.491735e-7, 2.8643154e-7, 4.902738e-8, 2.849055e-9)
    v3 = _pick(k0, 0.0, -2.1963728e-5, 2.0694088e-4, -1.2825904e-5, -5.350111e-6, -9.839094e-7, -4.4832177e-8, 5.7063854e-8)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, 0.0020796137, -0.0011071163, -6.886224e-4, 1.0224742e-4, 2.364558e-5, 2.1445e-6, -1.0085728e-6, -8.0884206e-7)
    v2 = tl.fma(v3, v1, v2)
    v3 = _pick(k0, 0.0, 0.0030350904, 7.7728815e-5, -4.536919e-4, -5.4174365e-5, 1.4046175e-5, 1.3780297e-5, 7.2561693e-6)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, -0.02083299, 0.00474131, 0.008482991, 0.0010569955, -1.4987396e-4, -1.9694061e-4, -1.0621509e-4, -4.8102127e-5)
    v2 = tl.fma(v3, v1, v2)
    v3 = _pick(k0, 0.0, -0.04885567, -0.033698577, 9.643536e-4, 0.0021902667, 0.0012722164, 5.706974e-4, 2.3921054e-4)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, 0.24999999, 0.10869482, 0.043098457, -0.01816956, -0.011125021, -0.0052287187, -0.0021437928, -8.5724116e-4)
    v2 = tl.fma(v3, v1, v2)
    v3 = _pick(k0, -1.1754944e-38, 3.1317578e-4, 0.07739478, 0.065767184, 0.031062389, 0.0132325385, 0.0051444415, 0.0019928282)
    v3 = tl.fma(v2, v1, v3)
    v2 = _pick(k0, _negative_zero(x), 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    v2 = tl.fma(v0, v2, 0.5 * x)
    v4 = _pick(k0, _negative_zero(x), -0.27846432, -0.25521278, -0.09422493, -0.039688587, -0.01597929, -0.005997658, -0.0022706985)
    v4 = tl.fma(v3, v1, v2 + v4)
    v2 = tl.minimum(v0, 120.0, propagate_nan=tl.PropagateNan.ALL)
    v2 = v2 * -1.0
    v1 = tl.fma(v2, 1.442695, 1.2583103e7)
    v3 = v1 - 1.2583103e7
    v5 = tl.fma(v3, -0.69314575, v2)
    v3 = tl.fma(v3, -1.4286068e-6, 0.0)
    v3 = v5 + v3
    v5 = tl.fma(v3, 0.0013814612, 0.00836871)
    v5 = tl.fma(v5, v3, 0.04166839)
    v5 = tl.fma(v5, v3, 0.16666521)
    v5 = tl.fma(v5, v3, 0.49999994)
    v3 = tl.fma(v3 * v3, v5, v3)
    v5 = v3 + 1.0
    v1 = (v1.to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    v6 = (v5 * v1) * 5.421011e-20
    v6 = tl.fma(v6 * -1.0, v6, v6)
    v3 = tl.fma(v6 * -1.0, v5, v3)
    v2 = tl.fma(v2, v3, v2)
    v3 = tl.where(x < 0.0, _negative_zero(x), x)
    v3 = tl.fma(v2 * v1, 5.421011e-20, v3)
    return tl.where(v0 >= 8.5, v3, v4)


def _silu_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·σ(x) in fp32."""
    v0 = torch.abs(x)
    v1 = v0 * 0.875 + 1.2582912e7
    k0 = v1.view(torch.int32)
    v1 = torch.tensor([0.0, 1.2799038, 1.8015406, 3.6230297, 4.783541, 5.910482, 7.0716286, 8.190347], dtype=torch.float32, device=x.device)[k0 & 7]
    v1 = v0 - v1
    v2 = torch.tensor([-1.956729e-4, 1.1342981e-4, -2.3851115e-5, -2.4468495e-6, 9.491735e-7, 2.8643154e-7, 4.902738e-8, 2.849055e-9], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = torch.tensor([0.0, -2.1963728e-5, 2.0694088e-4, -1.2825904e-5, -5.350111e-6, -9.839094e-7, -4.4832177e-8, 5.7063854e-8], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([0.0020796137, -0.0011071163, -6.886224e-4, 1.0224742e-4, 2.364558e-5, 2.1445e-6, -1.0085728e-6, -8.0884206e-7], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v3 * v1 + v2
    v3 = torch.tensor([0.0, 0.0030350904, 7.7728815e-5, -4.536919e-4, -5.4174365e-5, 1.4046175e-5, 1.3780297e-5, 7.2561693e-6], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([-0.02083299, 0.00474131, 0.008482991, 0.0010569955, -1.4987396e-4, -1.9694061e-4, -1.0621509e-4, -4.8102127e-5], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v3 * v1 + v2
    v3 = torch.tensor([0.0, -0.04885567, -0.033698577, 9.643536e-4, 0.0021902667, 0.0012722164, 5.706974e-4, 2.3921054e-4], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([0.24999999, 0.10869482, 0.043098457, -0.01816956, -0.011125021, -0.0052287187, -0.0021437928, -8.5724116e-4], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v3 * v1 + v2
    v3 = torch.tensor([-1.1754944e-38, 3.1317578e-4, 0.07739478, 0.065767184, 0.031062389, 0.0132325385, 0.0051444415, 0.0019928282], dtype=torch.float32, device=x.device)[k0 & 7]
    v3 = v2 * v1 + v3
    v2 = torch.tensor([-0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], dtype=torch.float32, device=x.device)[k0 & 7]
    v2 = v0 * v2 + (0.5 * x)
    v4 = torch.tensor([-0.0, -0.27846432, -0.25521278, -0.09422493, -0.039688587, -0.01597929, -0.005997658, -0.0022706985], dtype=torch.float32, device=x.device)[k0 & 7]
    v4 = v3 * v1 + (v2 + v4)
    v2 = -torch.clamp(v0, max=120.0)
    v1 = v2 * 1.442695 + 1.2583103e7
    v3 = v1 - 1.2583103e7
    v5 = v3 * -0.69314575 + v2
    v3 = v3 * -1.4286068e-6 + 0.0
    v3 = v5 + v3
    v5 = 0.0013814612 * v3 + 0.00836871
    v5 = v5 * v3 + 0.04166839
    v5 = v5 * v3 + 0.16666521
    v5 = v5 * v3 + 0.49999994
    v3 = (v3 * v3) * v5 + v3
    v5 = v3 + 1.0
    v1 = (v1.view(torch.int32) << 23).view(torch.float32)
    v6 = (v5 * v1) * 5.421011e-20
    v6 = (-v6) * v6 + v6
    v3 = (-v6) * v5 + v3
    v2 = v2 * v3 + v2
    v1 = (v2 * v1) * 5.421011e-20 + torch.where(x < 0.0, -0.0, x)
    return torch.where(v0 >= 8.5, v1, v4)


@_jit
def _silu_32_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·σ(x) in fp32."""
    v0 = tl.maximum(a, -87.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(v0, 40.0, propagate_nan=tl.PropagateNan.ALL)
    v2 = v1 * -1.0
    v3 = tl.fma(v2, 1.442695, 1.2583103e7)
    v4 = v3 - 1.2583103e7
    v2 = tl.fma(v4, -0.69314575, v2)
    v4 = tl.fma(v4, -1.4286068e-6, 0.0)
    v4 = v2 + v4
    v2 = tl.fma(v4, 0.0013814612, 0.00836871)
    v2 = tl.fma(v2, v4, 0.04166839)
    v2 = tl.fma(v2, v4, 0.16666521)
    v2 = tl.fma(v2, v4, 0.49999994)
    v4 = tl.fma(v4 * v4, v2, v4)
    k0 = (v3.to(tl.int32, bitcast=True) << 23) - 536870912
    v3 = k0.to(tl.float32, bitcast=True)
    v3 = tl.fma(v3, v4, v3)
    v4 = tl.div_rn(tl.full(a.shape, 1.0, tl.float32), 1.0 + v3)
    v3 = tl.fma(v1, v3 * v4, 1.0)
    return v0 * v4, tl.where(a < -87.0, 0.0, v4 * v3)


def _silu_32_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·σ(x) in fp32."""
    v0 = torch.clamp(a, min=-87.0)
    v1 = torch.clamp(v0, max=40.0)
    v2 = -v1
    v3 = v2 * 1.442695 + 1.2583103e7
    v4 = v3 - 1.2583103e7
    v2 = v4 * -0.69314575 + v2
    v4 = v4 * -1.4286068e-6 + 0.0
    v4 = v2 + v4
    v2 = 0.0013814612 * v4 + 0.00836871
    v2 = v2 * v4 + 0.04166839
    v2 = v2 * v4 + 0.16666521
    v2 = v2 * v4 + 0.49999994
    v4 = (v4 * v4) * v2 + v4
    k0 = (v3.view(torch.int32) << 23) - 536870912
    v3 = k0.view(torch.float32)
    v3 = v3 * v4 + v3
    v4 = 1.0 / (1.0 + v3)
    v3 = v1 * (v3 * v4) + 1.0
    return v0 * v4, torch.where(a < -87.0, 0.0, v4 * v3)


@_jit
def _silu_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of silu-bf16."""
    v0 = tl.maximum((y + 0.27929688) - 0.0011177277, 3.6057565e-5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.26367188
    v3 = tl.fma(v2, 0.71443766, 0.6562143)
    v3 = tl.fma(v3, v2, 1.3841233)
    v3 = tl.fma(v3, v2, -0.0472485)
    v2 = tl.fma(v3, v2, -0.09938737)
    v1 = v1 - 1.5
    v3 = tl.fma(v1, 0.0036483107, 0.014441653)
    v3 = tl.fma(v3, v1, -0.02217005)
    v3 = tl.fma(v3, v1, -0.1167533)
    v3 = tl.fma(v3, v1, 0.11410244)
    v3 = tl.fma(v3, v1, 0.3094726)
    v3 = tl.fma(v3, v1, -0.45155218)
    v3 = tl.fma(v3, v1, 0.06386398)
    v1 = tl.fma(v3, v1, 1.0978585)
    return tl.where(right, tl.where(v0 > 9.375, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _silu_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of silu-bf16."""
    v0 = torch.clamp((y + 0.27929688) - 0.0011177277, min=3.6057565e-5)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.26367188
    v3 = 0.71443766 * v2 + 0.6562143
    v3 = v3 * v2 + 1.3841233
    v3 = v3 * v2 - 0.0472485
    v2 = v3 * v2 - 0.09938737
    v1 = v1 - 1.5
    v3 = 0.0036483107 * v1 + 0.014441653
    v3 = v3 * v1 - 0.02217005
    v3 = v3 * v1 - 0.1167533
    v3 = v3 * v1 + 0.11410244
    v3 = v3 * v1 + 0.3094726
    v3 = v3 * v1 - 0.45155218
    v3 = v3 * v1 + 0.06386398
    v1 = v3 * v1 + 1.0978585
    v2 = torch.where(right, torch.where(v0 > 9.375, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _silu_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of silu-fp16."""
    v0 = tl.maximum((y + 0.27856445) - 1.3361583e-4, 5.5399873e-6, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.26367188
    v3 = tl.fma(v2, 12.678573, 1.4411728)
    v3 = tl.fma(v3, v2, -0.9055103)
    v3 = tl.fma(v3, v2, 0.57903343)
    v3 = tl.fma(v3, v2, 1.4303253)
    v3 = tl.fma(v3, v2, -0.04787888)
    v2 = tl.fma(v3, v2, -0.09946235)
    v1 = v1 - 1.75
    v3 = tl.fma(v1, 8.065361e-4, 8.8231376e-4)
    v3 = tl.fma(v3, v1, -0.008577202)
    v3 = tl.fma(v3, v1, -0.009710861)
    v3 = tl.fma(v3, v1, 0.041052595)
    v3 = tl.fma(v3, v1, 0.04640915)
    v3 = tl.fma(v3, v1, -0.14012954)
    v3 = tl.fma(v3, v1, -0.0787199)
    v3 = tl.fma(v3, v1, 0.34484088)
    v3 = tl.fma(v3, v1, -0.18532445)
    v3 = tl.fma(v3, v1, -0.09752108)
    v1 = tl.fma(v3, v1, 1.0903478)
    return tl.where(right, tl.where(v0 > 11.75, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _silu_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of silu-fp16."""
    v0 = torch.clamp((y + 0.27856445) - 1.3361583e-4, min=5.5399873e-6)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.26367188
    v3 = 12.678573 * v2 + 1.4411728
    v3 = v3 * v2 - 0.9055103
    v3 = v3 * v2 + 0.57903343
    v3 = v3 * v2 + 1.4303253
    v3 = v3 * v2 - 0.04787888
    v2 = v3 * v2 - 0.09946235
    v1 = v1 - 1.75
    v3 = 8.065361e-4 * v1 + 8.8231376e-4
    v3 = v3 * v1 - 0.008577202
    v3 = v3 * v1 - 0.009710861
    v3 = v3 * v1 + 0.041052595
    v3 = v3 * v1 + 0.04640915
    v3 = v3 * v1 - 0.14012954
    v3 = v3 * v1 - 0.0787199
    v3 = v3 * v1 + 0.34484088
    v3 = v3 * v1 - 0.18532445
    v3 = v3 * v1 - 0.09752108
    v1 = v3 * v1 + 1.0903478
    v2 = torch.where(right, torch.where(v0 > 11.75, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _silu_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of silu-fp32."""
    v0 = tl.maximum((y + 0.27846456) - 1.7486636e-8, 4.8046966e-10, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt_rn(v0)
    v2 = v1 - 0.52734375
    v3 = tl.fma(v2, -1340.5741, 399.34827)
    v3 = tl.fma(v3, v2, -2489.987)
    v3 = tl.fma(v3, v2, 6020.0264)
    v3 = tl.fma(v3, v2, -287.78387)
    v3 = tl.fma(v3, v2, 1.0)
    v4 = tl.fma(v2, 9307.358, 4415.535)
    v4 = tl.fma(v4, v2, -257.83374)
    v4 = tl.fma(v4, v2, 1.0365639)
    v2 = tl.fma(v4, v2, -3.35495e-4)
    v3 = tl.where(y >= 0.0, 0.0, tl.div_rn(v2, v3))
    v1 = v1 - 1.5
    v2 = tl.fma(v1, 0.0014278363, 0.024161832)
    v2 = tl.fma(v2, v1, 0.10581118)
    v2 = tl.fma(v2, v1, 0.28127643)
    v2 = tl.fma(v2, v1, 0.45448723)
    v2 = tl.fma(v2, v1, 0.7649228)
    v2 = tl.fma(v2, v1, 0.38675007)
    v2 = tl.fma(v2, v1, 1.0)
    v4 = tl.fma(v1, 0.036146384, 0.07828269)
    v4 = tl.fma(v4, v1, 0.24703234)
    v4 = tl.fma(v4, v1, 0.69994366)
    v4 = tl.fma(v4, v1, 0.4114462)
    v4 = tl.fma(v4, v1, 0.48596585)
    v1 = tl.fma(v4, v1, 1.0976307)
    v2 = tl.where(v0 > 16.875, 1.0, tl.div_rn(v1, v2))
    return tl.where(right, v2, v3)


def _silu_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of silu-fp32."""
    v0 = torch.clamp((y + 0.27846456) - 1.7486636e-8, min=4.8046966e-10)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.52734375
    v3 = -1340.5741 * v2 + 399.34827
    v3 = v3 * v2 - 2489.987
    v3 = v3 * v2 + 6020.0264
    v3 = v3 * v2 - 287.78387
    v3 = v3 * v2 + 1.0
    v4 = 9307.358 * v2 + 4415.535
    v4 = v4 * v2 - 257.83374
    v4 = v4 * v2 + 1.0365639
    v2 = v4 * v2 - 3.35495e-4
    v1 = v1 - 1.5
    v4 = 0.0014278363 * v1 + 0.024161832
    v4 = v4 * v1 + 0.10581118
    v4 = v4 * v1 + 0.28127643
    v4 = v4 * v1 + 0.45448723
    v4 = v4 * v1 + 0.7649228
    v4 = v4 * v1 + 0.38675007
    v4 = v4 * v1 + 1.0
    v5 = 0.036146384 * v1 + 0.07828269
    v5 = v5 * v1 + 0.24703234
    v5 = v5 * v1 + 0.69994366
    v5 = v5 * v1 + 0.4114462
    v5 = v5 * v1 + 0.48596585
    v1 = v5 * v1 + 1.0976307
    v4 = torch.where(v0 > 16.875, 1.0, v1 / v4)
    return torch.where(right, v4, torch.where(y >= 0.0, 0.0, v2 / v3))


@_jit
def _gelu_tanh_16_forward(x, PTX: tl.constexpr):
    """f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), for results of 16 bits."""
    v0 = tl.maximum(x, -11.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.fma(v0 * v0, 0.071354814, 1.5957692)
    v1 = tl.minimum(tl.abs(v0 * v1), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = tl.fma(v1, v1, 1.0)
    v1 = tl.where(v0 < 0.0, v1, 1.0)
    return ((v0 * _reciprocal(v2, PTX)) * v1) * v1


def _gelu_tanh_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), for results of 16 bits."""
    v0 = torch.clamp(x, min=-11.0)
    v1 = (v0 * v0) * 0.071354814 + 1.5957692
    v1 = torch.clamp(torch.abs(v0 * v1), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1 + 1.0
    v1 = torch.where(v0 < 0.0, v1, 1.0)
    return ((v0 * torch.reciprocal(v2)) * v1) * v1


@_jit
def _gelu_tanh_16_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), for results of 16 bits."""
    v0 = tl.maximum(a, -11.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.fma(v0 * v0, 0.071354814, 1.5957692)
    v1 = tl.minimum(tl.abs(v0 * v1), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = tl.fma(v1, v1, 1.0)
    v2 = _reciprocal(v2, PTX)
    is0 = v0 < 0.0
    v3 = tl.where(is0, v1, 1.0)
    v1 = (v2 * v1) * v1
    v4 = tl.minimum(v0, 11.0, propagate_nan=tl.PropagateNan.ALL)
    v5 = tl.fma(v4 * v4, 0.21406445, 1.5957692)
    v5 = v4 * v5
    v4 = tl.fma(v5, v2, 1.0)
    v5 = tl.fma(v5, v1, 1.0)
    return ((v0 * v2) * v3) * v3, tl.where(is0, v1 * v4, v2 * v5)


def _gelu_tanh_16_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), for results of 16 bits."""
    v0 = torch.clamp(a, min=-11.0)
    v1 = (v0 * v0) * 0.071354814 + 1.5957692
    v1 = torch.clamp(torch.abs(v0 * v1), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1 + 1.0
    v2 = torch.reciprocal(v2)
    is0 = v0 < 0.0
    v3 = torch.where(is0, v1, 1.0)
    v1 = (v2 * v1) * v1
    v4 = torch.clamp(v0, max=11.0)
    v5 = (v4 * v4) * 0.21406445 + 1.5957692
    v5 = v4 * v5
    v4 = v5 * v2 + 1.0
    v5 = v5 * v1 + 1.0
    return ((v0 * v2) * v3) * v3, torch.where(is0, v1 * v4, v2 * v5)


@_jit
def _gelu_tanh_32_forward(x, PTX: tl.constexpr):
    """f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) in fp32."""
    v0 = tl.minimum(tl.abs(x), 11.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = v0 * v0
    v2 = tl.fma(v0, v0, v1 * -1.0)
    v3 = v1 * 0.071354814
    v4 = tl.fma(v1, 0.071354814, v3 * -1.0)
    v4 = tl.fma(v2, 0.071354814, v4)
    v4 = tl.fma(v1, 2.3988325e-9, v4)
    v1 = v3 + 1.5957692
    v2 = v1 - 1.5957692
    v4 = ((1.5957692 - (v1 - v2)) + (v3 - v2)) + (v4 - 4.534068e-8)
    v2 = (v0 * v1) * -1.0
    v1 = tl.fma(v0, v1, v2)
    v1 = tl.fma(v0, v4, v1)
    v4 = tl.fma(v2, 1.442695, 1.2583103e7)
    v3 = v4 - 1.2583103e7
    v2 = tl.fma(v3, -0.69314575, v2)
    v1 = tl.fma(v3, -1.4286068e-6, v1 * -1.0)
    v3 = v2 + v1
    v5 = tl.fma(v3, 0.0013814612, 0.00836871)
    v5 = tl.fma(v5, v3, 0.04166839)
    v5 = tl.fma(v5, v3, 0.16666521)
    v5 = tl.fma(v5, v3, 0.49999994)
    v6 = v3 * v3
    v7 = tl.fma(v6, v5, v3)
    v8 = v7 + 1.0
    v5 = tl.fma(v6, v5, v3 - v7)
    v2 = (v7 - (v8 - 1.0)) + (v5 + (v1 - (v3 - v2)))
    v4 = (v4.to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    v3 = (v8 * v4) * 5.421011e-20
    v1 = v3 + 1.0
    v3 = (v3 - (v1 - 1.0)) + ((v2 * v4) * 5.421011e-20)
    v5 = tl.div_rn(tl.full(x.shape, 1.0, tl.float32), v1)
    v1 = tl.fma(v1 * -1.0, v5, 1.0)
    v1 = tl.fma(v3 * -1.0, v5, v1)
    v3 = v8 * v5
    v7 = tl.fma(v8, v5, v3 * -1.0)
    v7 = tl.fma(v2, v5, v7)
    v7 = tl.fma(v8, v5 * v1, v7)
    v1 = v3 * v0
    v3 = tl.fma(v3, v0, v1 * -1.0)
    v3 = tl.fma(v7, v0, v3)
    v0 = tl.where(x < 0.0, _negative_zero(x), x)
    return tl.fma(((v1 + v3) * -1.0) * v4, 5.421011e-20, v0)


def _gelu_tanh_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) in fp32."""
    w0 = _wide(x)
    w1 = w0 * w0
    w2 = w0 * w0 + (-w1)
    w3 = 0.07135481627260025 * w1
    w4 = 0.07135481627260025 * w1 + (-w3)
    w1 = (0.07135481627260025 * w2) + (-6.175149918155315e-19 * w1)
    w2 = 1.5957691216057308 + w3
    w5 = w2 - 1.5957691216057308
    w5 = (1.5957691216057308 - (w2 - w5)) + (w3 - w5)
    w1 = w5 + (-9.96930880911092e-17 + (w4 + w1))
    w4 = w0 * w2
    w5 = -w4
    w2 = w0 * w2 + w5
    w3 = torch.abs(w4)
    w6 = torch.exp(-w3)
    w7 = 1.0 + w6
    w4 = torch.where(w4 >= 0.0, 1.0, w6) / w7
    w7 = (w2 + (w0 * w1)) * (torch.where(w5 >= 0.0, 1.0, w6) / w7)
    w7 = torch.where(w3 == float("inf"), w4, w4 + (w4 * w7))
    w7 = torch.where(w0 < -40.0, -0.0, torch.where(w0 > 40.0, w0, w0 * w7))
    return w7.to(torch.float32)


@_jit
def _gelu_tanh_32_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) in fp32."""
    v0 = tl.maximum(a, -10.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(v0, 7.4, propagate_nan=tl.PropagateNan.ALL)
    v2 = v1 * v1
    v3 = tl.fma(v2, 0.071354814, 1.5957692)
    v3 = (v1 * v3) * -1.0
    v4 = tl.fma(v3, 1.442695, 1.2583103e7)
    v5 = v4 - 1.2583103e7
    v3 = tl.fma(v5, -0.69314575, v3)
    v5 = tl.fma(v5, -1.4286068e-6, 0.0)
    v5 = v3 + v5
    v3 = tl.fma(v5, 0.0013814612, 0.00836871)
    v3 = tl.fma(v3, v5, 0.04166839)
    v3 = tl.fma(v3, v5, 0.16666521)
    v3 = tl.fma(v3, v5, 0.49999994)
    v5 = tl.fma(v5 * v5, v3, v5)
    k0 = (v4.to(tl.int32, bitcast=True) << 23) - 536870912
    v4 = k0.to(tl.float32, bitcast=True)
    v4 = tl.fma(v4, v5, v4)
    v5 = tl.div_rn(tl.full(a.shape, 1.0, tl.float32), 1.0 + v4)
    v2 = tl.fma(v2, 0.21406445, 1.5957692)
    v4 = tl.fma(v1 * v2, v4 * v5, 1.0)
    return v0 * v5, tl.where(a < -10.0, 0.0, v5 * v4)


def _gelu_tanh_32_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) in fp32."""
    v0 = torch.clamp(a, min=-10.0)
    v1 = torch.clamp(v0, max=7.4)
    v2 = v1 * v1
    v3 = v2 * 0.071354814 + 1.5957692
    v3 = -(v1 * v3)
    v4 = v3 * 1.442695 + 1.2583103e7
    v5 = v4 - 1.2583103e7
    v3 = v5 * -0.69314575 + v3
    v5 = v5 * -1.4286068e-6 + 0.0
    v5 = v3 + v5
    v3 = 0.0013814612 * v5 + 0.00836871
    v3 = v3 * v5 + 0.04166839
    v3 = v3 * v5 + 0.16666521
    v3 = v3 * v5 + 0.49999994
    v5 = (v5 * v5) * v3 + v5
    k0 = (v4.view(torch.int32) << 23) - 536870912
    v4 = k0.view(torch.float32)
    v4 = v4 * v5 + v4
    v5 = 1.0 / (1.0 + v4)
    v2 = v2 * 0.21406445 + 1.5957692
    v4 = (v1 * v2) * (v4 * v5) + 1.0
    return v0 * v5, torch.where(a < -10.0, 0.0, v5 * v4)


@_jit
def _gelu_tanh_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-tanh-bf16."""
    v0 = tl.maximum((y + 0.16992188) + 6.1453895e-5, 1.5178921e-4, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = tl.fma(v2, 17473.922, 1485.3088)
    v3 = tl.fma(v3, v2, -1063.3508)
    v3 = tl.fma(v3, v2, -53.70772)
    v3 = tl.fma(v3, v2, 28.199556)
    v3 = tl.fma(v3, v2, 4.236191)
    v3 = tl.fma(v3, v2, 2.3398108)
    v3 = tl.fma(v3, v2, -0.20277847)
    v2 = tl.fma(v3, v2, -0.12500592)
    v1 = v1 - 1.0
    v3 = tl.fma(v1, 0.15425843, 0.16539653)
    v3 = tl.fma(v3, v1, -0.35289592)
    v3 = tl.fma(v3, v1, -0.5320292)
    v3 = tl.fma(v3, v1, 0.05796083)
    v3 = tl.fma(v3, v1, 0.5136221)
    v3 = tl.fma(v3, v1, 0.6743747)
    v3 = tl.fma(v3, v1, -0.10925136)
    v3 = tl.fma(v3, v1, -1.113783)
    v3 = tl.fma(v3, v1, 0.46274707)
    v1 = tl.fma(v3, v1, 1.080394)
    return tl.where(right, tl.where(v0 > 4.0, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _gelu_tanh_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-tanh-bf16."""
    v0 = torch.clamp((y + 0.16992188) + 6.1453895e-5, min=1.5178921e-4)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = 17473.922 * v2 + 1485.3088
    v3 = v3 * v2 - 1063.3508
    v3 = v3 * v2 - 53.70772
    v3 = v3 * v2 + 28.199556
    v3 = v3 * v2 + 4.236191
    v3 = v3 * v2 + 2.3398108
    v3 = v3 * v2 - 0.20277847
    v2 = v3 * v2 - 0.12500592
    v1 = v1 - 1.0
    v3 = 0.15425843 * v1 + 0.16539653
    v3 = v3 * v1 - 0.35289592
    v3 = v3 * v1 - 0.5320292
    v3 = v3 * v1 + 0.05796083
    v3 = v3 * v1 + 0.5136221
    v3 = v3 * v1 + 0.6743747
    v3 = v3 * v1 - 0.10925136
    v3 = v3 * v1 - 1.113783
    v3 = v3 * v1 + 0.46274707
    v1 = v3 * v1 + 1.080394
    v2 = torch.where(right, torch.where(v0 > 4.0, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _gelu_tanh_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-tanh-fp16."""
    v0 = tl.maximum((y + 0.17004395) - 1.1627353e-5, 1.4460104e-5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = tl.fma(v2, 1.2406161e9, 2.2465642e8)
    v3 = tl.fma(v3, v2, -1.561153e8)
    v3 = tl.fma(v3, v2, -2.6609908e7)
    v3 = tl.fma(v3, v2, 7744647.0)
    v3 = tl.fma(v3, v2, 1216300.4)
    v3 = tl.fma(v3, v2, -188576.12)
    v3 = tl.fma(v3, v2, -26236.096)
    v3 = tl.fma(v3, v2, 2395.128)
    v3 = tl.fma(v3, v2, 289.0797)
    v3 = tl.fma(v3, v2, -8.708716)
    v3 = tl.fma(v3, v2, 2.0292766)
    v3 = tl.fma(v3, v2, 2.529516)
    v3 = tl.fma(v3, v2, -0.19853209)
    v2 = tl.fma(v3, v2, -0.12520008)
    v1 = v1 - 1.0
    v3 = tl.fma(v1, -0.075229615, -0.114610255)
    v3 = tl.fma(v3, v1, 0.25469756)
    v3 = tl.fma(v3, v1, 0.4758193)
    v3 = tl.fma(v3, v1, -0.17200562)
    v3 = tl.fma(v3, v1, -0.6818323)
    v3 = tl.fma(v3, v1, -0.31408003)
    v3 = tl.fma(v3, v1, 0.20668165)
    v3 = tl.fma(v3, v1, 0.44368815)
    v3 = tl.fma(v3, v1, 0.64621776)
    v3 = tl.fma(v3, v1, -0.09907074)
    v3 = tl.fma(v3, v1, -1.1123824)
    v3 = tl.fma(v3, v1, 0.46230736)
    v1 = tl.fma(v3, v1, 1.0804082)
    return tl.where(right, tl.where(v0 > 4.5, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _gelu_tanh_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-tanh-fp16."""
    v0 = torch.clamp((y + 0.17004395) - 1.1627353e-5, min=1.4460104e-5)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.20605469
    v3 = 1.2406161e9 * v2 + 2.2465642e8
    v3 = v3 * v2 - 1.561153e8
    v3 = v3 * v2 - 2.6609908e7
    v3 = v3 * v2 + 7744647.0
    v3 = v3 * v2 + 1216300.4
    v3 = v3 * v2 - 188576.12
    v3 = v3 * v2 - 26236.096
    v3 = v3 * v2 + 2395.128
    v3 = v3 * v2 + 289.0797
    v3 = v3 * v2 - 8.708716
    v3 = v3 * v2 + 2.0292766
    v3 = v3 * v2 + 2.529516
    v3 = v3 * v2 - 0.19853209
    v2 = v3 * v2 - 0.12520008
    v1 = v1 - 1.0
    v3 = -0.075229615 * v1 - 0.114610255
    v3 = v3 * v1 + 0.25469756
    v3 = v3 * v1 + 0.4758193
    v3 = v3 * v1 - 0.17200562
    v3 = v3 * v1 - 0.6818323
    v3 = v3 * v1 - 0.31408003
    v3 = v3 * v1 + 0.20668165
    v3 = v3 * v1 + 0.44368815
    v3 = v3 * v1 + 0.64621776
    v3 = v3 * v1 - 0.09907074
    v3 = v3 * v1 - 1.1123824
    v3 = v3 * v1 + 0.46230736
    v1 = v3 * v1 + 1.0804082
    v2 = torch.where(right, torch.where(v0 > 4.5, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _gelu_tanh_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of gelu-tanh-fp32."""
    v0 = tl.maximum((y + 0.17004076) - 7.865142e-9, 3.8945752e-10, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt_rn(v0)
    v2 = v1 - 0.41210938
    v3 = tl.fma(v2, 2.1431266e8, -4.725448e8)
    v3 = tl.fma(v3, v2, 5.668041e8)
    v3 = tl.fma(v3, v2, -7.004824e7)
    v3 = tl.fma(v3, v2, 1231585.2)
    v3 = tl.fma(v3, v2, -3008.7883)
    v3 = tl.fma(v3, v2, 1.0)
    v4 = tl.fma(v2, 1.4094222e9, 2.7510166e8)
    v4 = tl.fma(v4, v2, -1.18439624e8)
    v4 = tl.fma(v4, v2, 3088483.2)
    v4 = tl.fma(v4, v2, -10272.935)
    v4 = tl.fma(v4, v2, 5.9793377)
    v2 = tl.fma(v4, v2, -9.0192887e-4)
    v3 = tl.where(y >= 0.0, 0.0, tl.div_rn(v2, v3))
    v1 = v1 - 1.375
    v2 = tl.fma(v1, 0.07935096, 0.27226588)
    v2 = tl.fma(v2, v1, 0.7069541)
    v2 = tl.fma(v2, v1, 0.9029989)
    v2 = tl.fma(v2, v1, 0.16553088)
    v2 = tl.fma(v2, v1, 2.2245865)
    v2 = tl.fma(v2, v1, -1.0372354)
    v2 = tl.fma(v2, v1, 1.0)
    v4 = tl.fma(v1, -0.12926984, 0.62634146)
    v4 = tl.fma(v4, v1, 1.2540824)
    v4 = tl.fma(v4, v1, -0.7930523)
    v4 = tl.fma(v4, v1, 1.4072465)
    v4 = tl.fma(v4, v1, 2.2264028)
    v4 = tl.fma(v4, v1, -1.3856186)
    v1 = tl.fma(v4, v1, 1.1081865)
    v2 = tl.where(v0 > 5.25, 1.0, tl.div_rn(v1, v2))
    return tl.where(right, v2, v3)


def _gelu_tanh_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of gelu-tanh-fp32."""
    v0 = torch.clamp((y + 0.17004076) - 7.865142e-9, min=3.8945752e-10)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.41210938
    v3 = 2.1431266e8 * v2 - 4.725448e8
    v3 = v3 * v2 + 5.668041e8
    v3 = v3 * v2 - 7.004824e7
    v3 = v3 * v2 + 1231585.2
    v3 = v3 * v2 - 3008.7883
    v3 = v3 * v2 + 1.0
    v4 = 1.4094222e9 * v2 + 2.7510166e8
    v4 = v4 * v2 - 1.18439624e8
    v4 = v4 * v2 + 3088483.2
    v4 = v4 * v2 - 10272.935
    v4 = v4 * v2 + 5.9793377
    v2 = v4 * v2 - 9.0192887e-4
    v1 = v1 - 1.375
    v4 = 0.07935096 * v1 + 0.27226588
    v4 = v4 * v1 + 0.7069541
    v4 = v4 * v1 + 0.9029989
    v4 = v4 * v1 + 0.16553088
    v4 = v4 * v1 + 2.2245865
    v4 = v4 * v1 - 1.0372354
    v4 = v4 * v1 + 1.0
    v5 = -0.12926984 * v1 + 0.62634146
    v5 = v5 * v1 + 1.2540824
    v5 = v5 * v1 - 0.7930523
    v5 = v5 * v1 + 1.4072465
    v5 = v5 * v1 + 2.2264028
    v5 = v5 * v1 - 1.3856186
    v1 = v5 * v1 + 1.1081865
    v3 = torch.where(right, torch.where(v0 > 5.25, 1.0, v1 / v4), torch.where(y >= 0.0, 0.0, v2 / v3))
    return v3


@_jit
def _quick_gelu_16_forward(x, PTX: tl.constexpr):
    """f(x) = x·σ(1.702·x), for results of 16 bits."""
    v0 = tl.maximum(x, -64.629845, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(tl.abs(v0 * 1.702), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = tl.fma(v1, v1, 1.0)
    v1 = tl.where(v0 < 0.0, v1, 1.0)
    return ((v0 * _reciprocal(v2, PTX)) * v1) * v1


def _quick_gelu_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·σ(1.702·x), for results of 16 bits."""
    v0 = torch.clamp(x, min=-64.629845)
    v1 = torch.clamp(torch.abs(v0 * 1.702), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1 + 1.0
    v1 = torch.where(v0 < 0.0, v1, 1.0)
    return ((v0 * torch.reciprocal(v2)) * v1) * v1


@_jit
def _quick_gelu_16_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·σ(1.702·x), for results of 16 bits."""
    v0 = tl.maximum(a, -64.629845, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(tl.abs(v0 * 1.702), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = tl.fma(v1, v1, 1.0)
    v2 = _reciprocal(v2, PTX)
    is0 = v0 < 0.0
    v3 = tl.where(is0, v1, 1.0)
    v1 = (v2 * v1) * v1
    v4 = tl.minimum(v0, 64.629845, propagate_nan=tl.PropagateNan.ALL)
    v4 = v4 * 1.702
    v5 = tl.fma(v4, v2, 1.0)
    v4 = tl.fma(v4, v1, 1.0)
    return ((v0 * v2) * v3) * v3, tl.where(is0, v1 * v5, v2 * v4)


def _quick_gelu_16_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·σ(1.702·x), for results of 16 bits."""
    v0 = torch.clamp(a, min=-64.629845)
    v1 = torch.clamp(torch.abs(v0 * 1.702), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1 + 1.0
    v2 = torch.reciprocal(v2)
    is0 = v0 < 0.0
    v3 = torch.where(is0, v1, 1.0)
    v1 = (v2 * v1) * v1
    v4 = torch.clamp(v0, max=64.629845) * 1.702
    v5 = v4 * v2 + 1.0
    v4 = v4 * v1 + 1.0
    return ((v0 * v2) * v3) * v3, torch.where(is0, v1 * v5, v2 * v4)


@_jit
def _quick_gelu_32_forward(x, PTX: tl.constexpr):
    """f(x) = x·σ(1.702·x) in fp32."""
    v0 = tl.minimum(tl.abs(x), 64.629845, propagate_nan=tl.PropagateNan.ALL)
    v1 = (v0 * 1.702) * -1.0
    v2 = tl.fma(v0, 1.702, v1)
    v2 = tl.fma(v0, -2.193451e-8, v2)
    v3 = tl.fma(v1, 1.442695, 1.2583103e7)
    v4 = v3 - 1.2583103e7
    v1 = tl.fma(v4, -0.69314575, v1)
    v2 = tl.fma(v4, -1.4286068e-6, v2 * -1.0)
    v4 = v1 + v2
    v5 = tl.fma(v4, 0.0013814612, 0.00836871)
    v5 = tl.fma(v5, v4, 0.04166839)
    v5 = tl.fma(v5, v4, 0.16666521)
    v5 = tl.fma(v5, v4, 0.49999994)
    v6 = v4 * v4
    v7 = tl.fma(v6, v5, v4)
    v8 = v7 + 1.0
    v5 = tl.fma(v6, v5, v4 - v7)
    v1 = (v7 - (v8 - 1.0)) + (v5 + (v2 - (v4 - v1)))
    v3 = (v3.to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    v4 = (v8 * v3) * 5.421011e-20
    v2 = v4 + 1.0
    v4 = (v4 - (v2 - 1.0)) + ((v1 * v3) * 5.421011e-20)
    v5 = tl.div_rn(tl.full(x.shape, 1.0, tl.float32), v2)
    v2 = tl.fma(v2 * -1.0, v5, 1.0)
    v2 = tl.fma(v4 * -1.0, v5, v2)
    v4 = v8 * v5
    v7 = tl.fma(v8, v5, v4 * -1.0)
    v7 = tl.fma(v1, v5, v7)
    v7 = tl.fma(v8, v5 * v2, v7)
    v2 = v4 * v0
    v4 = tl.fma(v4, v0, v2 * -1.0)
    v4 = tl.fma(v7, v0, v4)
    v0 = tl.where(x < 0.0, _negative_zero(x), x)
    return tl.fma(((v2 + v4) * -1.0) * v3, 5.421011e-20, v0)


def _quick_gelu_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·σ(1.702·x) in fp32."""
    w0 = _wide(x)
    w1 = 1.702 * w0
    w2 = -w1
    w3 = 1.702 * w0 + w2
    w4 = torch.abs(w1)
    w5 = torch.exp(-w4)
    w6 = 1.0 + w5
    w1 = torch.where(w1 >= 0.0, 1.0, w5) / w6
    w6 = w3 * (torch.where(w2 >= 0.0, 1.0, w5) / w6)
    w6 = torch.where(w4 == float("inf"), w1, w1 + (w1 * w6))
    w6 = torch.where(w0 == float("-inf"), -0.0, w0 * w6)
    return w6.to(torch.float32)


@_jit
def _quick_gelu_32_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·σ(1.702·x) in fp32."""
    v0 = tl.maximum(a, -51.116333, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(v0, 23.501762, propagate_nan=tl.PropagateNan.ALL)
    v1 = v1 * 1.702
    v2 = v1 * -1.0
    v3 = tl.fma(v2, 1.442695, 1.2583103e7)
    v4 = v3 - 1.2583103e7
    v2 = tl.fma(v4, -0.69314575, v2)
    v4 = tl.fma(v4, -1.4286068e-6, 0.0)
    v4 = v2 + v4
    v2 = tl.fma(v4, 0.0013814612, 0.00836871)
    v2 = tl.fma(v2, v4, 0.04166839)
    v2 = tl.fma(v2, v4, 0.16666521)
    v2 = tl.fma(v2, v4, 0.49999994)
    v4 = tl.fma(v4 * v4, v2, v4)
    k0 = (v3.to(tl.int32, bitcast=True) << 23) - 536870912
    v3 = k0.to(tl.float32, bitcast=True)
    v3 = tl.fma(v3, v4, v3)
    v4 = tl.div_rn(tl.full(a.shape, 1.0, tl.float32), 1.0 + v3)
    v3 = tl.fma(v1, v3 * v4, 1.0)
    return v0 * v4, tl.where(a < -51.116333, 0.0, v4 * v3)


def _quick_gelu_32_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·σ(1.702·x) in fp32."""
    v0 = torch.clamp(a, min=-51.116333)
    v1 = torch.clamp(v0, max=23.501762) * 1.702
    v2 = -v1
    v3 = v2 * 1.442695 + 1.2583103e7
    v4 = v3 - 1.2583103e7
    v2 = v4 * -0.69314575 + v2
    v4 = v4 * -1.4286068e-6 + 0.0
    v4 = v2 + v4
    v2 = 0.0013814612 * v4 + 0.00836871
    v2 = v2 * v4 + 0.04166839
    v2 = v2 * v4 + 0.16666521
    v2 = v2 * v4 + 0.49999994
    v4 = (v4 * v4) * v2 + v4
    k0 = (v3.view(torch.int32) << 23) - 536870912
    v3 = k0.view(torch.float32)
    v3 = v3 * v4 + v3
    v4 = 1.0 / (1.0 + v3)
    v3 = v1 * (v3 * v4) + 1.0
    return v0 * v4, torch.where(a < -51.116333, 0.0, v4 * v3)


@_jit
def _quick_gelu_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of quick-gelu-bf16."""
    v0 = tl.maximum((y + 0.1640625) - 6.19014e-4, 8.992722e-6, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.20214844
    v3 = tl.fma(v2, 1.8838336, 1.4581261)
    v3 = tl.fma(v3, v2, 2.3634064)
    v3 = tl.fma(v3, v2, -0.061520036)
    v2 = tl.fma(v3, v2, -0.099366866)
    v1 = v1 - 1.125
    v3 = tl.fma(v1, -0.020417076, 0.032182153)
    v3 = tl.fma(v3, v1, 0.14951743)
    v3 = tl.fma(v3, v1, -0.123965114)
    v3 = tl.fma(v3, v1, -0.48895466)
    v3 = tl.fma(v3, v1, 0.37835222)
    v3 = tl.fma(v3, v1, 0.6768188)
    v3 = tl.fma(v3, v1, -0.8149373)
    v3 = tl.fma(v3, v1, 0.120253585)
    v1 = tl.fma(v3, v1, 1.0950989)
    return tl.where(right, tl.where(v0 > 5.5, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _quick_gelu_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of quick-gelu-bf16."""
    v0 = torch.clamp((y + 0.1640625) - 6.19014e-4, min=8.992722e-6)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.20214844
    v3 = 1.8838336 * v2 + 1.4581261
    v3 = v3 * v2 + 2.3634064
    v3 = v3 * v2 - 0.061520036
    v2 = v3 * v2 - 0.099366866
    v1 = v1 - 1.125
    v3 = -0.020417076 * v1 + 0.032182153
    v3 = v3 * v1 + 0.14951743
    v3 = v3 * v1 - 0.123965114
    v3 = v3 * v1 - 0.48895466
    v3 = v3 * v1 + 0.37835222
    v3 = v3 * v1 + 0.6768188
    v3 = v3 * v1 - 0.8149373
    v3 = v3 * v1 + 0.120253585
    v1 = v3 * v1 + 1.0950989
    v2 = torch.where(right, torch.where(v0 > 5.5, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _quick_gelu_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of quick-gelu-fp16."""
    v0 = tl.maximum((y + 0.16357422) + 2.425151e-5, 2.425151e-5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.20214844
    v3 = tl.fma(v2, 43.25582, 4.9369497)
    v3 = tl.fma(v3, v2, -1.5410941)
    v3 = tl.fma(v3, v2, 1.3159134)
    v3 = tl.fma(v3, v2, 2.4217734)
    v3 = tl.fma(v3, v2, -0.06270607)
    v2 = tl.fma(v3, v2, -0.099447034)
    v1 = v1 - 1.25
    v3 = tl.fma(v1, 0.004244764, 0.015975717)
    v3 = tl.fma(v3, v1, -0.02317429)
    v3 = tl.fma(v3, v1, -0.105182014)
    v3 = tl.fma(v3, v1, 0.035689928)
    v3 = tl.fma(v3, v1, 0.3098584)
    v3 = tl.fma(v3, v1, 0.017542018)
    v3 = tl.fma(v3, v1, -0.62050235)
    v3 = tl.fma(v3, v1, 0.0446877)
    v3 = tl.fma(v3, v1, 0.8073461)
    v3 = tl.fma(v3, v1, -0.53323513)
    v3 = tl.fma(v3, v1, -0.05038514)
    v1 = tl.fma(v3, v1, 1.0987157)
    return tl.where(right, tl.where(v0 > 6.875, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _quick_gelu_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of quick-gelu-fp16."""
    v0 = torch.clamp((y + 0.16357422) + 2.425151e-5, min=2.425151e-5)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.20214844
    v3 = 43.25582 * v2 + 4.9369497
    v3 = v3 * v2 - 1.5410941
    v3 = v3 * v2 + 1.3159134
    v3 = v3 * v2 + 2.4217734
    v3 = v3 * v2 - 0.06270607
    v2 = v3 * v2 - 0.099447034
    v1 = v1 - 1.25
    v3 = 0.004244764 * v1 + 0.015975717
    v3 = v3 * v1 - 0.02317429
    v3 = v3 * v1 - 0.105182014
    v3 = v3 * v1 + 0.035689928
    v3 = v3 * v1 + 0.3098584
    v3 = v3 * v1 + 0.017542018
    v3 = v3 * v1 - 0.62050235
    v3 = v3 * v1 + 0.0446877
    v3 = v3 * v1 + 0.8073461
    v3 = v3 * v1 - 0.53323513
    v3 = v3 * v1 - 0.05038514
    v1 = v3 * v1 + 1.0987157
    v2 = torch.where(right, torch.where(v0 > 6.875, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _quick_gelu_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of quick-gelu-fp32."""
    v0 = tl.maximum((y + 0.16361019) - 1.5567374e-9, 1.733453e-9, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt_rn(v0)
    v2 = v1 - 0.40429688
    v3 = tl.fma(v2, -5232.018, 1192.7911)
    v3 = tl.fma(v3, v2, -5709.6045)
    v3 = tl.fma(v3, v2, 10580.368)
    v3 = tl.fma(v3, v2, -385.9133)
    v3 = tl.fma(v3, v2, 1.0)
    v4 = tl.fma(v2, 27845.06, 10135.02)
    v4 = tl.fma(v4, v2, -450.62894)
    v4 = tl.fma(v4, v2, 1.3218937)
    v2 = tl.fma(v4, v2, -2.3675524e-4)
    v3 = tl.where(y >= 0.0, 0.0, tl.div_rn(v2, v3))
    v1 = v1 - 1.125
    v2 = tl.fma(v1, 0.00919174, 0.119607426)
    v2 = tl.fma(v2, v1, 0.3892369)
    v2 = tl.fma(v2, v1, 0.7794285)
    v2 = tl.fma(v2, v1, 0.94588995)
    v2 = tl.fma(v2, v1, 1.2467883)
    v2 = tl.fma(v2, v1, 0.4500043)
    v2 = tl.fma(v2, v1, 1.0)
    v4 = tl.fma(v1, 0.18054157, 0.2753949)
    v4 = tl.fma(v4, v1, 0.6935275)
    v4 = tl.fma(v4, v1, 1.5049167)
    v4 = tl.fma(v4, v1, 0.59727824)
    v4 = tl.fma(v4, v1, 0.61243314)
    v1 = tl.fma(v4, v1, 1.0951617)
    v2 = tl.where(v0 > 10.0, 1.0, tl.div_rn(v1, v2))
    return tl.where(right, v2, v3)


def _quick_gelu_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of quick-gelu-fp32."""
    v0 = torch.clamp((y + 0.16361019) - 1.5567374e-9, min=1.733453e-9)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.40429688
    v3 = -5232.018 * v2 + 1192.7911
    v3 = v3 * v2 - 5709.6045
    v3 = v3 * v2 + 10580.368
    v3 = v3 * v2 - 385.9133
    v3 = v3 * v2 + 1.0
    v4 = 27845.06 * v2 + 10135.02
    v4 = v4 * v2 - 450.62894
    v4 = v4 * v2 + 1.3218937
    v2 = v4 * v2 - 2.3675524e-4
    v1 = v1 - 1.125
    v4 = 0.00919174 * v1 + 0.119607426
    v4 = v4 * v1 + 0.3892369
    v4 = v4 * v1 + 0.7794285
    v4 = v4 * v1 + 0.94588995
    v4 = v4 * v1 + 1.2467883
    v4 = v4 * v1 + 0.4500043
    v4 = v4 * v1 + 1.0
    v5 = 0.18054157 * v1 + 0.2753949
    v5 = v5 * v1 + 0.6935275
    v5 = v5 * v1 + 1.5049167
    v5 = v5 * v1 + 0.59727824
    v5 = v5 * v1 + 0.61243314
    v1 = v5 * v1 + 1.0951617
    v3 = torch.where(right, torch.where(v0 > 10.0, 1.0, v1 / v4), torch.where(y >= 0.0, 0.0, v2 / v3))
    return v3


@_jit
def _mish_16_forward(x, PTX: tl.constexpr):
    """f(x) = x·tanh(ln(1 + exp(x))), for results of 16 bits."""
    v0 = tl.maximum(x, -110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(tl.abs(v0), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = v1 * v1
    is0 = v0 < 0.0
    v3 = v2 + 2.0
    v4 = tl.fma(v2, v3, 2.0)
    v5 = tl.fma(2.0 * v2, v2 + 1.0, 1.0)
    v5 = _reciprocal(tl.where(is0, v4, v5), PTX)
    v2 = tl.fma(v2, 2.0, 1.0)
    v1 = tl.where(is0, v1, 1.0)
    v5 = (v0 * (tl.where(is0, v3, v2) * v5)) * v1
    return v5 * v1


def _mish_16_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·tanh(ln(1 + exp(x))), for results of 16 bits."""
    v0 = torch.clamp(x, min=-110.0)
    v1 = torch.clamp(torch.abs(v0), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1
    is0 = v0 < 0.0
    v3 = v2 + 2.0
    v4 = v2 * v3 + 2.0
    v5 = (2.0 * v2) * (v2 + 1.0) + 1.0
    v5 = torch.reciprocal(torch.where(is0, v4, v5))
    v2 = 2.0 * v2 + 1.0
    v1 = torch.where(is0, v1, 1.0)
    v5 = (v0 * (torch.where(is0, v3, v2) * v5)) * v1
    return v5 * v1


@_jit
def _mish_16_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·tanh(ln(1 + exp(x))), for results of 16 bits."""
    v0 = tl.maximum(a, -110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(tl.abs(v0), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.exp2(v1 * -0.7213475)
    v2 = v1 * v1
    is0 = v0 < 0.0
    v3 = v2 + 2.0
    v4 = tl.fma(v2, v3, 2.0)
    v5 = tl.fma(2.0 * v2, v2 + 1.0, 1.0)
    v5 = _reciprocal(tl.where(is0, v4, v5), PTX)
    v4 = tl.fma(v2, 2.0, 1.0)
    v1 = tl.where(is0, v1, 1.0)
    v4 = tl.where(is0, v3, v4) * v5
    v3 = tl.fma(v2, 4.0, 4.0)
    v3 = (tl.where(is0, v2, v2 * v2) * v3) * v5
    v2 = tl.minimum(v0, 110.0, propagate_nan=tl.PropagateNan.ALL)
    return ((v0 * v4) * v1) * v1, tl.fma(v2, v3 * v5, (v4 * v1) * v1)


def _mish_16_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·tanh(ln(1 + exp(x))), for results of 16 bits."""
    v0 = torch.clamp(a, min=-110.0)
    v1 = torch.clamp(torch.abs(v0), max=110.0)
    v1 = torch.exp2(v1 * -0.7213475)
    v2 = v1 * v1
    is0 = v0 < 0.0
    v3 = v2 + 2.0
    v4 = v2 * v3 + 2.0
    v5 = (2.0 * v2) * (v2 + 1.0) + 1.0
    v5 = torch.reciprocal(torch.where(is0, v4, v5))
    v4 = 2.0 * v2 + 1.0
    v1 = torch.where(is0, v1, 1.0)
    v4 = torch.where(is0, v3, v4) * v5
    v3 = v2 * 4.0 + 4.0
    v3 = (torch.where(is0, v2, v2 * v2) * v3) * v5
    return ((v0 * v4) * v1) * v1, torch.clamp(v0, max=110.0) * (v3 * v5) + ((v4 * v1) * v1)


@_jit
def _mish_32_forward(x, PTX: tl.constexpr):
    """f(x) = x·tanh(ln(1 + exp(x))) in fp32."""
    v0 = tl.minimum(tl.abs(x), 110.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = v0 * -1.0
    v2 = tl.fma(v1, 1.442695, 1.2583103e7)
    v3 = v2 - 1.2583103e7
    v1 = tl.fma(v3, -0.69314575, v1)
    v3 = tl.fma(v3, -1.4286068e-6, 0.0)
    v4 = v1 + v3
    v5 = tl.fma(v4, 0.0013814612, 0.00836871)
    v5 = tl.fma(v5, v4, 0.04166839)
    v5 = tl.fma(v5, v4, 0.16666521)
    v5 = tl.fma(v5, v4, 0.49999994)
    v6 = v4 * v4
    v7 = tl.fma(v6, v5, v4)
    v8 = v7 + 1.0
    v5 = tl.fma(v6, v5, v4 - v7)
    v1 = (v7 - (v8 - 1.0)) + (v5 + (v3 - (v4 - v1)))
    v2 = (v2.to(tl.int32, bitcast=True) << 23).to(tl.float32, bitcast=True)
    v4 = (v8 * v2) * 5.421011e-20
    v3 = (v1 * v2) * 5.421011e-20
    v5 = v4 + 2.0
    v7 = (v4 - (v5 - 2.0)) + v3
    v6 = v4 * v5
    v9 = tl.fma(v4, v5, v6 * -1.0)
    v9 = tl.fma(v3, v5, v9)
    v9 = tl.fma(v4, v7, v9)
    v3 = v6 + 2.0
    v10 = tl.div_rn(tl.full(x.shape, 1.0, tl.float32), v3)
    v11 = tl.fma(v3 * -1.0, v10, 1.0)
    v11 = tl.fma(((v6 - (v3 - 2.0)) + v9) * -1.0, v10, v11)
    v9 = v5 * v10
    v3 = tl.fma(v5, v10, v9 * -1.0)
    v3 = tl.fma(v7, v10, v3)
    v3 = tl.fma(v5, v10 * v11, v3)
    v11 = v8 * v9
    v10 = tl.fma(v8, v9, v11 * -1.0)
    v10 = tl.fma(v1, v9, v10)
    v10 = tl.fma(v8, v3, v10)
    v3 = v11 * v0
    v11 = tl.fma(v11, v0, v3 * -1.0)
    v11 = tl.fma(v10, v0, v11)
    v2 = (((v3 + v11) * -1.0) * v2) * 5.421011e-20
    is0 = x < 0.0
    v11 = tl.fma(v4, 2.0, 1.0)
    v3 = tl.fma(v4, v5, 2.0)
    v4 = tl.fma(2.0 * v4, v4 + 1.0, 1.0)
    v4 = tl.div_rn(tl.where(is0, v5, v11), tl.where(is0, v3, v4))
    return tl.where(is0, v2, x * v4)


def _mish_32_forward_torch(x: torch.Tensor) -> torch.Tensor:
    """f(x) = x·tanh(ln(1 + exp(x))) in fp32."""
    w0 = _wide(x)
    w1 = torch.exp(-torch.abs(w0))
    w2 = 2.0 * w1
    w3 = w1 * (w1 + 2.0)
    is0 = w0 > 0.0
    w1 = torch.where(is0, 1.0 + (w2 * (1.0 + w1)), w3 + 2.0)
    w1 = w0 * (torch.where(is0, 1.0 + w2, w3) / w1)
    w1 = torch.where(w0 == float("-inf"), -0.0, w1)
    return w1.to(torch.float32)


@_jit
def _mish_32_gate(a, PTX: tl.constexpr):
    """f(a) and f'(a), f(x) = x·tanh(ln(1 + exp(x))) in fp32."""
    v0 = tl.maximum(a, -87.0, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.minimum(v0, 87.0, propagate_nan=tl.PropagateNan.ALL)
    is0 = a < 0.0
    v2 = tl.abs(v1) * -1.0
    v3 = tl.fma(v2, 1.442695, 1.2583103e7)
    v4 = v3 - 1.2583103e7
    v2 = tl.fma(v4, -0.69314575, v2)
    v4 = tl.fma(v4, -1.4286068e-6, 0.0)
    v4 = v2 + v4
    v2 = tl.fma(v4, 0.0013814612, 0.00836871)
    v2 = tl.fma(v2, v4, 0.04166839)
    v2 = tl.fma(v2, v4, 0.16666521)
    v2 = tl.fma(v2, v4, 0.49999994)
    v4 = tl.fma(v4 * v4, v2, v4)
    k0 = (v3.to(tl.int32, bitcast=True) << 23) - 536870912
    v3 = k0.to(tl.float32, bitcast=True)
    v3 = tl.fma(v3, v4, v3)
    v4 = v3 + 2.0
    v2 = tl.fma(v3, v4, 2.0)
    v5 = tl.fma(2.0 * v3, v3 + 1.0, 1.0)
    v5 = tl.div_rn(tl.full(a.shape, 1.0, tl.float32), tl.where(is0, v2, v5))
    v2 = tl.fma(v3, 2.0, 1.0)
    v2 = tl.where(is0, v4, v2) * v5
    v2 = tl.where(is0, v2 * v3, v2)
    v4 = tl.fma(v3, 4.0, 4.0)
    v4 = (tl.where(is0, v3, v3 * v3) * v4) * v5
    v5 = tl.fma(v1, v4 * v5, v2)
    return v0 * v2, tl.where(a < -87.0, 0.0, v5)


def _mish_32_gate_torch(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f(a) and f'(a), f(x) = x·tanh(ln(1 + exp(x))) in fp32."""
    v0 = torch.clamp(a, min=-87.0)
    v1 = torch.clamp(v0, max=87.0)
    is0 = a < 0.0
    v2 = -torch.abs(v1)
    v3 = v2 * 1.442695 + 1.2583103e7
    v4 = v3 - 1.2583103e7
    v2 = v4 * -0.69314575 + v2
    v4 = v4 * -1.4286068e-6 + 0.0
    v4 = v2 + v4
    v2 = 0.0013814612 * v4 + 0.00836871
    v2 = v2 * v4 + 0.04166839
    v2 = v2 * v4 + 0.16666521
    v2 = v2 * v4 + 0.49999994
    v4 = (v4 * v4) * v2 + v4
    k0 = (v3.view(torch.int32) << 23) - 536870912
    v3 = k0.view(torch.float32)
    v3 = v3 * v4 + v3
    v4 = v3 + 2.0
    v2 = v3 * v4 + 2.0
    v5 = (2.0 * v3) * (v3 + 1.0) + 1.0
    v5 = 1.0 / torch.where(is0, v2, v5)
    v2 = 2.0 * v3 + 1.0
    v2 = torch.where(is0, v4, v2) * v5
    v2 = torch.where(is0, v2 * v3, v2)
    v4 = v3 * 4.0 + 4.0
    v4 = (torch.where(is0, v3, v3 * v3) * v4) * v5
    v5 = v1 * (v4 * v5) + v2
    return v0 * v2, torch.where(a < -87.0, 0.0, v5)


@_jit
def _mish_bf16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of mish-bf16."""
    v0 = tl.maximum((y + 0.30859375) + 1.3551275e-4, 3.0655638e-4, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.27783203
    v3 = tl.fma(v2, 0.62720853, 0.5024604)
    v3 = tl.fma(v3, v2, 1.4071729)
    v3 = tl.fma(v3, v2, -0.039753694)
    v2 = tl.fma(v3, v2, -0.11213411)
    v1 = v1 - 1.125
    v3 = tl.fma(v1, 0.042220846, 0.098766886)
    v3 = tl.fma(v3, v1, -0.07460769)
    v3 = tl.fma(v3, v1, -0.38767254)
    v3 = tl.fma(v3, v1, -0.12212065)
    v3 = tl.fma(v3, v1, 0.7377492)
    v3 = tl.fma(v3, v1, 0.3025489)
    v3 = tl.fma(v3, v1, -0.95736027)
    v3 = tl.fma(v3, v1, 0.3001032)
    v1 = tl.fma(v3, v1, 1.0631117)
    return tl.where(right, tl.where(v0 > 5.25, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _mish_bf16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of mish-bf16."""
    v0 = torch.clamp((y + 0.30859375) + 1.3551275e-4, min=3.0655638e-4)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.27783203
    v3 = 0.62720853 * v2 + 0.5024604
    v3 = v3 * v2 + 1.4071729
    v3 = v3 * v2 - 0.039753694
    v2 = v3 * v2 - 0.11213411
    v1 = v1 - 1.125
    v3 = 0.042220846 * v1 + 0.098766886
    v3 = v3 * v1 - 0.07460769
    v3 = v3 * v1 - 0.38767254
    v3 = v3 * v1 - 0.12212065
    v3 = v3 * v1 + 0.7377492
    v3 = v3 * v1 + 0.3025489
    v3 = v3 * v1 - 0.95736027
    v3 = v3 * v1 + 0.3001032
    v1 = v3 * v1 + 1.0631117
    v2 = torch.where(right, torch.where(v0 > 5.25, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _mish_fp16_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of mish-fp16."""
    v0 = tl.maximum((y + 0.3088379) - 1.0416438e-5, 3.1898177e-5, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt(v0)
    v2 = v1 - 0.27783203
    v3 = tl.fma(v2, 1.5331422, 0.38116944)
    v3 = tl.fma(v3, v2, 0.38511747)
    v3 = tl.fma(v3, v2, 1.4228996)
    v3 = tl.fma(v3, v2, -0.03895363)
    v2 = tl.fma(v3, v2, -0.11219382)
    v1 = v1 - 1.25
    v3 = tl.fma(v1, 0.015873032, 0.032102562)
    v3 = tl.fma(v3, v1, -0.06728476)
    v3 = tl.fma(v3, v1, -0.18609942)
    v3 = tl.fma(v3, v1, 0.06206221)
    v3 = tl.fma(v3, v1, 0.44216892)
    v3 = tl.fma(v3, v1, 0.15636027)
    v3 = tl.fma(v3, v1, -0.57967085)
    v3 = tl.fma(v3, v1, -0.5265249)
    v3 = tl.fma(v3, v1, 0.6038032)
    v3 = tl.fma(v3, v1, 0.6627772)
    v3 = tl.fma(v3, v1, -0.779959)
    v3 = tl.fma(v3, v1, 0.07914403)
    v1 = tl.fma(v3, v1, 1.0863832)
    return tl.where(right, tl.where(v0 > 6.375, 1.0, v1), tl.where(y >= 0.0, 0.0, v2))


def _mish_fp16_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of mish-fp16."""
    v0 = torch.clamp((y + 0.3088379) - 1.0416438e-5, min=3.1898177e-5)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.27783203
    v3 = 1.5331422 * v2 + 0.38116944
    v3 = v3 * v2 + 0.38511747
    v3 = v3 * v2 + 1.4228996
    v3 = v3 * v2 - 0.03895363
    v2 = v3 * v2 - 0.11219382
    v1 = v1 - 1.25
    v3 = 0.015873032 * v1 + 0.032102562
    v3 = v3 * v1 - 0.06728476
    v3 = v3 * v1 - 0.18609942
    v3 = v3 * v1 + 0.06206221
    v3 = v3 * v1 + 0.44216892
    v3 = v3 * v1 + 0.15636027
    v3 = v3 * v1 - 0.57967085
    v3 = v3 * v1 - 0.5265249
    v3 = v3 * v1 + 0.6038032
    v3 = v3 * v1 + 0.6627772
    v3 = v3 * v1 - 0.779959
    v3 = v3 * v1 + 0.07914403
    v1 = v3 * v1 + 1.0863832
    v2 = torch.where(right, torch.where(v0 > 6.375, 1.0, v1), torch.where(y >= 0.0, 0.0, v2))
    return v2


@_jit
def _mish_fp32_factor(y, right, PTX: tl.constexpr):
    """g(y, S) of mish-fp32."""
    v0 = tl.maximum((y + 0.3088434) + 5.9659424e-9, 5.9659424e-9, propagate_nan=tl.PropagateNan.ALL)
    v1 = tl.sqrt_rn(v0)
    v2 = v1 - 0.55566406
    v3 = tl.fma(v2, -1361.0665, -428.73376)
    v3 = tl.fma(v3, v2, -1491.9813)
    v3 = tl.fma(v3, v2, 4853.2197)
    v3 = tl.fma(v3, v2, -268.3632)
    v3 = tl.fma(v3, v2, 1.0)
    v4 = tl.fma(v2, 7417.9707, 3667.0176)
    v4 = tl.fma(v4, v2, -250.93916)
    v4 = tl.fma(v4, v2, 1.0173542)
    v2 = tl.fma(v4, v2, -7.4025884e-5)
    v3 = tl.where(y >= 0.0, 0.0, tl.div_rn(v2, v3))
    v1 = v1 - 1.125
    v2 = tl.fma(v1, 0.09242711, 0.3110674)
    v2 = tl.fma(v2, v1, 0.6122572)
    v2 = tl.fma(v2, v1, 0.82641363)
    v2 = tl.fma(v2, v1, 0.7160416)
    v2 = tl.fma(v2, v1, 1.2121812)
    v2 = tl.fma(v2, v1, -0.09977483)
    v2 = tl.fma(v2, v1, 1.0)
    v4 = tl.fma(v1, 0.07696496, 0.4072018)
    v4 = tl.fma(v4, v1, 0.44646215)
    v4 = tl.fma(v4, v1, 0.68503076)
    v4 = tl.fma(v4, v1, 1.517519)
    v4 = tl.fma(v4, v1, 0.2948026)
    v4 = tl.fma(v4, v1, 0.1940677)
    v1 = tl.fma(v4, v1, 1.0631763)
    v2 = tl.where(v0 > 9.0, 1.0, tl.div_rn(v1, v2))
    return tl.where(right, v2, v3)


def _mish_fp32_factor_torch(y: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """g(y, S) of mish-fp32."""
    v0 = torch.clamp((y + 0.3088434) + 5.9659424e-9, min=5.9659424e-9)
    v1 = torch.sqrt(v0)
    v2 = v1 - 0.55566406
    v3 = -1361.0665 * v2 - 428.73376
    v3 = v3 * v2 - 1491.9813
    v3 = v3 * v2 + 4853.2197
    v3 = v3 * v2 - 268.3632
    v3 = v3 * v2 + 1.0
    v4 = 7417.9707 * v2 + 3667.0176
    v4 = v4 * v2 - 250.93916
    v4 = v4 * v2 + 1.0173542
    v2 = v4 * v2 - 7.4025884e-5
    v1 = v1 - 1.125
    v4 = 0.09242711 * v1 + 0.3110674
    v4 = v4 * v1 + 0.6122572
    v4 = v4 * v1 + 0.82641363
    v4 = v4 * v1 + 0.7160416
    v4 = v4 * v1 + 1.2121812
    v4 = v4 * v1 - 0.09977483
    v4 = v4 * v1 + 1.0
    v5 = 0.07696496 * v1 + 0.4072018
    v5 = v5 * v1 + 0.44646215
    v5 = v5 * v1 + 0.68503076
    v5 = v5 * v1 + 1.517519
    v5 = v5 * v1 + 0.2948026
    v5 = v5 * v1 + 0.1940677
    v1 = v5 * v1 + 1.0631763
    v3 = torch.where(right, torch.where(v0 > 9.0, 1.0, v1 / v4), torch.where(y >= 0.0, 0.0, v2 / v3))
    return v3


SETS: dict[tuple[str, str], CoefficientSet] = {
    ("gelu", "fp32"): CoefficientSet(
        name="gelu-fp32",
        activation="gelu",
        dtype="fp32",
        threshold=-0.7517915,
        error_rms=1.070e-06,
        error_max=4.055e-05,
        forward=_gelu_32_forward,
        gate=_gelu_32_gate,
        factor=_gelu_fp32_factor,
        forward_torch=_gelu_32_forward_torch,
        gate_torch=_gelu_32_gate_torch,
        factor_torch=_gelu_fp32_factor_torch,
    ),
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
    ("silu", "fp32"): CoefficientSet(
        name="silu-fp32",
        activation="silu",
        dtype="fp32",
        threshold=-1.2784644,
        error_rms=1.006e-06,
        error_max=4.559e-05,
        forward=_silu_32_forward,
        gate=_silu_32_gate,
        factor=_silu_fp32_factor,
        forward_torch=_silu_32_forward_torch,
        gate_torch=_silu_32_gate_torch,
        factor_torch=_silu_fp32_factor_torch,
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
    ("gelu_tanh", "fp32"): CoefficientSet(
        name="gelu-tanh-fp32",
        activation="gelu-tanh",
        dtype="fp32",
        threshold=-0.7524614,
        error_rms=6.918e-07,
        error_max=4.270e-05,
        forward=_gelu_tanh_32_forward,
        gate=_gelu_tanh_32_gate,
        factor=_gelu_tanh_fp32_factor,
        forward_torch=_gelu_tanh_32_forward_torch,
        gate_torch=_gelu_tanh_32_gate_torch,
        factor_torch=_gelu_tanh_fp32_factor_torch,
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
    ("quick_gelu", "fp32"): CoefficientSet(
        name="quick-gelu-fp32",
        activation="quick-gelu",
        dtype="fp32",
        threshold=-0.75115424,
        error_rms=9.868e-07,
        error_max=3.723e-05,
        forward=_quick_gelu_32_forward,
        gate=_quick_gelu_32_gate,
        factor=_quick_gelu_fp32_factor,
        forward_torch=_quick_gelu_32_forward_torch,
        gate_torch=_quick_gelu_32_gate_torch,
        factor_torch=_quick_gelu_fp32_factor_torch,
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
    ("mish", "fp32"): CoefficientSet(
        name="mish-fp32",
        activation="mish",
        dtype="fp32",
        threshold=-1.1924312,
        error_rms=8.108e-07,
        error_max=5.777e-05,
        forward=_mish_32_forward,
        gate=_mish_32_gate,
        factor=_mish_fp32_factor,
        forward_torch=_mish_32_forward_torch,
        gate_torch=_mish_32_gate_torch,
        factor_torch=_mish_fp32_factor_torch,
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
def _with_sign(size, value):
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
            mask & ((slot >= 0) & (slot < side_width))[None, :],
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
    parts_ptr,
    rows,
    n,
    side_width,
    HAS_WEIGHT: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    CENTRE: tl.constexpr,
    ADD_ONE: tl.constexpr,
    FLOOR: tl.constexpr,
    KEEP_NORMALIZED: tl.constexpr,
    BOUNDED: tl.constexpr,
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
        aside = (slot >= 0) & (slot < side_width)
    if BOUNDED:
        most = tl.sqrt_rn(tl.cast(n, tl.float32))
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
        if BOUNDED:
            normalized = tl.where(tl.abs(normalized) > most, _with_sign(most, normalized), normalized)
        if SIDE:
            beside = tl.load(
                side_ptr + row[:, None] * side_width + slot[None, :],
                mask & aside[None, :],
                other=0.0,
            )
            normalized = tl.where(aside[None, :], _widen(beside), normalized)
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
    to = parts_ptr + program * n + column
    if HAS_WEIGHT:
        tl.store(to, tl.sum(dw, 0), inside)
        to += tl.num_programs(0) * n
    if HAS_BIAS:
        tl.store(to, tl.sum(db, 0), inside)


@_jit
def _norm_sums_kernel(
    parts_ptr,
    dw_ptr,
    db_ptr,
    parts,
    n,
    HAS_WEIGHT: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    PARTS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    column = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = column < n
    dw = tl.zeros([PARTS, BLOCK], tl.float32)
    db = tl.zeros([PARTS, BLOCK], tl.float32)
    for first in range(0, parts, PARTS):
        part = first + tl.arange(0, PARTS)
        mask = (part < parts)[:, None] & inside[None, :]
        at = parts_ptr + part[:, None] * n + column[None, :]
        if HAS_WEIGHT:
            dw += tl.load(at, mask, other=0.0)
            at += parts * n
        if HAS_BIAS:
            db += tl.load(at, mask, other=0.0)
    if HAS_WEIGHT:
        _store(dw_ptr + column, tl.sum(dw, 0), inside)
    if HAS_BIAS:
        _store(db_ptr + column, tl.sum(db, 0), inside)


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


class _Program:
    """A Triton kernel with its constants, for tensors whose dtypes do not change.

    Triton's own launch takes 20 us of the host: it looks at each argument for what it has compiled for,
    the dtype, whether an address or number is a multiple of 16, whether a number is 1. Here a compiled
    kernel is kept for each grid and exact numbers, and launched with addresses, if all are multiples of
    16 as they were the first time. `constants` name the kernel's last parameters, in their order, and
    `num_warps`.
    """

    def __init__(self, kernel: Any, **constants: Any) -> None:
        self.kernel = kernel
        self.constants = constants
        self.values = tuple(value for name, value in constants.items() if name != "num_warps")
        self.compiled: dict[Any, Any] = {}

    def __call__(self, programs: int, tensors: Sequence[torch.Tensor], *numbers: float) -> None:
        index = tensors[0].get_device()
        compiled = self.compiled.get((index, programs, numbers))
        if compiled is not None and index == _current_device() and not (_ENTER_HOOKS or _EXIT_HOOKS):
            addresses = [t.data_ptr() for t in tensors]
            if functools.reduce(operator.or_, addresses) % 16 == 0:
                run, function, metadata = compiled
                given = (*addresses, *numbers, *self.values)
                run(programs, 1, 1, _raw_stream(index), function, metadata, None, None, None, *given)
                return
        if programs > 0:
            self._launch(programs, tensors, numbers)

    def _launch(self, programs: int, tensors: Sequence[torch.Tensor], numbers: tuple[float, ...]) -> None:
        device = tensors[0].device
        if _INTERPRET:
            self.kernel[(programs,)](*map(_raw, tensors), *numbers, **self.constants)
        elif device.type == "cuda" and device.index != torch.cuda.current_device():
            with torch.cuda.device(device):
                self._launch(programs, tensors, numbers)
        else:
            kernel = self.kernel[(programs,)](*tensors, *numbers, enable_fp_fusion=False, **self.constants)
            # AMD's compiler looks at the sizes of storages too.
            if torch.version.cuda is not None and all(t.data_ptr() % 16 == 0 for t in tensors):
                if len(self.compiled) >= _MOST_LAUNCHES:
                    self.compiled.clear()
                key = (tensors[0].get_device(), programs, numbers)
                self.compiled[key] = (kernel.run, kernel.function, kernel.packed_metadata)


# Looked up once: in the thread that runs backward passes each look into a module costs.
_current_device: Any = getattr(torch._C, "_cuda_getDevice", None)
_raw_stream: Any = getattr(torch._C, "_cuda_getCurrentRawStream", None)
# A profiler of Triton's that wants to see launches is in these lists.
_ENTER_HOOKS: list[Any] = [] if triton is None else triton.knobs.runtime.launch_enter_hook.calls
_EXIT_HOOKS: list[Any] = [] if triton is None else triton.knobs.runtime.launch_exit_hook.calls
_MOST_LAUNCHES = 1024  # of one program: lengths of rows may differ from batch to batch


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


@functools.cache
def _activation_program(name: str, dtype: torch.dtype, indicator: bool) -> _Program:
    coefficients = _coefficients(name, dtype)
    return _Program(
        _activation_forward_kernel,
        FORWARD=coefficients.forward,
        THRESHOLD=coefficients.threshold,
        INDICATOR=indicator,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )


@functools.cache
def _activation_backward_program(name: str, dtype: torch.dtype, dy_dtype: torch.dtype) -> _Program:
    factor = _coefficients(name, dtype).factor
    return _Program(_activation_backward_kernel, FACTOR=factor, PTX=_PTX, BLOCK=_BLOCK)


@functools.cache
def _exact_backward_program(name: str, dtype: torch.dtype, dy_dtype: torch.dtype) -> _Program:
    gate = _coefficients(name, dtype).gate
    return _Program(_exact_backward_kernel, GATE=gate, PTX=_PTX, BLOCK=_BLOCK)


@functools.cache
def _gated_program(name: str, dtype: torch.dtype, recover: bool) -> _Program:
    return _Program(
        _gated_forward_kernel,
        GATE=_coefficients(name, dtype).gate,
        RECOVER=recover,
        LEAST=_LEAST_GATE,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )


@functools.cache
def _gated_backward_program(name: str, dtype: torch.dtype, dp_dtype: torch.dtype, recover: bool) -> _Program:
    return _Program(
        _gated_backward_kernel,
        GATE=_coefficients(name, dtype).gate,
        RECOVER=recover,
        EXACT=dtype == torch.float32,
        LEAST=_LEAST_GATE,
        PTX=_PTX,
        BLOCK=_BLOCK,
    )


def _activation(x: torch.Tensor, name: str) -> torch.Tensor:
    coefficients = _coefficients(name, x.dtype)
    x = x.contiguous(memory_format=_format(x))
    if not _triton_serves(x.device.type):
        return coefficients.forward_torch(x.float()).to(x.dtype)
    y = torch.empty_like(x)
    n = x.numel()
    _activation_program(name, x.dtype, False)(_cdiv(n, _BLOCK), (x, y, y), n)
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
    _activation_program(name, x.dtype, True)(_cdiv(n, _BLOCK), (x, y, bits), n)
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
    _activation_backward_program(name, y.dtype, dy.dtype)(_cdiv(n, _BLOCK), (dy, y, bits, dx), n)
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
    _exact_backward_program(name, x.dtype, dy.dtype)(_cdiv(n, _BLOCK), (dy, x, dx), n)
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
    _gated_program(name, a.dtype, recover)(rows * blocks, (a, b, p), width, blocks, *strides)


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
    program = _gated_backward_program(name, a.dtype, dp.dtype, recover)
    program(rows * blocks, (dp, a, kept, da, db), width, blocks, *strides[:4])


def _away_from_zero(value: torch.Tensor, recover: bool) -> torch.Tensor:
    if not recover:
        return value
    least = torch.copysign(torch.full_like(value, _LEAST_GATE), value)
    return torch.where(value.abs() < _LEAST_GATE, least, value)


def _gated_forward(a: torch.Tensor, b: torch.Tensor, name: str, recover: bool) -> torch.Tensor:
    p = torch.empty_like(a, memory_format=torch.contiguous_format)
    _gated_forward_to(a, b, p, name, recover)
    return p


def _gated_backward(
    dp: torch.Tensor, a: torch.Tensor, kept: torch.Tensor, name: str, recover: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    da = torch.empty_like(a, memory_format=torch.contiguous_format)
    db = torch.empty_like(a, memory_format=torch.contiguous_format)
    _gated_backward_to(dp, a, kept, da, db, name, recover)
    return da, db


def _gated_fused_forward(gate_up: torch.Tensor, name: str) -> torch.Tensor:
    """Gate input and product in one new tensor."""
    n = gate_up.shape[-1] // 2
    kept = torch.empty_like(gate_up, memory_format=torch.contiguous_format)
    kept[..., :n].copy_(gate_up[..., :n])
    _gated_forward_to(gate_up[..., :n], gate_up[..., n:], kept[..., n:], name, True)
    return kept


def _gated_fused_backward(dp: torch.Tensor, both: torch.Tensor, name: str, recover: bool) -> torch.Tensor:
    """The gradient of (a, b), from (a, p) or, without recover, (a, b)."""
    n = both.shape[-1] // 2
    d = torch.empty_like(both, memory_format=torch.contiguous_format)
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


def _least_weight(dtype: torch.dtype, normalized: bool) -> float:
    """The least |w|. fp16 has no range for it: there small w are in the side tensor."""
    return 0.0 if normalized or dtype == torch.float16 else _FLOOR


def _has_side(
    weight: torch.Tensor | None, bias: torch.Tensor | None, kept: torch.dtype, normalized: bool
) -> bool:
    """Whether some channels may need their normalized input kept beside y."""
    return weight is not None and not normalized and (bias is not None or kept == torch.float16)


def _effective_weight(weight: torch.Tensor, variant: str, least: float) -> torch.Tensor:
    w = weight.float()
    if _VARIANTS[variant].add_one:
        w = w + 1.0
    if least == 0.0:
        return w
    return torch.where(w.abs() < least, torch.copysign(torch.full_like(w, least), w), w)


class _Side(NamedTuple):
    """For each channel its place in the side tensor, or -1; and the side tensor's width.

    A place may lie beyond the width: see `_look_for_side_channels`.
    """

    slot: torch.Tensor | None
    width: int


class _Plan:
    """The side channels of one norm, and the state of its parameters for which they were found."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, variant: str, fp16: bool):
        self.weight = weakref.ref(weight)
        self.bias = None if bias is None else weakref.ref(bias)
        self.variant = variant
        self.fp16 = fp16
        self.state: tuple[int, ...] | None = None
        self.side = _Side(None, 0)
        self.room = 0  # the side tensor's width after the next step of an optimizer

    def alike(self, weight: torch.Tensor) -> tuple[Any, ...]:
        """Equal for norms that can be looked at together."""
        return (weight.numel(), weight.dtype, self.variant, self.fp16, self.bias is None)


def _state(weight: torch.Tensor, bias: torch.Tensor | None) -> tuple[int, ...] | None:
    """A key that differs whenever the parameters of a norm may have changed; None if nothing tells."""
    if weight.is_inference():
        return None
    state = (_weights_epoch, _optimizer_steps, weight.data_ptr(), weight._version)
    return state if bias is None else (*state, bias.data_ptr(), bias._version)


def _severity(norms: Sequence[tuple[torch.Tensor, _Plan]]) -> torch.Tensor:
    """|b| / |w| of each channel: above _HARD y cannot give the normalized input back.

    In fp16 |b| counts as no less than 2^-12, so that |w| < 2^-13 is hard too. norms: of one length, variant
    and dtype, all with a bias or all without; a row of the result each.
    """
    first = norms[0][1]
    w = torch.cat([weight.detach().reshape(1, -1) for weight, _ in norms])
    w = _effective_weight(w, first.variant, 0.0 if first.fp16 else _FLOOR).abs()
    if first.bias is None:
        return _HARD * _LEAST_FP16 / w if first.fp16 else torch.zeros_like(w)
    biases = [plan.bias() for _, plan in norms if plan.bias is not None]
    b = torch.cat([bias.detach().reshape(1, -1) for bias in biases if bias is not None]).float().abs()
    return (b.clamp(min=_HARD * _LEAST_FP16) if first.fp16 else b) / w


_HARD = 2.0
_NEARLY_HARD = _HARD / 8


_weights_epoch = 0
_optimizer_steps = 0
_optimizers_watched = False
# By the weight's id. An id says nothing once its tensor is gone, so that the plan's `weight` is compared.
_PLANS: dict[int, _Plan] = {}


def weights_changed() -> None:
    """Says that parameters of norms may have changed.

    A norm with a bias looks for channels whose |b| > 2 |w| whenever its parameters have changed: their
    version counters tell, and every step of a torch.optim.Optimizer and load_state_dict count as a
    change. Call this after writing to parameters in a way that none of these shows, such as through
    `.data` or by a kernel of one's own. The next forward pass then waits for the device; after a step of
    an optimizer it does not.
    """
    global _weights_epoch
    _weights_epoch += 1


def _watch_optimizers() -> None:
    # FSDP keeps version counters as they are, and some optimizers write through .data or pointers.
    global _optimizers_watched
    if not _optimizers_watched:
        from torch.optim.optimizer import register_optimizer_step_post_hook

        register_optimizer_step_post_hook(_optimizer_stepped)
        _optimizers_watched = True


def _optimizer_stepped(*_: Any) -> None:
    global _optimizer_steps
    _optimizer_steps += 1


def _side_channels(weight: torch.Tensor, bias: torch.Tensor | None, variant: str, fp16: bool) -> _Side:
    """The side channels of a norm, looked for if its parameters have changed."""
    plan = _PLANS.get(id(weight))
    if (
        plan is None
        or plan.weight() is not weight
        or (bias is not None if plan.bias is None else plan.bias() is not bias)
        or plan.variant != variant
        or plan.fp16 != fp16
    ):
        _watch_optimizers()
        plan = _PLANS[id(weight)] = _Plan(weight, bias, variant, fp16)
    state = _state(weight, bias)
    if state is None or state != plan.state:
        with torch.autocast(weight.device.type, enabled=False):  # it takes no tensors of other 16-bit dtypes
            _look_for_side_channels(weight, plan)
    return plan.side


class _Asked(NamedTuple):
    """Numbers of hard channels, and of these and nearly hard ones, on their way from the device."""

    plans: list[_Plan]
    n: int
    counts: torch.Tensor
    arrived: Any


_ASKED: list[_Asked] = []


def _room(hard: int, nearly: int, n: int) -> int:
    """The width of a side tensor after the next step of an optimizer, in which some channels may become hard.

    nearly: channels above _NEARLY_HARD, the hard ones included; without any, none is expected.
    """
    return min(n, hard + 4 + hard // 8) if nearly else 0


def _look_for_side_channels(weight: torch.Tensor, plan: _Plan) -> None:
    """Looks at a norm, and at all others of the device whose parameters have changed.

    The width of side tensors is needed on the host. It is the number of hard channels, for which the
    host waits; but after a step of an optimizer, when the device is best not waited for, it is the room
    that the step before had asked for. Should more channels than that have become hard in one step, the
    places of the least hard ones lie beyond the side tensor: for this step their x^ comes from y, within
    sqrt(n).
    """
    if weight.is_cuda and torch.cuda.is_current_stream_capturing():
        raise RuntimeError("parameters of a norm have changed: call it once before capturing a CUDA graph")
    groups: dict[Any, list[tuple[torch.Tensor, _Plan]]] = {}
    for key, its_plan in list(_PLANS.items()):
        other = its_plan.weight()
        bias = None if its_plan.bias is None else its_plan.bias()
        if other is None or (its_plan.bias is not None and bias is None):
            del _PLANS[key]
            continue
        if other is not weight:
            if type(other) not in _PLAIN or other.device != weight.device:
                continue
            if not other.untyped_storage().nbytes():
                continue
        state, known = _state(other, bias), its_plan.state
        if its_plan is plan or (state is not None and state != known):
            stepped = False
            if state is not None and known is not None:
                stepped = known[0] == state[0] and known[1] != state[1]
            groups.setdefault((stepped, its_plan.alike(other)), []).append((other, its_plan))
            its_plan.state = state
    while _ASKED:
        asked = _ASKED.pop()
        if asked.arrived is not None:
            asked.arrived.synchronize()
        for its_plan, (hard, nearly) in zip(asked.plans, asked.counts.tolist()):
            its_plan.room = _room(hard, nearly, asked.n)
    waiting = []
    for (stepped, _), norms in groups.items():
        plans = [its_plan for _, its_plan in norms]
        severity = _severity(norms)
        counts = torch.stack([(severity > least).sum(1) for least in (_HARD, _NEARLY_HARD)], 1)
        if not stepped:
            waiting.append((plans, severity, counts))
            continue
        arrived = None
        if weight.is_cuda:
            counts = counts.to("cpu", non_blocking=True)
            arrived = torch.cuda.Event()
            arrived.record(torch.cuda.current_stream(weight.device))
        _ASKED.append(_Asked(plans, severity.shape[1], counts, arrived))
        _set_sides(plans, severity, [its_plan.room for its_plan in plans])
    if waiting:
        numbers = iter(torch.cat([counts for _, _, counts in waiting]).tolist())
        for plans, severity, _ in waiting:
            widths = []
            for its_plan in plans:
                width, nearly = next(numbers)
                its_plan.room = _room(width, nearly, severity.shape[1])
                widths.append(width)
            _set_sides(plans, severity, widths)


def _set_sides(plans: Sequence[_Plan], severity: torch.Tensor, widths: Sequence[int]) -> None:
    """Gives the hardest channels of each norm their places."""
    most = max(widths)
    if most:
        hardest, channels = severity.topk(most, 1)
        places = torch.arange(most, dtype=torch.int32, device=severity.device)
        places = torch.where(hardest > _HARD, places, -1)
        slots = torch.full_like(severity, -1, dtype=torch.int32).scatter_(1, channels, places)
    for i, (plan, width) in enumerate(zip(plans, widths)):
        plan.side = _Side(slots[i], width) if width else _Side(None, 0)


@functools.cache
def _processors(device: torch.device) -> int:
    return torch.cuda.get_device_properties(device).multi_processor_count if device.type == "cuda" else 2


_LONGEST_ROW = 16384  # in one program; longer rows take torch operations


def _tile(n: int) -> tuple[int, int, int]:
    """Rows a program, the next power of two from n on, warps.

    Fastest for forward and backward of layer_norm on 2^26 bf16 elements, of 2 to 9 ways for each block
    from 512 on (H100, Triton 3.6). Blocks of 16384 have more values than registers: 1.7 times the time
    of PyTorch's own layer_norm; shorter ones take 0.6 to 0.75 of it.
    """
    block = 1 << max(n - 1, 15).bit_length()
    if block > 8192:
        return 1, block, 32
    if block > 4096:
        return 1, block, 8
    if block > 1024:
        return 2, block, 8
    return min(16, 2048 // block), block, 8 if block == 512 else 4


class _NormPrograms(NamedTuple):
    """The kernels of norms alike in dtypes, length of rows and variant; `rows` a program takes at a time."""

    forward: _Program
    backward: _Program
    sums: _Program
    rows: int
    programs: int  # most of a backward pass


_SUMMED = 16  # columns a program of _norm_sums_kernel


@functools.cache
def _norm_programs(
    n: int,
    variant: str,
    dtypes: tuple[torch.dtype | None, ...],
    kept_dtype: torch.dtype,
    normalized: bool,
    keep: bool,
    side: bool,
    device: torch.device,
) -> _NormPrograms:
    """dtypes: of the first tensor, of weight and bias, of the result."""
    x_dtype, weight, bias, _ = dtypes
    kind = _VARIANTS[variant]
    rows, block, warps = _tile(n)
    has = {"HAS_WEIGHT": weight is not None, "HAS_BIAS": bias is not None}
    formula = {"CENTRE": kind.centre, "ADD_ONE": kind.add_one}
    tile = {"ROWS": rows, "BLOCK": block, "num_warps": warps}
    least = _least_weight(kept_dtype, normalized)
    return _NormPrograms(
        _Program(
            _norm_forward_kernel,
            **has,
            **formula,
            ROUND=kind.round_first and x_dtype != torch.float32,
            FLOOR=least,
            KEEP_NORMALIZED=normalized and keep,
            SIDE=side,
            **tile,
        ),
        _Program(
            _norm_backward_kernel,
            **has,
            **formula,
            FLOOR=least,
            KEEP_NORMALIZED=normalized,
            BOUNDED=weight is not None and not normalized and (bias is not None or least == 0.0),
            SIDE=side,
            **tile,
        ),
        _Program(_norm_sums_kernel, **has, PARTS=256, BLOCK=_SUMMED, num_warps=8),
        rows,
        _processors(device) * (4 if warps == 4 else 2),
    )


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
    device = x.device
    kept = torch.empty_like(x, dtype=kept_dtype) if normalized and keep else None
    slot = side.slot
    beside = None if slot is None else torch.empty((rows, side.width), dtype=kept_dtype, device=device)
    if not _triton_serves(device.type) or n > _LONGEST_ROW:
        kind = _VARIANTS[variant]
        least = _least_weight(kept_dtype, normalized)
        wide = x.float()
        if kind.centre:
            wide = wide - wide.mean(-1, keepdim=True)
        rstd = 1.0 / torch.sqrt((wide * wide).mean(-1, keepdim=True) + eps)
        xhat = wide * rstd
        if kind.round_first:
            xhat = xhat.to(x.dtype).float()
        y = xhat if weight is None else xhat * _effective_weight(weight, variant, least)
        if bias is not None:
            y = y + bias.float()
        if kept is not None:
            kept.copy_(xhat)
        if slot is not None and beside is not None:
            aside = (slot >= 0) & (slot < side.width)
            beside[:, slot[aside].long()] = xhat.reshape(rows, n)[:, aside].to(kept_dtype)
        return y.to(y_dtype), kept, rstd.reshape(rows), slot, beside
    y = torch.empty_like(x, dtype=y_dtype)
    rstd = torch.empty(rows, dtype=torch.float32, device=device)
    dtypes = (x.dtype, _dtype_of(weight), _dtype_of(bias), y_dtype)
    norm = _norm_programs(n, variant, dtypes, kept_dtype, normalized, keep, slot is not None, device)
    tensors = (
        x,
        x if weight is None else weight,
        x if bias is None else bias,
        y,
        y if kept is None else kept,
        rstd,
        rstd if slot is None else slot,
        y if beside is None else beside,
    )
    norm.forward(_cdiv(rows, norm.rows), tensors, rows, n, side.width, eps)
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
    device = kept.device
    width = 0 if beside is None else beside.shape[1]
    if not _triton_serves(device.type) or n > _LONGEST_ROW:
        least = _least_weight(kept.dtype, normalized)
        gradient = dy.reshape(rows, n).float()
        xhat = kept.reshape(rows, n).float()
        w = None if weight is None else _effective_weight(weight, variant, least)
        weighted = gradient if w is None else gradient * w
        if not normalized:
            if bias is not None:
                xhat = xhat - bias.float()
            if w is not None:
                xhat = xhat / w
            xhat = xhat.clamp(-math.sqrt(n), math.sqrt(n))
            if slot is not None and beside is not None and width:
                aside = (slot >= 0) & (slot < width)
                xhat = torch.where(aside, beside.float()[:, torch.where(aside, slot, 0)], xhat)
        dx = weighted - xhat * (weighted * xhat).mean(-1, keepdim=True)
        if _VARIANTS[variant].centre:
            dx = dx - weighted.mean(-1, keepdim=True)
        dx = (dx * rstd[:, None]).to(x_dtype).reshape(kept.shape)
        dw = None if weight is None else (gradient * xhat).sum(0).to(weight.dtype)
        db = None if bias is None else gradient.sum(0).to(bias.dtype)
        return dx, dw, db
    dx = torch.empty_like(kept, dtype=x_dtype)
    dtypes = (dy.dtype, _dtype_of(weight), _dtype_of(bias), x_dtype)
    norm = _norm_programs(n, variant, dtypes, kept.dtype, normalized, True, width > 0, device)
    programs = min(_cdiv(rows, norm.rows), norm.programs)
    dw = None if weight is None else torch.empty_like(weight)
    db = None if bias is None else torch.empty_like(bias)
    given = (weight is not None) + (bias is not None)
    parts = torch.empty(given * programs * n, dtype=torch.float32, device=device) if given else rstd
    tensors = (
        dy,
        kept,
        rstd,
        kept if weight is None else weight,
        kept if bias is None else bias,
        rstd if slot is None or not width else slot,
        kept if beside is None or not width else beside,
        dx,
        parts,
    )
    norm.backward(programs, tensors, rows, n, width)
    if given:
        sums = (parts, parts if dw is None else dw, parts if db is None else db)
        norm.sums(_cdiv(n, _SUMMED), sums, programs, n)
    return dx, dw, db


def _dtype_of(parameter: torch.Tensor | None) -> torch.dtype | None:
    return None if parameter is None else parameter.dtype


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

# A copy in a package has operators of its own, so that several copies can be loaded.
_NAMESPACE = __name__.replace(".", "_") if __package__ else "invact_torch"
_LIBRARY = torch.library.Library(_NAMESPACE, "FRAGMENT")


def _register(schema: str, implementation: Callable[..., Any], fake: Callable[..., Any]) -> None:
    name = schema.partition("(")[0]
    _LIBRARY.define(schema, tags=(torch.Tag.pt2_compliant_tag,))
    _LIBRARY.impl(name, implementation, "CompositeExplicitAutograd")
    torch.library.register_fake(f"{_NAMESPACE}::{name}", fake, lib=_LIBRARY)


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
_OPS = getattr(torch.ops, _NAMESPACE)


def _needs_operators(x: torch.Tensor) -> bool:
    """Whether x must go through the dispatcher: while compiling, in a mode or transform, as a subclass.

    Otherwise kernels are launched directly, which takes a third of the time.
    """
    return (
        torch.compiler.is_compiling()
        or type(x) not in _PLAIN
        or torch._C._len_torch_dispatch_stack() > 0
        or torch._C._are_functorch_transforms_active()
    )


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
    """Makes gradients of a backward pass raise an error when they are differentiated.

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


def _twin(function: Any, by_operator: Any, directly: Any) -> Any:
    """A function without setup_context, which torch.func needs and which costs 25 us a call.

    It has the first output alone, and saves the others as they are, of the operator or of the Python
    function that is the same without the dispatcher.
    """

    class Twin(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Any) -> torch.Tensor:  # type: ignore[override]
            output = (by_operator if _needs_operators(inputs[0]) else directly)(*inputs)
            function.save(ctx, inputs, output)
            return output[0] if isinstance(output, tuple) else output

        backward = staticmethod(function.backward)

    Twin.__name__ = Twin.__qualname__ = function.__name__ + "Twin"
    # What torch.autograd.Function.apply calls outside torch.func, without its look at each input.
    return super(torch.autograd.Function, Twin).apply  # type: ignore[misc]


def _apply(function: Any, twin: Any, x: torch.Tensor, *inputs: Any) -> torch.Tensor:
    if (
        torch.compiler.is_compiling()
        or torch._C._are_functorch_transforms_active()
        or torch._C._functorch.is_functorch_wrapped_tensor(x)  # one that torch.func has left behind
    ):
        output = function.apply(x, *inputs)
        return output[0] if isinstance(output, tuple) else output
    return twin(x, *inputs)


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


_INVERTED = _twin(_Inverted, _OPS.activation_forward, _activation_forward)
_EXACT = _twin(_Exact, _OPS.activation, _activation)
_GATED = _twin(_Gated, _OPS.gated_forward, _gated_forward)
_NORM = _twin(_Norm, _OPS.norm_forward, _norm_forward)


# ---------------------------------------------------------------------------------------------
# Functions


def _refuse(*tensors: torch.Tensor | None) -> None:
    """vmap raises here rather than in a kernel."""
    if torch.compiler.is_compiling() or not torch._C._are_functorch_transforms_active():
        return
    for x in tensors:
        if x is not None and torch._C._functorch.is_batchedtensor(x):
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
    plain = type(x) in _PLAIN
    for t in (weight, bias):
        plain = plain and (t is None or type(t) in _PLAIN)
    device_type = x.device.type
    form = _norm_form if torch.compiler.is_compiling() or not plain else _known_norm_form
    n, y_dtype, kept_dtype = form(
        normalized_shape if isinstance(normalized_shape, int) else tuple(normalized_shape),
        variant,
        torch.get_autocast_dtype(device_type) if torch.is_autocast_enabled(device_type) else None,
        readers_are_linear,
        (x.shape, x.dtype),
        None if weight is None else (weight.shape, weight.dtype),
        None if bias is None else (bias.shape, bias.dtype),
    )
    if not plain and any(t is not None and _is_dtensor(t) for t in (x, weight, bias)):
        raise NotImplementedError("a norm of DTensors: take local parts (to_local), rows are independent")
    _refuse(x, weight, bias)
    if x.numel() == 0:
        return _empty_norm(x, weight, bias, y_dtype)
    flat = x
    dims = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    if dims > 1:  # a reshape to the same shape would be two nodes of autograd's graph
        flat = x.reshape(*x.shape[: x.dim() - dims], n)
        weight = None if weight is None else weight.reshape(n)
        bias = None if bias is None else bias.reshape(n)
    keep = forward_ad._current_level >= 0 or (
        torch.is_grad_enabled()
        and (
            x.requires_grad
            or (weight is not None and weight.requires_grad)
            or (bias is not None and bias.requires_grad)
        )
    )
    normalized = kept_dtype != y_dtype
    y = _apply(_Norm, _NORM, flat, weight, bias, eps, variant, y_dtype, kept_dtype, normalized, keep)
    return y if flat is x else y.reshape(x.shape)


_Typed = tuple[Sequence[int], torch.dtype]  # shape and dtype


def _norm_form(
    normalized_shape: int | tuple[int, ...],
    variant: str,
    autocast: torch.dtype | None,
    readers_are_linear: bool,
    x: _Typed,
    weight: _Typed | None,
    bias: _Typed | None,
) -> tuple[int, torch.dtype, torch.dtype]:
    """Length of a row, dtype of y and dtype of what is kept; errors for shapes and dtypes that do not fit."""
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    x_shape, x_dtype = x
    if not shape or tuple(x_shape[len(x_shape) - len(shape) :]) != shape:
        raise ValueError(f"an input of shape {tuple(x_shape)} does not end in {shape}")
    for parameter, label in ((weight, "weight"), (bias, "bias")):
        if parameter is not None and tuple(parameter[0]) != shape:
            raise ValueError(f"{label} has shape {tuple(parameter[0])}, not {shape}")
        if parameter is not None and parameter[1] not in _DTYPES:
            raise TypeError(f"{label} must be float32, bfloat16 or float16, not {parameter[1]}")
    if x_dtype not in _DTYPES:
        raise TypeError(f"a norm takes float32, bfloat16 or float16 tensors, not {x_dtype}")
    y_dtype = kept_dtype = x_dtype
    if autocast is not None:
        kept_dtype = autocast
        plain = x_dtype if variant == "gemma" else torch.float32
        y_dtype = kept_dtype if readers_are_linear else plain
    elif variant == "llama" and weight is not None:
        y_dtype = torch.promote_types(x_dtype, weight[1])
    return math.prod(shape), y_dtype, kept_dtype


_known_norm_form = functools.lru_cache(4096)(_norm_form)


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
    also of channels with |w| < 2^-13. Which they are is looked up when the parameters have changed. How
    many is known when the device has told: a norm's first call, and calls after load_state_dict or
    writes to its parameters, wait for that. After a step of an optimizer none waits: the side tensor is
    as wide as there were such channels at the step before, and 4 wider if any channel was within a factor
    of 8 of being one. What has no room has its x^ from y, within sqrt(n), for this step. Before capturing
    a CUDA graph, call the norm once.

    Where y is fp32 and 16-bit Linears read it, x^ rounded to 16 bits is kept instead of y.

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
    return _discard(name, tensors, y, reader(y))


def _discard(
    name: str, tensors: tuple[torch.Tensor, ...], y: torch.Tensor, out: torch.Tensor
) -> torch.Tensor:
    """Frees the storage of y = f(inputs), which only the maker of out has kept, until out's gradient is there."""
    if torch.compiler.is_compiling():
        return out
    if _probe is not None:
        _probe.free(y)
        return out
    if (
        not (y.requires_grad and out.requires_grad)
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
        shape, linear = self.normalized_shape, self.readers_are_linear
        return _norm(x, shape, self.weight, self.bias, self.eps, "layer", linear)

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
# Converting a model: what its instances become


class ConversionError(RuntimeError):
    """A model in which nothing could be converted, or that computes something else once it is."""


class _Setting(NamedTuple):
    """What a converted instance computes.

    function: an activation of SETS, or a norm's variant. children: names of the submodules in the
    order in which they are called. exact: the gated unit keeps a and b. gate_first: of a fused
    projection, the first half is the gate. own_dtype: a norm's output has its input's dtype under
    autocast too.
    """

    kind: str
    function: str = ""
    mode: str = "inverted"
    exact: bool = False
    children: tuple[str, ...] = ()
    gate_first: bool = True
    eps: float | None = None
    readers_are_linear: bool = False
    own_dtype: bool = False


class _Converted(nn.Module):
    """Base of the class that `convert` gives to an instance: a subclass for this instance alone.

    The class itself, the instance's attributes, parameters, submodules and hooks stay as they are, so
    that names, state_dict and isinstance do too. Unlike a forward function in the instance's
    dictionary, a class follows copies (deepcopy, pickle, the replicas of nn.DataParallel).
    """

    _invact: _Setting
    _invact_class: type[nn.Module]

    def __reduce_ex__(self, protocol: Any) -> Any:
        reduced = super().__reduce_ex__(protocol)
        return (_rebuild, (self._invact.kind, self._invact_class), *reduced[2:])

    def extra_repr(self) -> str:
        setting = self._invact
        said = f"invact={' '.join(word for word in (setting.function, setting.kind) if word)!r}"
        return ", ".join(text for text in (super().extra_repr(), said) if text)


class _ConvertedActivation(_Converted):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        setting = self._invact
        if setting.mode == "inverted":
            return activation(setting.function, x)
        y = activation(setting.function, x, exact=True)
        if y.requires_grad and not torch.compiler.is_compiling():
            y._invact_inputs = (setting.function, (x,))  # type: ignore[attr-defined]
        return y


class _ConvertedReader(_Converted):
    """The next layer of an activation in mode "recompute": frees its input."""

    def forward(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        out = super().forward(x, *args, **kwargs)
        inputs = None if torch.compiler.is_compiling() else getattr(x, "_invact_inputs", None)
        return out if inputs is None else _discard(inputs[0], inputs[1], x, out)


class _ConvertedMLP(_Converted):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        setting = self._invact
        up, down = (getattr(self, name) for name in setting.children)
        if setting.mode == "recompute":
            return recompute(setting.function, up(x), down)
        return down(activation(setting.function, up(x)))


class _ConvertedGated(_Converted):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        setting = self._invact
        gate, up, down = (getattr(self, name) for name in setting.children)
        a = gate(x)
        b = up(x)
        if setting.mode == "recompute" and not setting.exact:
            return recompute(setting.function, (a, b), down)
        return down(gated(setting.function, a, b, exact=setting.exact))


class _ConvertedFused(_Converted):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        setting = self._invact
        gate_up, down = (getattr(self, name) for name in setting.children)
        both = gate_up(x)
        if setting.mode == "inverted" and not setting.exact and setting.gate_first:
            return down(gated_(setting.function, both))
        a, b = both.chunk(2, -1) if setting.gate_first else both.chunk(2, -1)[::-1]
        if setting.mode == "recompute" and not setting.exact:
            return recompute(setting.function, (a, b), down)
        return down(gated(setting.function, a, b, exact=setting.exact))


class _ConvertedNorm(_Converted):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        setting = self._invact
        weight: Any = getattr(self, "weight", None)
        shape: Any = weight.shape if weight is not None else self.normalized_shape
        eps = torch.finfo(x.dtype).eps if setting.eps is None else setting.eps
        bias: Any = getattr(self, "bias", None)
        given = (x, shape, weight, bias, eps, setting.function, setting.readers_are_linear)
        if setting.own_dtype and torch.is_autocast_enabled(x.device.type):
            with torch.autocast(x.device.type, enabled=False):
                return _norm(*given)
        return _norm(*given)

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        weights_changed()


_CONVERTED: dict[str, type[_Converted]] = {
    "activation": _ConvertedActivation,
    "reader": _ConvertedReader,
    "MLP": _ConvertedMLP,
    "gated": _ConvertedGated,
    "fused gated": _ConvertedFused,
    "norm": _ConvertedNorm,
}


_CLASSES: dict[tuple[str, type], type[_Converted]] = {}


def _converted_class(kind: str, original: type[nn.Module]) -> type[_Converted]:
    made = _CLASSES.get((kind, original))
    if made is None:
        bases: Any = (_CONVERTED[kind], original)
        made = type(original.__name__, bases, {"__module__": __name__, "_invact_class": original})
        _CLASSES[kind, original] = made
    return made


def _rebuild(kind: str, original: type[nn.Module]) -> nn.Module:
    converted = _converted_class(kind, original)
    return converted.__new__(converted)


def _put(module: nn.Module, setting: _Setting) -> None:
    module.__class__ = _converted_class(setting.kind, type(module))
    module._invact = setting  # type: ignore[assignment]


def _take_back(module: nn.Module) -> _Setting:
    setting = module.__dict__.pop("_invact")
    module.__class__ = type(module)._invact_class  # type: ignore[attr-defined]
    return setting


# ---------------------------------------------------------------------------------------------
# Converting a model: what its modules compute


def _bare(module: nn.Module) -> nn.Module:
    """A shallow copy without hooks, whose parameters and submodules can be exchanged."""
    bare = copy.copy(module)
    for name, value in list(vars(bare).items()):
        if name.endswith("_hooks"):
            bare.__dict__[name] = type(value)()
    bare._parameters = dict(module._parameters)
    bare._modules = dict(module._modules)
    return bare


def _run(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The original forward pass of a bare module, without hooks."""
    return type(module).forward(module, x)


@functools.cache
def _grid() -> torch.Tensor:
    """Inputs that tell activations apart: dense where they bend, and far out, where others clamp."""
    near = torch.linspace(-12, 12, 2401, dtype=torch.float64)
    far = torch.logspace(1, 4, 61, dtype=torch.float64)
    return torch.cat((-far, near, far))


def _names() -> list[str]:
    """Activations that this file has a set for, and whose formula it knows."""
    return [name for name in _REFERENCES if any(name == served for served, _ in SETS)]


_KEEPS_OUTPUT = ("relu", "sigmoid", "tanh")


def _recognise_activation(module: nn.Module) -> str | None:
    """The activation of SETS that a module without parameters computes, with its derivative.

    None if it is no pointwise function or one that keeps its output as it is; ValueError with the reason
    for another pointwise function.
    """
    if next(module.parameters(), None) is not None or next(module.children(), None) is not None:
        return None
    if next(module.buffers(), None) is not None:
        return None
    x = _grid().clone().requires_grad_()
    try:
        bare = _bare(module).eval()
        with torch.enable_grad(), torch.autocast("cpu", enabled=False):
            y = _run(bare, x.clone())
            (slope,) = torch.autograd.grad(y.sum(), x)
            shuffled = _run(bare, x.detach().flip(0).reshape(3, -1))
    except Exception:  # a module of another kind: it takes no single tensor, or gives none back
        return None
    y = y.detach()
    if y.shape != x.shape or not torch.allclose(shuffled.reshape(-1).flip(0), y, 1e-12, 1e-12):
        return None
    x = x.detach()
    for name in _names():
        f, derivative = _reference(name, x)
        if torch.allclose(y, f, rtol=1e-6, atol=1e-6) and torch.allclose(slope, derivative, 1e-5, 1e-5):
            return name
    keeps = [getattr(torch, name)(x) for name in _KEEPS_OUTPUT]
    if any(torch.allclose(y, f, rtol=1e-6, atol=1e-6) for f in (x, *keeps)):
        return None
    nearest = min(_names(), key=lambda n: _distance(y, n, x, 1.0))
    if _distance(y, nearest, x, 1.0) < 1e-2:
        raise ValueError(
            f"its function is near {nearest}, and differs by {_distance(y, nearest, x, 1e9):.2g}"
        )
    raise ValueError("there is no coefficient set for its function")


def _distance(y: torch.Tensor, name: str, x: torch.Tensor, far: float) -> float:
    """The largest difference of y from an activation where |x| <= far."""
    return (y - _reference(name, x)[0])[x.abs() <= far].abs().max().item()


def _widths(module: nn.Module) -> tuple[int, int] | None:
    """Input and output width of a module that is used as a Linear: nn.Linear, PEFT's, GPT-2's Conv1D."""
    for names in (("in_features", "out_features"), ("nx", "nf")):
        widths = tuple(getattr(module, name, None) for name in names)
        if all(isinstance(width, int) for width in widths):
            return widths  # type: ignore[return-value]
    return None


class _Activated(torch.autograd.Function):
    """An activation in fp64 with its derivative."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, name: str) -> torch.Tensor:  # type: ignore[override]
        f, derivative = _reference(name, x)
        ctx.save_for_backward(derivative)
        return f

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> Any:  # type: ignore[override]
        return dy * ctx.saved_tensors[0], None


def _unit(setting: _Setting, linears: dict[str, nn.Module], x: torch.Tensor) -> torch.Tensor:
    """What an MLP of this setting computes."""
    first = [linears[name](x) for name in setting.children[:-1]]
    if setting.kind == "fused gated":
        first = list(first[0].chunk(2, -1) if setting.gate_first else first[0].chunk(2, -1)[::-1])
    y = _Activated.apply(first[0], setting.function)
    if len(first) == 2:
        y = y * first[1]
    return linears[setting.children[-1]](y)


def _results(call: Callable[[], torch.Tensor], leaves: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Output and gradients, for a gradient of the output that is different everywhere."""
    y = call()
    dy = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).reshape(y.shape)
    return [y.detach(), *torch.autograd.grad(y, leaves, dy, allow_unused=True)]


def _agree(actual: Sequence[torch.Tensor | None], expected: Sequence[torch.Tensor | None]) -> bool:
    """Whether tensors agree row by row to 1e-5: a module may compute its activation in fp32."""
    for a, e in zip(actual, expected):
        if a is None or e is None:
            if a is not e:
                return False
            continue
        if a.shape != e.shape:
            return False
        error = torch.linalg.vector_norm(a - e, dim=-1)
        if not bool((error <= 1e-5 * torch.linalg.vector_norm(e, dim=-1)).all()):
            return False
    return True


def _hypotheses(
    widths: dict[str, tuple[int, int]], functions: Sequence[str], mode: str
) -> Iterator[_Setting]:
    """The MLPs that Linears of these widths may form."""
    for order in itertools.permutations(widths):
        shapes = [widths[name] for name in order]
        model, inner = shapes[0]
        for function in functions:
            if len(order) == 3 and shapes[1] == (model, inner) and shapes[2] == (inner, model):
                yield _Setting("gated", function, mode, children=order)
            if len(order) == 2 and shapes[1] == (inner, model):
                yield _Setting("MLP", function, mode, children=order)
            if len(order) == 2 and 2 * shapes[1][0] == inner and shapes[1][1] == model:
                for gate_first in (True, False):
                    yield _Setting("fused gated", function, mode, children=order, gate_first=gate_first)


def _recognise_mlp(module: nn.Module, mode: str) -> _Setting | None:
    """How a module computes down(act(gate(x)) * up(x)), or down(act(up(x))) with a function as act.

    Its forward function runs in fp64 on small Linears in place of its own, on rows of magnitudes from
    2^-6 to 2^12, so that a clamp, a factor or another order shows; output and gradients must be those of the
    formula to 1e-5. None if it is no such MLP; ValueError with the reason if it looks like one.
    """
    widths = {name: w for name, child in module.named_children() if (w := _widths(child)) is not None}
    rest = {name: child for name, child in module.named_children() if name not in widths}
    if len(widths) not in (2, 3) or any(list(child.children()) for child in rest.values()):
        return None
    activations: dict[str, str] = {}
    for name, child in rest.items():
        try:
            function = _recognise_activation(child)
        except ValueError as reason:
            if any(True for _ in _hypotheses(widths, ("",), mode)):
                raise ValueError(f"its activation {name}: {reason}") from None
            return None
        if function is not None:
            activations[name] = function
    functions = tuple(dict.fromkeys(activations.values() or _names()))
    hypotheses = [h for h in _hypotheses(widths, functions, mode) if not (h.kind == "MLP" and activations)]
    if not hypotheses or (len(functions) > 1 and activations):
        return None
    inner = widths[hypotheses[0].children[-1]][0]
    small = {2 * inner: 20, inner: 10}  # other widths become 6
    with torch.random.fork_rng(devices=[]), torch.enable_grad(), torch.autocast("cpu", enabled=False):
        torch.manual_seed(0)
        bare = _bare(module)
        linears: dict[str, nn.Module] = {}
        for name, (n, m) in widths.items():
            linears[name] = nn.Linear(small.get(n, 6), small.get(m, 6), dtype=torch.float64)
            bare._modules[name] = linears[name]
        others = {name: _bare(child) for name, child in rest.items()}
        bare._modules.update(others)
        scales = torch.exp2(torch.linspace(-6, 12, 10, dtype=torch.float64))
        n = small.get(widths[hypotheses[0].children[0]][0], 6)
        x = (torch.randn(1, 10, n, dtype=torch.float64) * scales[:, None]).requires_grad_()
        leaves = [x, *(p for linear in linears.values() for p in linear.parameters())]
        why = ""
        for training in (True, False):
            for part in (bare, *others.values()):
                part.training = training
            try:
                actual = _results(lambda: _run(bare, x), leaves)
            except Exception as error:
                why = f"it does not run alone ({_first_line(error)})"
                continue
            for setting in hypotheses:
                if _agree(actual, _results(lambda: _unit(setting, linears, x), leaves)):
                    if training:
                        return setting
                    raise ValueError("dropout lies before the last Linear")
            why = "its forward function is not that of act(gate) * up: clamped, scaled or interleaved"
    if activations and any(h.kind != "MLP" for h in hypotheses):
        raise ValueError(why)
    return None


def _norm_inputs(n: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows small enough for the epsilon to count, and others; a weight and a bias."""
    scales = torch.exp2(torch.linspace(-14, 6, 24))
    x = torch.randn(24, n) * scales[:, None] + 0.3 * scales[:, None]
    return x.to(dtype), torch.randn(n).to(dtype), torch.randn(n).to(dtype)


def _recognise_norm(module: nn.Module) -> _Setting | None:
    """The norm that a module computes.

    The module's forward function runs on random rows with a random weight and bias: in fp32 it must agree
    with ours to 1e-5; of an RMSNorm 97 % of all elements must be equal in bf16, where variants differ in
    rounding (fp32's order of operations decides few, another rounding a quarter). None if it is no norm; ValueError with the reason if it is another one.
    """
    parameters = dict(module.named_parameters())
    if next(module.children(), None) is not None or next(module.buffers(), None) is not None:
        return None
    if not set(parameters) <= {"weight", "bias"}:
        return None
    weight: Any = parameters.get("weight")
    shape = getattr(module, "normalized_shape", None) if weight is None else tuple(weight.shape)
    if not isinstance(shape, tuple) or (len(shape) != 1 and not isinstance(module, nn.LayerNorm)):
        return None
    named = "norm" in type(module).__name__.lower()
    n = math.prod(shape)
    bare = _bare(module)

    def outputs(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        given = {"weight": w, "bias": b}
        for name in parameters:
            bare._parameters[name] = nn.Parameter(given[name].reshape(shape), requires_grad=False)
        return _run(bare, x.reshape(-1, *shape)).reshape(-1, n)

    def ours(setting: _Setting, x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        eps = torch.finfo(x.dtype).eps if setting.eps is None else setting.eps
        given_w = w if "weight" in parameters else None
        given_b = b if "bias" in parameters else None
        return _norm(x, (n,), given_w, given_b, eps, setting.function, False)

    with torch.random.fork_rng(devices=[]), torch.no_grad(), torch.autocast("cpu", enabled=False):
        torch.manual_seed(0)
        values = _norm_inputs(n, torch.float32)
        try:
            expected = outputs(*values)
        except Exception:
            if named:
                raise ValueError("its forward function does not run alone on the CPU") from None
            return None
        if expected.shape != values[0].shape:
            return None
        own = [v for v in vars(module).values() if isinstance(v, float) and 0 < v < 0.1]
        fits: list[_Setting] = []
        for variant in ("layer",) if "bias" in parameters else tuple(_VARIANTS):
            for eps in dict.fromkeys((*own, 1e-5, 1e-6, None)):
                setting = _Setting("norm", variant, eps=eps)
                if _agree([ours(setting, *values)], [expected]):
                    fits.append(setting)
                    break
        if not fits:
            if named:
                raise ValueError(
                    "its function is none of LayerNorm and the RMSNorms of PyTorch, Llama, Gemma"
                )
            return None
        if fits[0].function != "layer":
            values = _norm_inputs(n, torch.bfloat16)
            expected = outputs(*values)
            equal = [(ours(f, *values) == expected).float().mean().item() for f in fits]
            best = max(range(len(fits)), key=lambda k: equal[k])
            if equal[best] < 0.97:
                raise ValueError(
                    "it rounds to 16 bits in another way than the RMSNorms of PyTorch, Llama, Gemma"
                )
            return fits[best]
    return fits[0]


# ---------------------------------------------------------------------------------------------
# Converting a model: who reads what, and who keeps it

# Functions whose inputs autocast rounds to 16 bits. One input is kept where the other one is trained.
_MATRIX_PRODUCTS = {
    F.linear,
    torch.matmul,
    torch.Tensor.matmul,
    torch.Tensor.__matmul__,
    torch.mm,
    torch.Tensor.mm,
    torch.bmm,
    torch.Tensor.bmm,
    torch.addmm,
    torch.baddbmm,
    F.conv1d,
    F.conv2d,
    F.conv3d,
}
_MATRIX_NODES = ("Addmm", "Mm", "Bmm", "Baddbmm", "Linear", "Convolution")
_VIEW_NODES = (
    "Alias",
    "Expand",
    "Permute",
    "ReshapeAlias",
    "Slice",
    "Squeeze",
    "T",
    "ToCopy",
    "Transpose",
    "Unsqueeze",
    "UnsafeView",
    "View",
)


class _Reader(NamedTuple):
    """A function that got a module's output, and the modules around it."""

    function: str
    product: bool
    autocast: bool
    trained: bool
    changes: bool
    dropout: bool
    modules: tuple[nn.Module, ...]


class _Call:
    """What a probe has seen of one module."""

    def __init__(self) -> None:
        self.dtype: torch.dtype | None = None
        self.x_dtype: torch.dtype | None = None
        self.autocast = False
        self.rows = 0
        self.bytes = 0
        self.width = 0
        self.readers: list[_Reader] = []
        self.next: list[tuple[nn.Module, ...]] = []
        self.nodes: list[tuple[Any, int]] = []
        self.outputs: list[tuple[torch.Tensor, torch.Tensor]] = []  # with a copy
        self.escapes = False
        self.in_place = False
        self.freed = 0
        self.kept = False  # by others too
        self.unseen: str | None = None  # a node of the graph that is no matrix product

    def readers_are_products(self) -> bool:
        """Whether autocast would round the output for every reader."""
        sure = bool(self.readers) and not self.hidden()
        return sure and all(r.product and r.autocast >= self.autocast for r in self.readers)

    def hidden(self) -> bool:
        return self.escapes or self.unseen is not None


def _storage(x: torch.Tensor) -> int:
    return x.untyped_storage()._cdata


def _tensors(tree: Any) -> list[torch.Tensor]:
    return [leaf for leaf in torch.utils._pytree.tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


class _Kept:
    """A storage that is kept, and the modules that keep it; None stands for all else that keeps it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.savers: set[int | None] = set()


class _Probe(torch.overrides.TorchFunctionMode):
    """One forward pass that records who reads the outputs of modules, and what is kept by whom.

    Readers are found by the tensors themselves: each function that gets an output or a view of it. What
    a matrix product saves counts as kept by nobody in particular, anything else as kept by the innermost
    of `modules` that runs. Autograd functions are invisible to a function mode; so the graph is walked
    as well, from the model's outputs back.
    """

    def __init__(self, candidates: Sequence["_Candidate"], parameters: Sequence[torch.Tensor]) -> None:
        super().__init__()
        self.calls = {id(c.module): _Call() for c in candidates}
        self.mlps: dict[int | None, set[int]] = {
            id(c.module): set() for c in candidates if c.setting.children
        }
        self.parameters = {_storage(p) for p in parameters}
        self.stack: list[nn.Module] = []
        self.in_product = 0
        self.watched: dict[int, list[_Call]] = {}
        self.alive: list[Any] = []
        self.saved: dict[int, _Kept] = {}
        self.kept = 0
        self.outputs: list[torch.Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        product = func in _MATRIX_PRODUCTS
        given = _tensors((args, kwargs)) if self.watched else []
        got = [(x, call) for x in given for call in self.watched.get(_storage(x), ())]
        self.in_product += product
        try:
            out = func(*args, **kwargs)
        finally:
            self.in_product -= product
        if got:
            name = getattr(func, "__name__", str(func))
            changes = name == "__setitem__" or (name.endswith("_") and not name.startswith("__"))
            results = _tensors(out)
            for x, call in got:
                if not changes and (not results or any(_storage(r) == _storage(x) for r in results)):
                    continue
                trained = any(other is not x and other.requires_grad for other in given)
                dropout = "dropout" in name
                autocast = torch.is_autocast_enabled(x.device.type)
                around = tuple(self.stack)
                call.readers.append(_Reader(name, product, autocast, trained, changes, dropout, around))
        return out

    def enter(self, module: nn.Module, args: Any) -> None:
        self.stack.append(module)
        with torch._C.DisableTorchFunction():
            if args and isinstance(args[0], torch.Tensor):
                if id(module) in self.mlps:
                    self.mlps[id(module)].add(_storage(args[0]))
                for call in self.watched.get(_storage(args[0]), ()):
                    call.next.append(tuple(self.stack))

    def leave(self, module: nn.Module, args: Any, out: Any) -> None:
        self.stack.pop()
        call = self.calls.get(id(module))
        if call is None or not isinstance(out, torch.Tensor):
            return
        with torch._C.DisableTorchFunction():
            call.dtype = out.dtype
            call.x_dtype = args[0].dtype if args and isinstance(args[0], torch.Tensor) else None
            call.autocast = torch.is_autocast_enabled(out.device.type)
            call.width = out.shape[-1] if out.dim() else 1
            call.rows += out.numel() // max(call.width, 1)
            call.bytes += out.numel() * out.element_size()
            call.in_place |= any(_storage(x) == _storage(out) for x in _tensors(args))
            if out.grad_fn is not None:
                call.nodes.append((out.grad_fn, out.output_nr))
            call.outputs.append((out.detach(), out.detach().clone()))
            self.watched.setdefault(_storage(out), []).append(call)
            self.alive.append(out)

    def saver(self, key: int) -> int | None:
        """The module for which a storage is kept now.

        All that an MLP keeps is its own, but for its input. Elsewhere what products keep is nobody's.
        """
        inner = next((id(m) for m in reversed(self.stack) if id(m) in self.calls), None)
        if inner in self.mlps:
            return None if key in self.mlps[inner] else inner
        return None if self.in_product else inner

    def pack(self, x: torch.Tensor) -> torch.Tensor:
        with torch._C.DisableTorchFunction():
            key = _storage(x)
            if key not in self.parameters:
                kept = self.saved.setdefault(key, _Kept(x.untyped_storage().nbytes()))
                kept.savers.add(self.saver(key))
                self.alive.append(x)
            # x itself, where it is its node's output, would keep the graph alive for ever.
            return x.detach()

    def free(self, y: torch.Tensor) -> None:
        """Called where y would be freed without the probe: from then on nobody keeps y."""
        with torch._C.DisableTorchFunction():
            kept = self.saved.pop(_storage(y), _Kept(0))
            calls = self.watched.get(_storage(y), [])
            for call in calls:
                call.freed += kept.size // len(calls)

    def finish(self, outputs: Any) -> None:
        """Outputs that the model gives to its caller, and the graph's readers."""
        tensors = _tensors(outputs)
        for x in tensors:
            for call in self.watched.get(_storage(x), ()):
                call.escapes = True
        readers: dict[tuple[Any, int], list[Any]] = {}
        todo = [x.grad_fn for x in tensors if x.grad_fn is not None]
        seen = set(todo)
        while todo:
            node = todo.pop()
            for following, number in node.next_functions:
                readers.setdefault((following, number), []).append(node)
                if following is not None and following not in seen:
                    seen.add(following)
                    todo.append(following)
        for call in self.calls.values():
            # Triton's kernels write without a trace: Liger's RoPE into what it is given
            call.in_place |= any(not torch.equal(y, copy) for y, copy in call.outputs)
            call.outputs.clear()
            if not call.nodes:
                call.unseen = "an operation outside the graph"
            ends = list(call.nodes)
            while ends:
                for node in readers.get(ends.pop(), []):
                    name = node.name().partition("Backward")[0]
                    if name in _VIEW_NODES:
                        ends.append((node, 0))
                    elif name not in _MATRIX_NODES:
                        call.unseen = name
        self.outputs = [x.detach().clone() for x in tensors if x.is_floating_point()]
        self.kept = sum(kept.size for kept in self.saved.values())
        for key, calls in self.watched.items():
            for call in calls:
                call.kept |= key in self.saved and None in self.saved[key].savers

    def share(self, module: nn.Module) -> float:
        """Bytes kept for this module; bytes that several modules keep together are split evenly."""
        return sum(
            kept.size / len(kept.savers)
            for kept in self.saved.values()
            if id(module) in kept.savers and None not in kept.savers
        )


_probe: _Probe | None = None


def _call(model: nn.Module, inputs: Any) -> Any:
    """model(inputs): of a dict by names, of a tuple or list by positions; or a function of the model."""
    if isinstance(inputs, Mapping):
        return model(**inputs)
    if isinstance(inputs, (tuple, list)):
        return model(*inputs)
    return inputs(model) if callable(inputs) else model(inputs)


def _unwrapped(model: nn.Module) -> nn.Module:
    """The module inside DistributedDataParallel, DataParallel and torch.compile."""
    while True:
        if isinstance(model, (nn.parallel.DistributedDataParallel, nn.DataParallel)):
            model = model.module
        elif isinstance(getattr(model, "_orig_mod", None), nn.Module):
            model = model._orig_mod  # type: ignore[assignment]
        else:
            return model


@contextlib.contextmanager
def _as_in_training(model: nn.Module) -> Iterator[None]:
    """A model in training mode and without checkpointing; flags, buffers and random states come back."""
    modules = list(model.modules())
    flags = [m.training for m in modules]
    checkpointing = [m for m in modules if getattr(m, "gradient_checkpointing", False) is True]
    buffers = [(b, b.detach().clone()) for b in model.buffers()]
    devices = {p.device.index for p in model.parameters() if p.device.type == "cuda"}
    numpy = sys.modules.get("numpy")  # some models draw masks with it
    states = random.getstate(), None if numpy is None else numpy.random.get_state()
    try:
        if not model.training:
            model.train()
        for module in checkpointing:
            module.gradient_checkpointing = False  # type: ignore[assignment]
        with torch.random.fork_rng(devices=sorted(devices)):
            torch.manual_seed(0)
            random.seed(0)
            if numpy is not None:
                numpy.random.seed(0)
            yield
    finally:
        random.setstate(states[0])
        if numpy is not None:
            numpy.random.set_state(states[1])
        for module in checkpointing:
            module.gradient_checkpointing = True  # type: ignore[assignment]
        for module, flag in zip(modules, flags):
            module.training = flag
        with torch.no_grad():
            for buffer, value in buffers:
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


def _device_type(model: nn.Module) -> str:
    return next((p.device.type for p in model.parameters()), "cpu")


def _autocast(model: nn.Module, dtype: torch.dtype | None) -> Any:
    if dtype is None:
        return contextlib.nullcontext()
    return torch.autocast(_device_type(model), dtype)


def _probed(
    model: nn.Module, inputs: Any, candidates: Sequence["_Candidate"], dtype: torch.dtype | None
) -> _Probe:
    global _probe
    probe = _Probe(candidates, list(model.parameters()))
    every = torch.nn.modules.module
    hooks = [
        every.register_module_forward_pre_hook(probe.enter),
        every.register_module_forward_hook(probe.leave, always_call=True),
    ]
    try:
        _probe = probe
        with (
            _as_in_training(model),
            torch.enable_grad(),
            _autocast(model, dtype),
            torch.autograd.graph.saved_tensors_hooks(probe.pack, lambda x: x),
        ):
            with probe:
                out = _call(model, inputs)
            probe.finish(out)
    finally:
        _probe = None
        for hook in hooks:
            hook.remove()
    # Nodes hold the hooks that hold the probe: a cycle through C++, which no garbage collection finds.
    for call in probe.calls.values():
        call.nodes.clear()
    probe.watched.clear()
    probe.alive.clear()
    return probe


def _example(model: nn.Module, parameters: Any, config: Any, labels: bool, pixels: bool) -> dict[str, Any]:
    """Small inputs for a model of transformers, from its configuration."""
    first = next(p for p in model.parameters() if p.is_floating_point())
    inputs: dict[str, Any] = {}
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    vision = getattr(config, "vision_config", None) or config
    ids = None
    if "input_ids" in parameters and isinstance(getattr(text, "vocab_size", None), int):
        special = {
            v
            for k, v in vars(config).items()
            if k.endswith(("token_id", "token_index")) and isinstance(v, int)
        }
        usable = [k for k in range(min(text.vocab_size, 64)) if k not in special] or [0]
        ids = torch.tensor([[usable[(5 * r + 3 * c) % len(usable)] for c in range(8)] for r in range(2)])
        inputs["input_ids"] = ids.to(first.device)
        if "decoder_input_ids" in parameters and getattr(config, "is_encoder_decoder", False):
            inputs["decoder_input_ids"] = inputs["input_ids"]
    size = getattr(vision, "image_size", None)
    if "pixel_values" in parameters and pixels and size is not None:
        height, width = size if isinstance(size, (tuple, list)) else (size, size)
        channels = getattr(vision, "num_channels", 3)
        inputs["pixel_values"] = torch.randn(2, channels, height, width).to(first)
    mel = getattr(config, "num_mel_bins", 0)
    if "input_values" in parameters:  # a spectrogram, or a wave
        shape = (config.max_length, mel) if mel and hasattr(config, "max_length") else (4000,)
        inputs["input_values"] = torch.randn(2, *shape).to(first)
    if "input_features" in parameters and mel and hasattr(config, "max_source_positions"):
        inputs["input_features"] = torch.randn(2, mel, 2 * config.max_source_positions).to(first)
        if "decoder_input_ids" in parameters:
            inputs["decoder_input_ids"] = torch.zeros(2, 4, dtype=torch.long, device=first.device)
    if labels and "labels" in parameters:
        inputs["labels"] = torch.zeros(2, dtype=torch.long) if ids is None else ids.clone()
        inputs["labels"] = inputs["labels"].to(first.device)
    return inputs


def _examples(model: nn.Module) -> Iterator[dict[str, Any]]:
    """Inputs to try, the fullest first: with labels, so that a loss reads what it will read in training."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model  # type: ignore[operator]
    config = getattr(base, "config", None)
    if config is None or not hasattr(base, "main_input_name"):
        return
    parameters = inspect.signature(base.forward).parameters
    for pixels in (True, False):
        for labels in (True, False):
            inputs = _example(base, parameters, config, labels, pixels)
            if inputs:
                yield inputs
            if labels and "labels" in inputs and "input_ids" in inputs:
                yield {**inputs, "labels": torch.zeros_like(inputs["input_ids"][:, 0])}


# ---------------------------------------------------------------------------------------------
# Converting a model: convert, revert, check


class Conversion(NamedTuple):
    """A module that `convert` has looked at.

    text: what it computes now, or why it was left as it is. saved: bytes of a probe step that are kept no
    longer, None where they were not counted.
    """

    name: str
    module: str
    replaced: bool
    text: str
    saved: float | None = None


class Report(NamedTuple):
    """What `convert` did. As text: a line for modules of one class, place and result.

    kept_before, kept_after: bytes that the probe's forward pass keeps for the backward pass, parameters
    not counted; tokens: rows of the converted modules' outputs in it, the commonest number of them. All
    three are 0 where there was no probe. difference: of the model's outputs, RMS, relative.
    """

    modules: tuple[Conversion, ...]
    mode: str
    tokens: int
    kept_before: int
    kept_after: int
    difference: float
    note: str

    @property
    def replaced(self) -> tuple[Conversion, ...]:
        return tuple(m for m in self.modules if m.replaced)

    @property
    def left(self) -> tuple[Conversion, ...]:
        return tuple(m for m in self.modules if not m.replaced)

    @property
    def saved_a_token(self) -> float:
        """Bytes a token that are kept no longer."""
        return (self.kept_before - self.kept_after) / max(self.tokens, 1)

    def __str__(self) -> str:
        groups: dict[tuple[Any, ...], list[Conversion]] = {}
        for m in self.modules:
            place = re.sub(r"(?<![^.])\d+(?![^.])", "*", m.name)
            groups.setdefault((not m.replaced, place, m.module, m.text), []).append(m)
        lines = []
        for (left, place, kind, text), members in sorted(groups.items(), key=lambda item: item[0][0]):
            counted = [m.saved for m in members if m.saved is not None]
            line = f"{'left    ' if left else 'replaced'} {len(members):3d} {kind} {place}: {text}"
            if counted and not left and self.tokens:
                line += f"; saves {sum(counted) / self.tokens:.0f} bytes a token"
            lines.append(line)
        if self.tokens:
            before, after = self.kept_before / self.tokens, self.kept_after / self.tokens
            lines.append(
                f"kept for the backward pass: {before:.0f} bytes a token, now {after:.0f} "
                f"({100 * (after / before - 1):+.1f} %), counted on {self.tokens} tokens{self.note}"
            )
        elif self.note:
            lines.append(self.note)
        return "\n".join(lines)


_FUNCTIONS = (F.gelu, F.silu, F.mish)  # as attributes of modules such as nn.TransformerEncoderLayer


class _Candidate:
    def __init__(self, name: str, module: nn.Module, setting: _Setting) -> None:
        self.name = name
        self.module = module
        self.setting = setting
        self.reader: nn.Module | None = None
        self.gain: float | None = None


def _patched(module: nn.Module) -> str | None:
    """Who has put another forward function in place of a module's own."""
    forward = vars(module).get("forward", type(module).forward)
    owner = getattr(forward, "__module__", None) or getattr(
        getattr(forward, "func", None), "__module__", None
    )
    if "liger_kernel" in (str(owner) + type(module).__module__):
        return "Liger has patched it already: left to Liger"
    if "forward" in vars(module):
        return f"its forward function has been replaced already, by {owner}: convert before that"
    return None


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}".splitlines()[0]


def _keeps_input(linear: nn.Module) -> bool:
    """Whether a Linear, with its adapters, keeps its input itself for the backward pass."""
    weight = next((p for p in linear.parameters() if p.is_floating_point()), None)
    if weight is None:
        return False
    widths = _widths(linear)
    assert widths is not None
    x = torch.zeros(1, widths[0], dtype=weight.dtype, device=weight.device, requires_grad=True)
    kept: set[int] = set()

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.add(_storage(tensor))
        return tensor

    with _as_in_training(linear), torch.enable_grad(), torch.autocast(x.device.type, enabled=False):
        try:
            with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
                y = linear(x)
                del y
        except Exception:  # a quantized Linear of another library: then no saving is counted on
            return False
    return _storage(x) in kept


def _layer_numbers(names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """For each name its layer, the first number in the name, and the number of layers beside it."""
    found = {name: re.match(r"(?:.*?\.)??(\d+)(?:\.|$)", name) for name in names}
    counts: dict[str, int] = {}
    for name, match in found.items():
        if match is not None:
            prefix = name[: match.start(1)]
            counts[prefix] = max(counts.get(prefix, 0), int(match[1]) + 1)
    return {n: (int(m[1]), counts[n[: m.start(1)]]) for n, m in found.items() if m is not None}


def _selection(model: nn.Module, layers: Any) -> Callable[[str, nn.Module], bool]:
    if layers is None:
        return lambda name, module: True
    if callable(layers):
        return layers
    wanted = [layers] if isinstance(layers, (str, int)) else list(layers)
    if not all(isinstance(w, (str, int)) for w in wanted):
        raise TypeError(f"layers must be numbers, names with * or a function of name and module: {layers!r}")
    numbers = _layer_numbers([name for name, _ in model.named_modules()])

    def selected(name: str, module: nn.Module) -> bool:
        for w in wanted:
            if isinstance(w, str):
                if fnmatch.fnmatchcase(name, w) or fnmatch.fnmatchcase(name, w + ".*"):
                    return True
            elif name in numbers and numbers[name][0] == (w if w >= 0 else w + numbers[name][1]):
                return True
        return False

    return selected


def _candidates(
    model: nn.Module, activations: bool, norms: bool, selected: Callable[[str, nn.Module], bool], mode: str
) -> tuple[list[_Candidate], list[Conversion]]:
    """Modules whose function is known for certain, and those that look like one and are not."""
    candidates: list[_Candidate] = []
    left: list[Conversion] = []
    inside: set[int] = set()
    for name, module in model.named_modules():
        if isinstance(module, _Converted):
            inside.update(id(child) for child in module.modules())
            continue
        if id(module) in inside or not selected(name, module):
            continue
        setting: _Setting | None = None
        try:
            patched = _patched(module)
            if patched is not None and "Liger" in patched:
                if list(module.parameters(recurse=False)) or list(module.children()):
                    left.append(Conversion(name, type(module).__name__, False, patched))
                continue
            if activations:
                setting = _recognise_mlp(module, mode)
                if setting is not None:
                    inside.update(id(c) for n, c in module.named_children() if n not in setting.children)
                else:
                    function = _recognise_activation(module)
                    setting = None if function is None else _Setting("activation", function, mode)
                held = (v for v in vars(module).values() if isinstance(v, Hashable))
                if setting is None and any(v in _FUNCTIONS for v in held):
                    raise ValueError("its activation is a function: give it a module such as torch.nn.GELU()")
                stacked = [p.shape[0] for p in module.parameters(recurse=False) if p.dim() == 3]
                if len(stacked) > 1 and stacked[0] > 1 and len(set(stacked)) == 1:
                    raise ValueError("experts with 3-D weights: their gated unit is not converted")
            if norms and setting is None:
                setting = _recognise_norm(module)
            if setting is not None and patched is not None:
                raise ValueError(patched)
        except ValueError as reason:
            left.append(Conversion(name, type(module).__name__, False, str(reason)))
            continue
        if setting is not None:
            candidates.append(_Candidate(name, module, setting))
    return candidates, left


def _next_module(call: _Call) -> nn.Module | None:
    """The innermost module that gets an output as its first argument and in which all its readers are."""
    best: tuple[nn.Module, ...] = ()
    for stack in call.next:
        within = all(r.modules[: len(stack)] == stack for r in call.readers)
        if within and len(stack) > len(best):
            best = stack
    if not best or call.hidden() or not call.readers or "forward" in vars(best[-1]):
        return None
    return best[-1]


def _why_not(call: _Call, idle: bool) -> str:
    """The reason why a module saves nothing; idle: it kept nothing for itself alone before."""
    names = ", ".join(dict.fromkeys(r.function for r in call.readers)) or call.unseen or "nobody"
    if any(r.dropout for r in call.readers):
        adapter = any("lora" in type(m).__module__ for r in call.readers for m in r.modules)
        if adapter:
            return "the adapter's dropout keeps a copy of its own, and the frozen Linear keeps none"
        return "dropout lies between it and the next Linear"
    if call.readers and all(r.product and not r.trained for r in call.readers):
        return "the next Linear is frozen and has no adapter"
    if idle:
        return "nothing to gain: what it keeps others keep too, or it keeps nothing"
    if call.kept:
        return "nothing to gain: the storage of its input is kept by others as well"
    return f"nothing to gain: no Linear keeps its output (read by {names})"


def convert(
    model: nn.Module,
    *,
    activations: bool = True,
    norms: bool = True,
    layers: Any = None,
    mode: str = "inverted",
    inputs: Any = None,
    autocast: torch.dtype | None = None,
) -> Report:
    """Makes a model's activations, gated MLPs and norms keep their output, where this saves memory.

    model: any nn.Module, before it is sharded or compiled; PEFT's and vision-language wrappers are
    walked through. activations: pointwise activations and gated MLPs; norms: LayerNorm and RMSNorms.
    layers: which modules: numbers (the first number in a module's name, -1 is the last), names with
    `*` (with all that is inside), several of these, or a function of name and module; None for all. mode:
    "inverted" or "recompute" (see `recompute`; convert after PEFT has put in its adapters). inputs: what
    one small forward pass is called with: a dict, a tuple, a tensor, or a function of the model; made
    from the configuration for models of transformers. autocast: the dtype under which it is to run, as
    training will.

    What is replaced. Functions are recognised by what they compute, never by the name of a class: an
    activation on a grid of numbers with its derivative; MLPs down(act(gate(x)) * up(x)), fused or not, by
    running their forward function on small Linears, with gradients; norms on random rows, with
    their rounding. The forward pass on `inputs`, in training mode, shows who reads each output and
    what is kept; a second one, converted, what is kept then. A module stays converted if that is less.
    A norm's output is 16 bits under autocast only if all its readers are matrix products. A gated
    unit whose product the next Linear does not keep (frozen, dropout of an adapter) keeps a and b.

    Without a forward pass (none given, and none could be made) only gated MLPs are converted, and
    activations in an nn.Sequential before a trained Linear.

    How. The class of an instance becomes a subclass of its own; classes, names, parameters, hooks and
    state_dict stay. deepcopy, pickle (where invact_torch can be imported), DataParallel, FSDP applied
    afterwards, torch.compile and checkpointing follow. Flags, buffers and random states are as before.

    Returns a report, whose text is a line each. Errors: ConversionError if nothing was converted, with
    the reasons; if the forward pass on `inputs` fails; if outputs differ by more than 10 %;
    for sharded parameters. ValueError for an unknown mode, TypeError for other `layers`. In each of these
    the model is as it was.
    """
    if mode not in ("inverted", "recompute"):
        raise ValueError(f'mode must be "inverted" or "recompute", not {mode!r}')
    model = _unwrapped(model)
    if any(_is_dtensor(p) for p in model.parameters()):
        raise ConversionError("parameters are sharded already: convert before fully_shard or parallelize")
    candidates, left = _candidates(model, activations, norms, _selection(model, layers), mode)
    given = inputs is not None
    before: _Probe | None = None
    note = "not counted, and who reads outputs is not known: give inputs= for a forward pass"
    for example in [inputs] if given else _examples(model):
        inputs = example
        try:
            before = _probed(model, inputs, candidates, autocast)
            break
        except Exception as error:
            if given:
                raise ConversionError(f"the forward pass on inputs failed: {_first_line(error)}") from error
            note = (
                f"not counted: made from the configuration, inputs fail ({_first_line(error)}): give inputs="
            )
    if before is None:
        return _converted_blindly(model, candidates, left, mode, note)
    active = autocast is not None or torch.is_autocast_enabled(_device_type(model))
    mixed: _Probe | None = before
    if not active and norms and any(p.dtype == torch.float32 for p in model.parameters()):
        try:
            mixed = _probed(model, inputs, candidates, torch.bfloat16)
        except Exception:  # a model that does not run under autocast needs no rule for it
            mixed = None
    chosen: list[_Candidate] = []
    for c in candidates:
        reason = _prepare(c, before.calls[id(c.module)], None if mixed is None else mixed.calls[id(c.module)])
        if reason is None:
            chosen.append(c)
        else:
            left.append(Conversion(c.name, type(c.module).__name__, False, reason))
    installed = _install(chosen)
    try:
        after = _probed(model, inputs, candidates, autocast)
        kept = []
        for c in chosen:
            was, now = before.calls[id(c.module)], after.calls[id(c.module)]
            c.gain = before.share(c.module) - after.share(c.module) + now.freed
            least = was.bytes / 16 if c.setting.kind in ("activation", "norm") else 0
            if c.gain > least:
                kept.append(c)
            else:
                name = type(c.module)._invact_class.__name__  # type: ignore[attr-defined]
                idle = before.share(c.module) == 0
                left.append(Conversion(c.name, name, False, _why_not(was, idle)))
        if len(kept) < len(chosen):
            for module in installed:
                _take_back(module)
            chosen = kept
            installed = _install(chosen)
            after = _probed(model, inputs, candidates, autocast)
    except BaseException:
        for module in installed:
            _take_back(module)
        raise
    difference = _difference(before.outputs, after.outputs)
    dtypes = dict.fromkeys(str(before.calls[id(c.module)].dtype).removeprefix("torch.") for c in chosen)
    note = f" ({', '.join(dtypes)} outputs{', under autocast' if active else ''})"
    done = tuple(
        Conversion(c.name, type(c.module)._invact_class.__name__, True, _describe(c.setting), c.gain)  # type: ignore[attr-defined]
        for c in chosen
    )
    rows = [before.calls[id(c.module)].rows for c in chosen]
    tokens = max(rows, key=lambda n: (rows.count(n), n), default=0)
    report = Report((*done, *left), mode, tokens, before.kept, after.kept, difference, note)
    if not chosen:
        raise ConversionError(f"nothing was converted\n{report}")
    if not difference <= 0.1:
        for module in installed:
            _take_back(module)
        raise ConversionError(f"outputs would differ by {100 * difference:.1f} %\n{report}")
    _LOG.info("%s", report)
    return report


def _converted_blindly(
    model: nn.Module, candidates: list[_Candidate], left: list[Conversion], mode: str, note: str
) -> Report:
    """Candidates for a model that is not run: their reader is inside, or next in an nn.Sequential."""
    following: dict[int, nn.Module] = {}
    for sequence in model.modules():
        if isinstance(sequence, nn.Sequential) and type(sequence).forward is nn.Sequential.forward:
            each = list(sequence)
            following.update((id(a), b) for a, b in itertools.pairwise(each))
    chosen = []
    for c in candidates:
        reader = following.get(id(c.module))
        reason = None
        if c.setting.kind == "norm" or (c.setting.kind == "activation" and reader is None):
            reason = "who reads its output is not known: give inputs="
        elif c.setting.kind == "activation":
            assert reader is not None
            c.reader = reader if mode == "recompute" else None
            if _widths(reader) is None or not _keeps_input(reader):
                reason = "the next module is no trained Linear"
        else:
            reason = _prepare_mlp(c)
        if reason is None:
            chosen.append(c)
        else:
            left.append(Conversion(c.name, type(c.module).__name__, False, reason))
    done = tuple(Conversion(c.name, type(c.module).__name__, True, _describe(c.setting)) for c in chosen)
    report = Report((*done, *left), mode, 0, 0, 0, 0.0, note)
    if not chosen:
        raise ConversionError(f"nothing was converted\n{report}")
    _install(chosen)
    _LOG.info("%s", report)
    return report


def _prepare(c: _Candidate, call: _Call, mixed: _Call | None) -> str | None:
    """Completes a setting by what the forward pass has shown; or says why not to convert."""
    if not call.rows:
        return "the forward pass does not reach it: give other inputs="
    if call.dtype not in _DTYPES:
        return f"{str(call.dtype).removeprefix('torch.')} is not supported"
    if c.setting.kind != "norm" and (c.setting.function, call.dtype) not in _SET_OF:
        return f"this file has no coefficient set for {c.setting.function} in {_DTYPES[call.dtype]}"
    if call.in_place or any(r.changes for r in call.readers):
        return "its output is changed in place"
    if c.setting.kind == "norm":
        products = own = False
        if mixed is not None:
            products = mixed.readers_are_products()
            own = mixed.autocast and not products and mixed.x_dtype == mixed.dtype != torch.float32
        c.setting = c.setting._replace(readers_are_linear=products, own_dtype=own)
        for seen in (call, mixed):
            if seen is not None and not products and seen.dtype != _norm_dtype(c, seen):
                return f"of {seen.x_dtype} it makes {seen.dtype}, and ours does not".replace("torch.", "")
    elif c.setting.kind == "activation":
        if c.setting.mode == "recompute":
            c.reader = _next_module(call)
            if c.reader is None:
                return "recompute needs one next module that alone reads its output"
    else:
        return _prepare_mlp(c)
    return None


def _norm_dtype(c: _Candidate, call: _Call) -> torch.dtype | None:
    """The dtype of our norm's output, unless its readers are matrix products under autocast."""
    if call.x_dtype is None or c.setting.function == "gemma":
        return call.x_dtype
    if call.autocast and not c.setting.own_dtype:
        return torch.float32
    weight: Any = getattr(c.module, "weight", None)
    if c.setting.function == "llama" and weight is not None:
        return torch.promote_types(call.x_dtype, weight.dtype)
    return call.x_dtype


def _prepare_mlp(c: _Candidate) -> str | None:
    keeps = _keeps_input(getattr(c.module, c.setting.children[-1]))
    if c.setting.kind == "MLP" and not keeps:
        return "the last Linear is frozen, or its adapter's dropout keeps a copy of its own"
    c.setting = c.setting._replace(exact=not keeps)
    return None


def _describe(setting: _Setting) -> str:
    what = {"MLP": "activation in an MLP", "norm": "norm", "activation": "activation"}.get(
        setting.kind, f"{setting.kind} unit"
    )
    if setting.kind == "norm":
        how = "16 bits under autocast, Linears alone read it" if setting.readers_are_linear else ""
        return f"{setting.function} {what}, keeps its output" + (f" ({how})" if how else "")
    if setting.exact:
        return f"{setting.function} {what}, keeps both inputs: the next Linear does not keep the product"
    return f"{setting.function} {what}, {setting.mode}"


def _install(candidates: Sequence[_Candidate]) -> list[nn.Module]:
    """Converts; returns the instances."""
    done: list[nn.Module] = []
    for c in candidates:
        _put(c.module, c.setting)
        done.append(c.module)
        if c.reader is not None and not isinstance(c.reader, _Converted):
            _put(c.reader, _Setting("reader"))
            done.append(c.reader)
    return done


def _difference(before: Sequence[torch.Tensor], after: Sequence[torch.Tensor]) -> float:
    error = sum((a.double() - b.double()).square().sum().item() for a, b in zip(after, before))
    scale = sum(b.double().square().sum().item() for b in before)
    return math.sqrt(error / scale) if scale else math.sqrt(error)


def revert(model: nn.Module) -> int:
    """Undoes `convert`; returns the number of instances that have their own class again.

    Errors: ConversionError if another library has changed an instance's class since (fully_shard).
    """
    converted = _converted(model)
    for module in converted:
        _take_back(module)
    return len(converted)


def _converted(model: nn.Module) -> list[_Converted]:
    """The converted instances of a model, if their classes can be taken back."""
    found = [m for m in model.modules() if isinstance(m, _Converted)]
    for module in found:
        if type(module) is not _converted_class(module._invact.kind, module._invact_class):
            name = module._invact_class.__name__
            raise ConversionError(f"a {name} has another class since it was converted: call this before FSDP")
    return found


class Check(NamedTuple):
    """The result of `check`: both losses, and for each parameter the gradient's relative difference."""

    loss: float
    original_loss: float
    gradients: dict[str, float]
    tolerance: float

    @property
    def worst(self) -> tuple[str, float]:
        """The parameter with the largest difference."""
        return max(self.gradients.items(), key=lambda item: item[1])


_TOLERANCES = {torch.float32: 1e-3, torch.float16: 3e-2, torch.bfloat16: 1e-1}
_LEAST_SHARE = 1e-2  # a gradient counts as no smaller than this share of the typical one


def check(
    model: nn.Module,
    batch: Any,
    *,
    loss: Callable[[Any], torch.Tensor] | None = None,
    tolerance: float | None = None,
    autocast: torch.dtype | None = None,
) -> Check:
    """Compares a converted model with the original on one batch: loss, and the gradient of each parameter.

    batch: as `inputs` of `convert`. loss: a function of what the model returns; otherwise its `loss`, and
    where it has none the mean square of its first floating-point tensor. Both run in training mode
    with the same random numbers, so that dropout is the same; gradients in .grad stay as they are.

    A gradient's difference is ||g - g0|| / ||g0||, with ||g0|| no less than 1e-2 of its root mean square
    over all parameters: a key's bias has a gradient that is zero but for rounding. tolerance: 1e-3 in
    fp32, 3e-2 in fp16, 1e-1 in bf16 (parameters' or autocast's dtype, the coarser), which holds
    rounding that a few dozen layers pass on; a wrong function gives 1 and more. The loss may differ by as
    much.

    Errors: ConversionError beyond the tolerance, naming the worst parameters; where nothing is converted.
    """
    model = _unwrapped(model)
    converted = _converted(model)
    if not converted:
        raise ConversionError("nothing is converted: there is nothing to compare")
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}

    def step() -> tuple[float, list[torch.Tensor | None]]:
        with _as_in_training(model), torch.enable_grad(), _autocast(model, autocast):
            value = _loss(_call(model, batch), loss)
            return value.item(), list(
                torch.autograd.grad(value, list(parameters.values()), allow_unused=True)
            )

    value, gradients = step()
    settings = [_take_back(m) for m in converted]
    try:
        original, expected = step()
    finally:
        for module, setting in zip(converted, settings):
            _put(module, setting)
    norms = [0.0 if e is None else torch.linalg.vector_norm(e.float()).item() for e in expected]
    least = max(_LEAST_SHARE * math.sqrt(sum(n * n for n in norms) / max(len(norms), 1)), 1e-30)
    errors = {}
    for name, g, e, norm in zip(parameters, gradients, expected, norms):
        if g is not None and e is not None:
            errors[name] = torch.linalg.vector_norm(g.float() - e.float()).item() / max(norm, least)
        elif g is not None or e is not None:
            errors[name] = math.inf
    if tolerance is None:
        device = _device_type(model)
        dtypes = {p.dtype for p in parameters.values()}
        if torch.is_autocast_enabled(device):
            dtypes.add(torch.get_autocast_dtype(device))
        if autocast is not None:
            dtypes.add(autocast)
        tolerance = max(_TOLERANCES.get(dtype, 1e-3) for dtype in dtypes)
    result = Check(value, original, errors, tolerance)
    if not abs(value - original) <= tolerance * max(abs(original), 1e-30):
        raise ConversionError(f"the loss is {value:.6g}, that of the original {original:.6g}")
    worst = sorted(((e, n) for n, e in errors.items() if not e <= tolerance), reverse=True)
    if worst:
        named = ", ".join(f"{name} by {error:.2g}" for error, name in worst[:5])
        raise ConversionError(
            f"gradients of {len(worst)} parameters differ by more than {tolerance:g}: {named}"
        )
    return result


def _loss(outputs: Any, loss: Callable[[Any], torch.Tensor] | None) -> torch.Tensor:
    if loss is not None:
        return loss(outputs)
    value = outputs.get("loss") if isinstance(outputs, Mapping) else getattr(outputs, "loss", None)
    if value is not None:
        return value
    first = next((x for x in _tensors(outputs) if x.is_floating_point()), None)
    if first is None:
        raise ConversionError("the model returns no floating-point tensor: give loss=")
    return first.float().square().mean()


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
    program = _Program(_activation_backward_kernel, FACTOR=coefficients.factor, PTX=_PTX, BLOCK=_BLOCK)
    program(_cdiv(y.numel(), _BLOCK), (torch.ones_like(wide), wide, bits, g), y.numel())
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
            # Near T, where g changes fastest, the largest error shows outputs that round to a neighbour.
            most = 1.07 if label == "fp32" or _triton_serves(device.type) else 1.2
            right = rms <= 1.02 * coefficients.error_rms and error.max() <= most * coefficients.error_max
            report(
                f"{device.type} {coefficients.name}",
                finite and bool(right) and bool((y >= exact.min() - 0.01).all()),
                f"error of g {rms:.3e} RMS, {coefficients.error_rms:.3e} in the set; "
                f"largest {error.max():.3e}, {coefficients.error_max:.3e} in the set",
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


_PAUSE = 2_000_000  # cycles: about a millisecond, longer than the host takes to launch a step


def _times(calls: Sequence[Callable[[], Any]], runs: int) -> list[float]:
    """Medians in milliseconds of the card's time by CUDA events; the calls take turns.

    Each call is queued behind a pause of the card, so that the host's time is not counted.
    """
    for _ in range(5):
        for call in calls:
            call()
    events = [[[torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(runs)] for _ in calls]
    for run in range(runs):
        for call, pairs in zip(calls, events):
            torch.cuda._sleep(_PAUSE)
            pairs[run][0].record()
            call()
            pairs[run][1].record()
        torch.cuda.synchronize()
    return [sorted(start.elapsed_time(end) for start, end in pairs)[runs // 2] for pairs in events]


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
