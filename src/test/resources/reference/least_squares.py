#!/usr/bin/env python3
"""Global least-squares optima of the paper's forms, by a method that shares nothing with invact's.

For each piece: the coefficients in which the form is linear are solved for exactly (QR), the other
two searched for over a grid of 60 x 60 cells wider than any plausible solution; the 40 best cells are
polished by Nelder-Mead, and the sum of squares of the best is computed in 50-digit arithmetic. Writes least-squares.csv beside itself. Needs numpy, scipy, mpmath; takes minutes.
Usage: python3 least_squares.py
"""
import os
import numpy as np
from mpmath import mp, mpf
from scipy.optimize import minimize
from scipy.special import erfc, expit

mp.dps = 50
T = {"gelu": mp.findroot(lambda x: mp.ncdf(x) + x * mp.npdf(x), mpf("-0.75")),
     "silu": -1 - mp.lambertw(mp.exp(-1)).real}
F = {"gelu": lambda x: x * mp.ncdf(x), "silu": lambda x: x / (1 + mp.exp(-x))}
G = {("gelu", "derivative"): lambda x: mp.ncdf(x) + x * mp.npdf(x),
     ("silu", "sigmoid"): lambda x: 1 / (1 + mp.exp(-x)),
     ("silu", "derivative"): lambda x: (1 + x / (1 + mp.exp(x))) / (1 + mp.exp(-x))}
LO, HI, N = -10, 10, 20001


def samples(activation, branch, target, sampling):
    """Lift and target value at every point, in 50 digits."""
    t, f, g = T[activation], F[activation], G[activation, target]
    if sampling == "uniform-x":
        # The doubles that -10 + i/1000 rounds to differ from these by 1e-15: no matter at 1e-10.
        xs = [LO + mpf(HI - LO) * i / (N - 1) for i in range(N)]
        xs = [x for x in xs if (x < t) == (branch == "left")]
    else:
        ends = (f(t), f(mpf(LO if branch == "left" else HI)))
        xs = [inverse(activation, ends[0] + (ends[1] - ends[0]) * i / (N - 1), branch) for i in range(N)]
    return [f(x) - f(t) for x in xs], [g(x) for x in xs]


def inverse(activation, y, branch):
    t, f = T[activation], F[activation]
    if y <= f(t):
        return t
    near, far = t, mpf(LO if branch == "left" else HI)
    d = G[activation, "derivative"]
    x = (near + far) / 2
    for _ in range(400):
        r = f(x) - y
        if r < 0:
            near = x
        else:
            far = x
        step = r / d(x)
        if abs(step) < mpf(10) ** -30:
            return x
        x = x - step
        if not min(near, far) < x < max(near, far):
            x = (near + far) / 2
    return x


def power_basis(depth):
    def basis(m, u, p):
        v = u / depth
        return [u * 0 + 1, v ** p[0] * (1 - v) ** p[1]]
    return basis


def right_basis(m, u, p):
    e = m.exp(p[0] * (p[1] - u) ** 3)
    return [e, m.sqrt(u) * e, u * e]


def left_basis(m, u, p):
    return [u * 0 + 1, m.sqrt(u), u, u * u]


def linear(basis, u, z, p):
    a = np.stack(basis(np, u, p), axis=1)
    if not np.isfinite(a).all():
        return np.inf, None
    scale = np.sqrt((a * a).sum(0))
    if (scale == 0).any():
        return np.inf, None
    c, *_ = np.linalg.lstsq(a / scale, z, rcond=1e-15)
    r = z - (a / scale) @ c
    return float(r @ r), c / scale


def search(basis, u, z, box):
    if not box:
        return linear(basis, u, z, ())[1], ()
    axes = [np.linspace(lo, hi, 60) for lo, hi in box]
    to_p = lambda q: (np.exp(q[0]), np.exp(q[1])) if basis is not right_basis else (np.exp(q[0]), q[1])
    thin = slice(None, None, 16)
    with np.errstate(all="ignore"):
        cells = sorted((linear(basis, u[thin], z[thin], to_p((a, b)))[0], a, b) for a in axes[0] for b in axes[1])
        best = (np.inf, None)
        for _, a, b in cells[:40]:
            o = minimize(lambda q: linear(basis, u[thin], z[thin], to_p(q))[0], (a, b), method="Nelder-Mead",
                         options=dict(xatol=1e-10, fatol=1e-16, maxiter=600))
            if o.fun < best[0]:
                best = (o.fun, o.x)
        o = minimize(lambda q: linear(basis, u, z, to_p(q))[0], best[1], method="Nelder-Mead",
                     options=dict(xatol=1e-12, fatol=1e-18, maxiter=600))
    p = to_p(o.x)
    return linear(basis, u, z, p)[1], p


def exact_sse(basis, us, zs, p):
    """The linear coefficients, solved for in 50 digits with the others held, and the sum of squares.

    The error of p enters the sum of squares by its square: p good to 8 digits gives 14 of them.
    """
    n = len(basis(mp, us[-1], p))
    jtj, jtz = mp.zeros(n), mp.zeros(n, 1)
    rows = [basis(mp, u, p) for u in us]
    for row, z in zip(rows, zs):
        for i in range(n):
            jtz[i] += row[i] * z
            for j in range(n):
                jtj[i, j] += row[i] * row[j]
    c = mp.lu_solve(jtj, jtz)
    return sum((z - sum(a * b for a, b in zip(c, row))) ** 2 for row, z in zip(rows, zs)), c


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    left_box = [(np.log(0.02), np.log(8))] * 2
    right_box = [(np.log(1e-7), np.log(5)), (-60, 10)]
    pieces = [("gelu", "left", "derivative"), ("gelu", "right", "derivative"),
              ("silu", "left", "derivative"), ("silu", "right", "derivative"),
              ("silu", "left", "sigmoid"), ("silu", "right", "sigmoid")]
    with open(os.path.join(here, "least-squares.csv"), "w") as out:
        out.write("# Least sums of squares of the paper's forms, x in [-10,10], 20001 points; by least_squares.py\n")
        out.write("# activation,branch,target,sampling,points,sse,coefficients\n")
        for sampling in ("uniform-x", "uniform-y"):
            for activation, branch, target in pieces:
                us, zs = samples(activation, branch, target, sampling)
                depth = -F[activation](T[activation])
                offset = 1 if branch == "right" else 0
                if branch == "right":
                    basis, box = right_basis, right_box
                elif activation == "gelu":
                    # One end of the branch is y = f(T), where 0 to a power is needed; 50 digits keep 1-v > 0.
                    basis, box = power_basis(depth), left_box
                else:
                    basis, box = left_basis, []
                nb = power_basis(float(depth)) if basis is not right_basis and box else basis
                u = np.array([float(v) for v in us])
                z = np.array([float(v) for v in zs]) - offset
                _, p = search(nb, u, z, box)
                if activation == "gelu" and branch == "left":
                    us = [max(v, mpf(10) ** -45) for v in us]
                p = [mpf(float(v)) for v in p]
                sse, c = exact_sse(basis, us, [v - offset for v in zs], p)
                row = [activation, branch, target, sampling, str(len(us)), mp.nstr(sse, 16)]
                out.write(",".join(row + [" ".join(mp.nstr(v, 16) for v in list(c) + p)]) + "\n")
                out.flush()
                print(row, flush=True)


main()
