#!/usr/bin/env python3
"""Value and first two derivatives of every function of the expression language.

They are functions.csv, which ExpressionFunctionsTest compares with. Needs mpmath.
Usage: python3 functions.py > functions.csv
"""
import random

from mpmath import mp, mpf, atan, cos, cosh, erf, erfc, exp, expm1, log, log1p
from mpmath import nstr, pi, sin, sinh, sqrt, tanh

mp.dps = 60


def sigmoid(x):
    return 1 / (1 + exp(-x))


def bell(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def tanh_jet(x):
    slope = 1 / cosh(x) ** 2
    return tanh(x), slope, -2 * tanh(x) * slope


def sigmoid_jet(x):
    slope = sigmoid(x) * sigmoid(-x)
    return sigmoid(x), slope, -slope * tanh(x / 2)


def erf_jet(x):
    slope = 2 / sqrt(pi) * exp(-x * x)
    return erf(x), slope, -2 * x * slope


def power_jet(x, n):
    return x**n, n * x ** (n - 1), n * (n - 1) * x ** (n - 2)


FUNCTIONS = {
    "abs(x)": (lambda x: (abs(x), mpf(1 if x > 0 else -1), mpf(0)), 1e300, True),
    "atan(x)": (lambda x: (atan(x), 1 / (1 + x * x), -2 * x / (1 + x * x) ** 2), 1e100, True),
    "cos(x)": (lambda x: (cos(x), -sin(x), -cos(x)), 1e6, True),
    "cosh(x)": (lambda x: (cosh(x), sinh(x), cosh(x)), 700, True),
    "erf(x)": (erf_jet, 26, True),
    "exp(x)": (lambda x: (exp(x), exp(x), exp(x)), 700, True),
    "expm1(x)": (lambda x: (expm1(x), exp(x), exp(x)), 700, True),
    "log(x)": (lambda x: (log(x), 1 / x, -1 / x**2), 1e150, False),
    "log1p(x)": (lambda x: (log1p(x), 1 / (1 + x), -1 / (1 + x) ** 2), 1e150, False),
    "max(x, 0)": (
        lambda x: (max(x, mpf(0)), mpf(1 if x > 0 else 0), mpf(0)), 1e300, True),
    "min(x, 0)": (
        lambda x: (min(x, mpf(0)), mpf(0 if x > 0 else 1), mpf(0)), 1e300, True),
    "normcdf(x)": (lambda x: (erfc(-x / sqrt(2)) / 2, bell(x), -x * bell(x)), 37, True),
    "sigmoid(x)": (sigmoid_jet, 700, True),
    "sin(x)": (lambda x: (sin(x), cos(x), -sin(x)), 1e6, True),
    "sinh(x)": (lambda x: (sinh(x), cosh(x), sinh(x)), 700, True),
    "softplus(x)": (lambda x: (log1p(exp(x)), *sigmoid_jet(x)[:2]), 700, True),
    "sqrt(x)": (lambda x: power_jet(x, mpf(1) / 2), 1e150, False),
    "tanh(x)": (tanh_jet, 350, True),
    "x^3": (lambda x: power_jet(x, 3), 1e90, True),
    "x^-1.5": (lambda x: power_jet(x, mpf(-3) / 2), 1e80, False),
    # Below 1 the derivative, x^x·(ln x + 1), has a zero where the formula cancels.
    "x^x": (lambda x: (x**x, x**x * (log(x) + 1), x**x * ((log(x) + 1) ** 2 + 1 / x)), 140, False),
    "2^x": (lambda x: (2**x, 2**x * log(mpf(2)), 2**x * log(mpf(2)) ** 2), 1000, True),
}

print("# function; x (exact, hexadecimal); value, first, second derivative at x")
print("# by functions.py, mpmath with 60 digits")
rng = random.Random(1)
for text, (jet, largest, negative) in FUNCTIONS.items():
    points = [largest * 10 ** rng.uniform(-18, 0) for _ in range(20)]
    points += [min(largest, 1.0) * rng.uniform(0, 1) for _ in range(8)]
    points += [min(largest, 40.0) * rng.uniform(0, 1) for _ in range(8)]
    if text == "x^x":
        points = [1 + x for x in points]
    for x in sorted({x * s for x in points for s in ((1, -1) if negative else (1,))}):
        row = ";".join(nstr(v, 25) for v in jet(mpf(x)))
        print(f"{text};{x.hex()};{row}")
