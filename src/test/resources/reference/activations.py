#!/usr/bin/env python3
"""Reference values of f, f', f'' of activations: writes NAME.csv for each beside itself.

Inputs are doubles, written exactly as hexadecimal floats; values are computed from them with 60
digits and written with 25. Needs mpmath. Usage: python3 activations.py
"""
import os
import random
from mpmath import mp, mpf, exp, lambertw, ncdf, npdf, findroot, nstr, pi, sqrt, tanh, log

mp.dps = 60
SEED = 2407


def sigma(x):
    return 1 / (1 + exp(-x))


def gelu(x):
    p, d = ncdf(x), npdf(x)
    return p, x * p, p + x * d, d * (2 - x * x)


def silu(x):
    s = sigma(x)
    d = s * sigma(-x)
    return s, x * s, s + x * d, d * (2 + x * (sigma(-x) - s))


def swish(slope):
    beta = mpf(slope)  # the double, exactly

    def f(x):
        s, c = sigma(beta * x), sigma(-beta * x)
        return s, x * s, s * (1 + beta * x * c), beta * s * c * (2 + beta * x * (c - s))

    return f


def gelu_tanh(x):
    a = 2 * sqrt(2 / pi)
    b = a * mpf("0.044715")
    z, z1, z2 = x * (a + b * x * x), a + 3 * b * x * x, 6 * b * x
    s, c = sigma(z), sigma(-z)
    return s, x * s, s + x * s * c * z1, s * c * (2 * z1 + x * ((c - s) * z1**2 + z2))


def mish(x):
    # g = tanh(p), p = ln(1 + e), p' = sigma(x); 1 - g^2 = 4(1 + e)^2/d^2 cancels nothing.
    e = exp(x)
    n, d = e * (e + 2), e * (e + 2) + 2
    g, s, c = n / d, sigma(x), sigma(-x)
    t1 = 4 * (1 + e) ** 2 / d**2
    g1 = t1 * s
    g2 = -2 * g * t1 * s * s + t1 * s * c
    return g, x * g, g + x * g1, 2 * g1 + x * g2


def inputs(argmin, tail):
    rng = random.Random(SEED)
    xs = [argmin, 0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-300, -1e-20, 1e6, 1e300]
    xs += [argmin + s * 2.0**-k for k in range(1, 52, 3) for s in (-1, 1)]
    xs += [rng.uniform(-6, 6) for _ in range(300)]
    xs += [rng.uniform(-tail, 40) for _ in range(300)]
    xs += [s * 10 ** rng.uniform(-12, 0) for _ in range(50) for s in (-1, 1)]
    return sorted(set(xs))


def decimal(v):
    """25 digits; 0 stands for what lies far below the smallest double."""
    return nstr(v, 25, strip_zeros=False) if abs(v) > mpf(10) ** -340 else "0.0"


def write(name, functions, argmin, tail):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, name + ".csv"), "w") as out:
        out.write(f"# {name}: x (exact, hexadecimal), inner function f(x)/x, f, f', f'' at x\n")
        out.write(f"# inputs from T +- 2^-k, [-6,6], [-{tail},40], small ones; by activations.py, 60 digits\n")
        out.write(f"# T = {decimal(argmin)}, f(T) = {decimal(functions(argmin)[1])}\n")
        for x in inputs(float(argmin), tail):
            values = ",".join(decimal(v) for v in functions(mpf(x)))
            out.write(f"{x.hex()},{values}\n")


T_GELU = findroot(lambda x: ncdf(x) + x * npdf(x), mpf("-0.75"))
T_SILU = -1 - lambertw(exp(-1)).real
for name, f, t, tail in (
    ("gelu", gelu, T_GELU, 37.5),
    ("silu", silu, T_SILU, 708.0),
    ("gelu-tanh", gelu_tanh, findroot(lambda x: gelu_tanh(x)[2], mpf("-0.75")), 21.0),
    ("quick-gelu", swish(1.702), T_SILU / mpf(1.702), 415.0),
    ("swish-0.3", swish(0.3), T_SILU / mpf(0.3), 2360.0),
    ("swish-8", swish(8), T_SILU / 8, 88.5),
    ("mish", mish, findroot(lambda x: mish(x)[2], mpf("-1.19")), 708.0),
):
    write(name, f, t, tail)
    print(name, "T =", nstr(t, 30), "f(T) =", nstr(f(t)[1], 30))
