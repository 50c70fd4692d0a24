#!/usr/bin/env python3
"""Reference values of f, f', f'' of GELU and SiLU: writes gelu.csv and silu.csv beside itself.

Inputs are doubles, written exactly as hexadecimal floats; values are computed from them with 60
digits and written with 25. Needs mpmath. Usage: python3 activations.py
"""
import os
import random
from mpmath import mp, mpf, exp, lambertw, ncdf, npdf, findroot, nstr

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
        out.write(f"# {name}: x (exact, hexadecimal), inner function (Phi or sigma), f, f', f'' at x\n")
        out.write(f"# inputs from T +- 2^-k, [-6,6], [-{tail},40], small ones; by activations.py, 60 digits\n")
        for x in inputs(float(argmin), tail):
            values = ",".join(decimal(v) for v in functions(mpf(x)))
            out.write(f"{x.hex()},{values}\n")


T_GELU = findroot(lambda x: ncdf(x) + x * npdf(x), mpf("-0.75"))
T_SILU = -1 - lambertw(exp(-1)).real
for name, f, t, tail in (("gelu", gelu, T_GELU, 37.5), ("silu", silu, T_SILU, 708.0)):
    write(name, f, t, tail)
    print(name, "T =", nstr(t, 30), "f(T) =", nstr(f(t)[1], 30))
