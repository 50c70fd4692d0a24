"""Reads coefficient sets and computes their errors, from coefficient-set.schema.json's text alone.

    python3 coefficient_reader.py FILE...

prints, for each set, the figures that the file states and those found here, one a line:

    NAME KEY STATED FOUND

It shares no code and no constant with invact. What the schema leaves to the language is numpy's:
exp and pow in fp64, rounded to fp32. fma(a, b, c) is a*b + c in fp64, where the product of two fp32
numbers is exact, rounded to fp32: twice, which differs once in some 10^8 operations by an ulp.
"""
import json
import math
import sys

import numpy as np

F = np.float32
DTYPES = ("fp32", "bf16", "fp16")
erfc = np.vectorize(math.erfc, otypes=[float])


# ---- activations: f and f' ----------------------------------------------------------------------


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def swish(b):
    def f(x):
        return x * sigmoid(b * x)

    def slope(x):
        s = sigmoid(b * x)
        return s + b * x * s * sigmoid(-b * x)

    return f, slope


def cumulative(x):
    return 0.5 * erfc(-np.asarray(x, float) / math.sqrt(2))


def gelu():
    def slope(x):
        return cumulative(x) + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)

    return (lambda x: x * cumulative(x)), slope


def gelu_tanh():
    # (1 + tanh(z))/2 = s(2 z), which keeps its digits where tanh is near -1.
    def inner(x):
        return 2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)

    def slope(x):
        z = inner(x)
        dz = 2 * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
        return sigmoid(z) + x * dz * sigmoid(z) * sigmoid(-z)

    return (lambda x: x * sigmoid(inner(x))), slope


def mish():
    def softplus(x):
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    def slope(x):
        t = np.tanh(softplus(x))
        return t + x * (1 - t) * (1 + t) * sigmoid(x)

    return (lambda x: x * np.tanh(softplus(x))), slope


def activation(name):
    if name.startswith("swish-"):
        return swish(float(name[len("swish-") :]))
    return {
        "gelu": gelu,
        "silu": lambda: swish(1.0),
        "gelu-tanh": gelu_tanh,
        "quick-gelu": lambda: swish(1.702),
        "mish": mish,
    }[name]()


# ---- dtypes ---------------------------------------------------------------------------------------


def to_odd(x):
    """fp64 to fp32 such that another rounding gives what one rounding of x would."""
    with np.errstate(over="ignore"):
        near = x.astype(F)
    exact = near.astype(float)
    toward_zero = np.where(np.abs(exact) > np.abs(x), np.nextafter(near, F(0)), near)
    bits = toward_zero.view(np.int32) | (exact != x)
    return bits.astype(np.int32).view(F)


def rounded(x, dtype):
    x = np.asarray(x, float)
    if dtype == "fp32":
        return x.astype(F)
    if dtype == "fp16":
        with np.errstate(over="ignore"):
            return x.astype(np.float16).astype(F)
    bits = to_odd(x).view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16
    return bits.astype(np.uint32).view(F)


def numbers(dtype):
    """All finite numbers of a 16-bit dtype in ascending order, 0 once."""
    bits = np.arange(1 << 16, dtype=np.uint32)
    if dtype == "fp16":
        values = bits.astype(np.uint16).view(np.float16).astype(F)
    else:
        values = (bits << 16).astype(np.uint32).view(F)
    return np.unique(values[np.isfinite(values)].astype(float) + 0.0)


# ---- forms ----------------------------------------------------------------------------------------


class Exact:
    """fp64."""

    dtype = float

    @staticmethod
    def fma(a, b, c):
        return a * b + c


class Single:
    """fp32, each operation rounded once."""

    dtype = F

    @staticmethod
    def fma(a, b, c):
        return (np.asarray(a, float) * np.asarray(b, float) + np.asarray(c, float)).astype(F)


def horner(arithmetic, coefficients, t):
    value = np.full(np.shape(t), coefficients[-1], arithmetic.dtype)
    for c in coefficients[-2::-1]:
        value = arithmetic.fma(value, t, c)
    return value


def q(arithmetic, form, coefficients, u, depth):
    kind = arithmetic.dtype
    c = np.asarray(coefficients, kind)
    one = kind(1)
    r = np.sqrt(u)
    t = r - kind(form.get("centre", 0))
    fma = arithmetic.fma

    def wide(function, *arguments):
        return function(*(np.asarray(a, float) for a in arguments)).astype(kind)

    family = form["family"]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        if family == "paper-gelu-left":
            v = np.minimum(u / kind(depth), one)
            value = fma(c[1], wide(np.power, v, c[2]) * wide(np.power, one - v, c[3]), c[0])
        elif family == "paper-silu-left":
            value = fma(u, fma(c[3], u, c[2]), fma(c[1], r, c[0]))
        elif family == "paper-right":
            d = c[4] - u
            e = wide(np.exp, c[3] * ((d * d) * d))
            value = np.where(e == 0, one, fma(fma(c[2], u, fma(c[1], r, c[0])), e, one))
        elif family == "root-polynomial":
            value = horner(arithmetic, c, t)
        elif family == "root-rational":
            m = form["numeratorDegree"]
            below = fma(horner(arithmetic, c[m + 1 :], t), t, one)
            value = horner(arithmetic, c[: m + 1], t) / below
        elif family in ("root-exp", "root-gauss"):
            e = wide(np.exp, -(c[-1] * (u if family == "root-exp" else u * u)))
            value = np.where(e == 0, one, fma(horner(arithmetic, c[:-1], r), e, one))
        elif family == "root-segmented":
            s, d = form["segments"], form["degree"]
            breaks = c[: s - 1]
            segment = np.sum(breaks[:, None] <= r[None, :], axis=0)
            table = c[s - 1 :].reshape(s, d + 1)
            start = np.concatenate(([kind(0)], breaks))[segment]
            t = r - start
            value = table[segment, d]
            for j in range(d - 1, -1, -1):
                value = fma(value, t, table[segment, j])
        else:
            raise ValueError("unknown family " + family)
    cutoff = form.get("cutoff")
    return value if cutoff is None else np.where(u > kind(cutoff), one, value)


# ---- sets -----------------------------------------------------------------------------------------


class CoefficientSet:
    def __init__(self, file):
        with open(file, encoding="utf-8") as text:
            self.json = json.load(text)
        if self.json["schemaVersion"] != 2:
            raise ValueError("not a set of schema 2")
        if "expression" in self.json:
            raise ValueError("this reader has no expressions")
        self.f, self.slope = activation(self.json["activation"])
        self.argmin = self.json["argmin"]
        self.minimum = self.json["minimum"]

    def g(self, arithmetic, side, y, height, least_output):
        """g(y, S) of one branch."""
        piece = self.json[side]
        kind = arithmetic.dtype
        finite = np.where(np.isfinite(y), y, kind(0))
        value = q(arithmetic, piece["form"], piece["coefficients"], height(finite), -self.minimum)
        if piece["target"] == "sigmoid":
            value = arithmetic.fma(np.maximum(finite, least_output), kind(1) - value, value)
        value = np.where(y == np.inf, kind(1), value)
        if side == "left":
            value = np.where(y >= 0, kind(0), value)
        return np.where(np.isnan(y), y, value)

    def exact(self, side, y):
        return self.g(Exact, side, y, lambda y: np.maximum(y - self.minimum, 0), self.minimum)

    def decoded(self, side, y, dtype):
        entry = self.json["decoding"][dtype]
        m, offset, least = F(entry["minimum"]), F(entry["offset"]), F(entry["least"])
        return self.g(Single, side, y, lambda y: np.maximum((y - m) - offset, least), m)

    # ---- errors

    def derivative_error(self, side):
        t = np.concatenate((np.arange(16 * 1024 + 1) / 1024, 16 * 2.0 ** (np.arange(1, 25) / 4)))
        x = self.argmin + (-1 if side == "left" else 1) * t
        error = self.exact(side, self.f(x)) - self.slope(x)
        n = len(x)
        return {
            "rms": math.sqrt(math.fsum(error * error) / n),
            "bias": math.fsum(error) / n,
            "maxAbs": np.max(np.abs(error)),
        }

    def error_in_use(self, dtype, inputs):
        x, right, y, weight = inputs
        found = np.where(
            right, self.decoded("right", y, dtype), self.decoded("left", y, dtype)
        ).astype(float)
        slope = self.slope(x)
        error = found - slope
        # -0 and 0 apart: by bits.
        key = y.view(np.int32).astype(np.int64) * 2 + right
        _, cell = np.unique(key, return_inverse=True)
        mean = (np.bincount(cell, weight * slope) / np.bincount(cell, weight))[cell]
        rest = slope - mean
        return {
            "rms": math.sqrt(math.fsum(weight * error * error)),
            "bias": math.fsum(weight * error),
            "maxAbs": np.max(np.abs(error)),
            "irreducibleRms": math.sqrt(math.fsum(weight * rest * rest)),
            "irreducibleMaxAbs": np.max(np.abs(rest)),
        }


def probability(low, high):
    """Of N(0, 1), with all digits in the upper tail too."""
    upper = cumulative(-np.asarray(low)) - cumulative(-np.asarray(high))
    lower = cumulative(high) - cumulative(low)
    return np.where(np.asarray(low) > 0, upper, lower)


def sixteen_bit_inputs(f, argmin, dtype):
    x = numbers(dtype)
    middle = (x[:-1] + x[1:]) / 2
    end = x[-1] + (x[-1] - x[-2]) / 2
    borders = np.concatenate(([-end], middle, [end]))
    weight = probability(borders[:-1], borders[1:])
    x, weight = x[weight > 0], weight[weight > 0]
    return x, x >= argmin, rounded(f(x), dtype), weight


def ordinal(x):
    bits = x.view(np.int32).astype(np.int64)
    return np.where(bits >= 0, bits, -(1 << 31) - bits)


def number(ordinals):
    bits = np.where(ordinals >= 0, ordinals, -(1 << 31) - ordinals)
    return bits.astype(np.int32).view(F)


def single_inputs(f, argmin):
    reach = 1.0
    while probability(argmin - reach, argmin + reach) < 1 - 2.0 ** -50:
        reach *= 2
    parts = []
    for sign in (-1, 1):

        def distance(i):
            return reach * (i / 8192) ** 2

        i = np.arange(8192)
        ends = argmin + sign * distance(i), argmin + sign * distance(i + 1)
        weight = probability(np.minimum(*ends), np.maximum(*ends))
        x = (argmin + sign * distance(i + 0.5)).astype(F)
        while np.any(across := (x.astype(float) >= argmin) != (sign > 0)):
            x = np.where(across, np.nextafter(x, F(sign * np.inf)), x)
        x, weight = x[weight > 0], weight[weight > 0]
        y = f(x.astype(float)).astype(F)

        def shares(ordinals, which):
            x = number(ordinals).astype(float)
            same = f(x).astype(F).view(np.int32) == y[which].view(np.int32)
            return same & ((x >= argmin) == (sign > 0))

        def last(direction):
            """The last number in one direction with the same output: doubled steps, then halved."""
            same = ordinal(x)
            step = np.ones_like(same)
            going = np.arange(len(x))
            while len(going):
                ahead = same[going] + direction * step[going]
                going, ahead = going[shares(ahead, going)], ahead[shares(ahead, going)]
                same[going] = ahead
                step[going] *= 2
            while np.any(step > 1):
                step = np.maximum(step // 2, 1)
                which = np.arange(len(x))
                ahead = same + direction * step
                same = np.where(shares(ahead, which), ahead, same)
            return same

        down, up = last(-1), last(1)
        n = (up - down + 1).astype(float)
        share = np.where(n > 1, (n + 1) / (6 * np.maximum(n - 1, 1)), 0)
        right = np.full(len(x), sign > 0)
        for ordinals, part in (
            (down, share * weight),
            (down + (up - down) // 2, (1 - 2 * share) * weight),
            (up, share * weight),
        ):
            parts.append((number(ordinals).astype(float), right, y, part))
    x, right, y, weight = (np.concatenate(column) for column in zip(*parts))
    kept = weight > 0
    return x[kept], right[kept], y[kept], weight[kept]


def main(files):
    inputs = {}
    for file in files:
        each = CoefficientSet(file)
        name, stated = each.json["name"], each.json
        for side in ("left", "right"):
            for key, found in each.derivative_error(side).items():
                path = side + ".derivativeError." + key
                print(name, path, repr(stated[side]["derivativeError"][key]), repr(float(found)))
        for dtype in DTYPES:
            place = stated["activation"], dtype
            if place not in inputs:
                inputs[place] = (
                    single_inputs(each.f, each.argmin)
                    if dtype == "fp32"
                    else sixteen_bit_inputs(each.f, each.argmin, dtype)
                )
            for key, found in each.error_in_use(dtype, inputs[place]).items():
                path = "errorInUse." + dtype + "." + key
                print(name, path, repr(stated["errorInUse"][dtype][key]), repr(float(found)))


if __name__ == "__main__":
    # Next to the ends of fp32 the search for equal outputs meets infinities, and passes them over.
    with np.errstate(invalid="ignore"):
        main(sys.argv[1:])
