#!/usr/bin/env python3
"""The least error of any decoder of (rounded y, S), for x ~ N(0,1) on a 16-bit grid; writes floor.csv.

Independent of invact: numpy's own rounding, scipy's distribution functions. Usage: python3 floor.py
"""
import os
import numpy as np
from scipy.special import erfc, expit, ndtr

T = {"gelu": -0.7517915246935645, "silu": -1.2784645427610737}


def bf16(x):
    b = np.asarray(x, np.float32).view(np.uint32).astype(np.uint64)
    return (((b + 0x7FFF + ((b >> 16) & 1)) >> 16) << 16).astype(np.uint32).view(np.float32).astype(float)


def fp16(x):
    return np.asarray(x).astype(np.float16).astype(float)


def grid(dtype):
    bits = np.arange(1 << 16, dtype=np.uint32)
    if dtype == "bf16":
        x = (bits << 16).view(np.float32).astype(float)
    else:
        x = bits.astype(np.uint16).view(np.float16).astype(float)
    return np.unique(x[np.isfinite(x)])


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "floor.csv"), "w") as out:
    out.write("# activation, dtype, RMS and largest error of the conditional mean, x ~ N(0,1); by floor.py\n")
    for name in ("gelu", "silu"):
        for dtype, rnd in (("bf16", bf16), ("fp16", fp16)):
            x = grid(dtype)
            edges = np.concatenate([[-np.inf], (x[1:] + x[:-1]) / 2, [np.inf]])
            w = np.where(edges[:-1] > 0, ndtr(-edges[:-1]) - ndtr(-edges[1:]), ndtr(edges[1:]) - ndtr(edges[:-1]))
            x, w = x[w > 0], w[w > 0]
            if name == "gelu":
                y, d = x * ndtr(x), ndtr(x) + x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
            else:
                s = expit(x)
                y, d = x * s, s * (1 + x * expit(-x))
            key = np.stack([x >= T[name], rnd(y)], 1)
            _, group = np.unique(key, axis=0, return_inverse=True)
            group = group.ravel()
            mean = np.bincount(group, w * d) / np.bincount(group, w)
            e = d - mean[group]
            out.write(f"{name},{dtype},{np.sqrt((w * e * e).sum()):.6e},{np.abs(e).max():.6e}\n")
