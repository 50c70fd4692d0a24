"""g(y, S) of a coefficient set, in NumPy, from the set's JSON file.

Domain: root polynomials and root rationals with target "derivative". Arithmetic: fp32, in the order of the program of
invact.internal.arithmetic.Derivative; results are that program's, bit for bit.
"""

import json
from pathlib import Path

import numpy as np

COEFFICIENTS = Path(__file__).parents[3] / "coefficients"
F32 = np.float32


def read(name):
    return json.loads((COEFFICIENTS / f"{name}.json").read_text(encoding="utf-8"))


def fma(a, b, c):
    """a*b + c of fp32 numbers, rounded once.

    The product is exact in fp64. The sum is rounded to odd there, by its exact error (Knuth's two-sum); a number
    rounded to odd with more than two digits to spare rounds to fp32 as the exact sum does (S. Boldo and G. Melquiond,
    "Emulation of FMA and correctly rounded sums", IEEE TC 57, 2008).
    """
    product = np.float64(a) * np.float64(b)
    c = np.broadcast_to(np.float64(c), product.shape)
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    even = (total.view(np.int64) & 1) == 0
    toward = np.where(error > 0, np.inf, -np.inf)
    adjust = np.isfinite(total) & (error != 0) & even
    return np.where(adjust, np.nextafter(total, toward), total).astype(F32)


def horner(c, t):
    """c[0] + c[1] t + ..., a fused multiply-add a degree."""
    value = np.full_like(t, c[-1])
    for coefficient in reversed(c[:-1]):
        value = fma(value, t, coefficient)
    return value


def approximant(branch, u):
    """A branch's g at the height u = y - f(T)."""
    c = [F32(v) for v in branch["coefficients"]]
    form = branch["form"]
    t = np.sqrt(u) - F32(form["centre"])
    if form["family"] == "root-polynomial":
        value = horner(c, t)
    else:
        degree = form["numeratorDegree"]
        denominator = fma(horner(c[degree + 1 :], t), t, F32(1))
        value = horner(c[: degree + 1], t) / denominator
    cutoff = form["cutoff"]
    return value if cutoff is None else np.where(u > F32(cutoff), F32(1), value)


def derivative(coefficients, dtype, y, right):
    """g(y, S).

    y: fp32 array of numbers of the dtype; right: boolean array, S. NaN gives NaN, y = inf on the right 1, y >= 0 on the
    left 0.
    """
    decoding = coefficients["decoding"][dtype]
    m, offset, least = (F32(decoding[key]) for key in ("minimum", "offset", "least"))
    with np.errstate(all="ignore"):
        u = np.maximum((y - m) - offset, least)
        left = np.where(y >= 0, F32(0), approximant(coefficients["left"], u))
        on_right = np.where(y == np.inf, F32(1), approximant(coefficients["right"], u))
    return np.where(right, on_right, left).astype(F32)


def threshold(argmin):
    """The least fp32 number that is not below argmin."""
    nearest = F32(argmin)
    return nearest if float(nearest) >= argmin else np.nextafter(nearest, F32(np.inf))
