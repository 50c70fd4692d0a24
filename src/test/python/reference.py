"""g(y, S) of a coefficient set, from its JSON, in NumPy: the specification's order of operations.

fp32 throughout, bit for bit what invact.runtime.FloatDerivative computes for root polynomials and root
rationals with target "derivative".
"""

import json
import math
import re
from pathlib import Path

import numpy as np

COEFFICIENTS = Path(__file__).parents[3] / "coefficients"
F32 = np.float32
DIGITS = {"fp32": 24, "bf16": 8, "fp16": 11}


def read(name):
    return json.loads((COEFFICIENTS / f"{name}.json").read_text(encoding="utf-8"))


def fma(a, b, c):
    """a*b + c rounded once: the fp64 sum is rounded to odd, after which rounding to fp32 is right."""
    product = np.float64(a) * np.float64(b)
    c = np.broadcast_to(np.float64(c), product.shape)
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    even = (total.view(np.int64) & 1) == 0
    toward = np.where(error > 0, np.inf, -np.inf)
    adjust = np.isfinite(total) & (error != 0) & even
    return np.where(adjust, np.nextafter(total, toward), total).astype(F32)


def round_to(value, dtype):
    if dtype == "fp32":
        return float(F32(value))
    if dtype == "fp16":
        return float(np.float16(value))
    fraction, exponent = math.frexp(value)
    return math.ldexp(round(fraction * 256), exponent - 8)


def rounded_height(minimum, dtype):
    """m, offset and least of u = max((y - m) - offset, least): invact.activation.RoundedLift."""
    m = round_to(minimum, dtype)
    exponent = math.frexp(math.nextafter(-m, 0.0))[1] - 1
    d = math.ldexp(1.0, exponent - DIGITS[dtype] + 1)
    c = m + 0.5 * d - minimum
    least = 0.25 * c
    middle = 0.5 * (math.sqrt(c) + math.sqrt(c + d))
    return F32(m), F32(max(d - middle * middle, -least)), F32(least)


def horner(c, t):
    value = np.full_like(t, c[-1])
    for coefficient in reversed(c[:-1]):
        value = fma(value, t, coefficient)
    return value


def approximant(branch, u):
    c = [F32(v) for v in branch["coefficients"]]
    form = re.fullmatch(
        r"root-(polynomial|rational)-(\d+)(?:-(\d+))?-about-([\d.]+)(?:-cut-([\d.]+))?", branch["form"]
    )
    kind, degree, _, centre, cutoff = form.groups()
    t = np.sqrt(u) - F32(centre)
    if kind == "polynomial":
        value = horner(c, t)
    else:
        denominator = fma(horner(c[int(degree) + 1 :], t), t, F32(1))
        value = horner(c[: int(degree) + 1], t) / denominator
    return value if cutoff is None else np.where(u > F32(cutoff), F32(1), value)


def derivative(coefficients, dtype, y, right):
    """g for fp32 outputs y that are numbers of a dtype, and indicators."""
    m, offset, least = rounded_height(coefficients["minimum"], dtype)
    with np.errstate(all="ignore"):
        u = np.maximum((y - m) - offset, least)
        left = np.where(y >= 0, F32(0), approximant(coefficients["left"], u))
        on_right = np.where(y == np.inf, F32(1), approximant(coefficients["right"], u))
    return np.where(right, on_right, left).astype(F32)


def threshold(argmin):
    """The least fp32 number that is not below argmin."""
    nearest = F32(argmin)
    return nearest if float(nearest) >= argmin else np.nextafter(nearest, F32(np.inf))
