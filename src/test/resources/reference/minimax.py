"""Errors of best approximants, for minimax.csv beside this file.

    python3 minimax.py > minimax.csv

Polynomials and rationals: Remez' exchange in 40-digit arithmetic (mpmath). The levelled error of a
rational is an eigenvalue of an unsymmetric matrix, found by mpmath's eig; it starts
from Chebyshev's points, or from the reference of the next lower degree. Extrema are refined by ternary search. Columns: case, levelled error.

Forms with other nonlinear coefficients: a linear program over 4001 points (scipy's HiGHS) gives the best
linear coefficients, Nelder and Mead's method from a lattice of starts the others. The value is the
program's optimum, right to about 1e-5 relative.

Independent of the Java code in everything: exchange, basis, arithmetic, and the functions themselves.
"""

import itertools

import mpmath as mp
import numpy as np
from scipy import optimize

mp.mp.dps = 40


def phi(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def gelu(x):
    return x * mp.ncdf(x)


def gelu_slope(x):
    return mp.ncdf(x) + x * phi(x)


def silu(x):
    return x / (1 + mp.exp(-x))


def silu_slope(x):
    s = 1 / (1 + mp.exp(-x))
    return s * (1 + x * (1 - s))


GELU_T = mp.findroot(gelu_slope, -0.75)
SILU_T = mp.findroot(silu_slope, -1.28)


def right_end(f, t, cutoff):
    return mp.findroot(lambda x: f(x) - f(t) - cutoff, float(cutoff) + float(f(t)))


def branch(f, slope, t, far):
    """(parameter range, variable of the polynomial, value)"""
    return (t, far, lambda x: mp.sqrt(abs(f(x) - f(t))), slope)


def exp_on_half_line(z):
    return mp.mpf(0) if z == 1 else mp.exp(-z / (1 - z))


CURVES = {
    "exp": (mp.mpf(-1), mp.mpf(1), lambda x: x + 1, mp.exp),
    "exp-decay": (mp.mpf(0), mp.mpf(1), lambda z: z, exp_on_half_line),
    "root": (mp.mpf(0), mp.mpf(1), lambda s: s * s, lambda s: s),
    "gelu-left": branch(gelu, gelu_slope, GELU_T, mp.mpf(-14)),
    "silu-left": branch(silu, silu_slope, SILU_T, mp.mpf(-60)),
    "gelu-right": branch(gelu, gelu_slope, GELU_T, right_end(gelu, GELU_T, mp.mpf("5.25"))),
    "silu-right": branch(silu, silu_slope, SILU_T, right_end(silu, SILU_T, mp.mpf("15.125"))),
}

POINTS = 1500


class Curve:
    def __init__(self, low, high, variable, value):
        self.low, self.high, self.variable, self.value = low, high, variable, value
        self.x = [low + (high - low) * mp.sin(mp.pi * i / (2 * POINTS)) ** 2 for i in range(POINTS + 1)]
        self.t = [variable(x) for x in self.x]
        self.v = [value(x) for x in self.x]
        self.scale = max(self.t)

    def powers(self, t, degree):
        s = 2 * t / self.scale - 1
        row = [mp.mpf(1), s]
        while len(row) <= degree:
            row.append(2 * s * row[-1] - row[-2])
        return row[: degree + 1]


def level(curve, m, n, xs):
    """Coefficients (a, b) in Chebyshev polynomials, and the levelled error."""
    count = m + n + 2
    t = [curve.variable(x) for x in xs]
    v = [curve.value(x) for x in xs]
    p = mp.matrix([curve.powers(s, m) for s in t])
    q = mp.matrix([curve.powers(s, n) for s in t])
    full, _ = mp.qr(p)
    null = full[:, m + 1 : count]
    left, right = mp.matrix(count, n + 1), mp.matrix(count, n + 1)
    for i in range(count):
        for j in range(n + 1):
            left[i, j] = v[i] * q[i, j]
            right[i, j] = (-1) ** i * q[i, j]
    if n == 0:
        h = (null.T * left)[0] / (null.T * right)[0]
        candidates = [(h, mp.matrix([1]))]
    else:
        values, vectors = mp.eig(mp.inverse(null.T * right) * (null.T * left))
        candidates = [(values[k].real, vectors[:, k].apply(mp.re)) for k in range(n + 1)]
    for h, b in sorted(candidates, key=lambda c: abs(c[0])):
        signs = q * b
        if all(s > 0 for s in signs) or all(s < 0 for s in signs):
            rhs = mp.matrix([(v[i] - (-1) ** i * h) * signs[i] for i in range(count)])
            return mp.lu_solve(p, rhs), b, abs(h)
    raise ArithmeticError("every levelled approximant has a pole")


def refine(error, a, b):
    """The largest |error| between a and b, by ternary search."""
    for _ in range(60):
        c, d = a + (b - a) / 3, b - (b - a) / 3
        if abs(error(c)) < abs(error(d)):
            a = c
        else:
            b = d
    return (a + b) / 2


def remez(curve, m, n, xs):
    for _ in range(60):
        a, b, h = level(curve, m, n, xs)

        def at(t):
            top = sum(c * s for c, s in zip(a, curve.powers(t, m)))
            return top / sum(c * s for c, s in zip(b, curve.powers(t, n)))

        errors = [at(t) - v for t, v in zip(curve.t, curve.v)]
        peaks = []
        for i, e in enumerate(errors):
            if peaks and (e > 0) == (errors[peaks[-1]] > 0):
                if abs(e) > abs(errors[peaks[-1]]):
                    peaks[-1] = i
            else:
                peaks.append(i)
        while len(peaks) > m + n + 2:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        if len(peaks) < m + n + 2:
            raise ArithmeticError("too few alternations")
        error = lambda x: at(curve.variable(x)) - curve.value(x)
        new = []
        for i in peaks:
            if 0 < i < POINTS:
                new.append(refine(error, curve.x[i - 1], curve.x[i + 1]))
            else:
                new.append(curve.x[i])
        worst = max(abs(error(x)) for x in new)
        if worst - h < mp.mpf(10) ** -12 * h:
            return h, new
        xs = new
    raise ArithmeticError("no convergence")


def wider(xs, count):
    out = []
    for i in range(count):
        p = mp.mpf(i) * (len(xs) - 1) / (count - 1)
        k = min(int(p), len(xs) - 2)
        out.append(xs[k] + (p - k) * (xs[k + 1] - xs[k]))
    return out


def chebyshev_start(curve, count):
    lo, hi = curve.t[0], curve.t[-1]
    wanted = [lo + (hi - lo) * mp.sin(mp.pi * k / (2 * (count - 1))) ** 2 for k in range(count)]
    return [min(zip(curve.x, curve.t), key=lambda p: abs(p[1] - w))[0] for w in wanted]


def rational(curve, m, n):
    try:
        return remez(curve, m, n, chebyshev_start(curve, m + n + 2))
    except ArithmeticError:
        if min(m, n) == 0:
            raise
        _, xs = rational(curve, m - 1, n - 1)
        return remez(curve, m, n, wider(xs, m + n + 2))


def exchange_cases():
    rationals = {
        "exp": [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4), (1, 3), (4, 1)],
        "exp-decay": [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)],
        "root": [(1, 1), (2, 2), (3, 3)],
        "gelu-left": [(3, 3), (4, 4), (5, 5), (6, 6), (5, 3), (4, 5)],
        "silu-left": [(3, 3), (4, 4), (5, 5), (5, 3)],
        "gelu-right": [(6, 6), (7, 5), (7, 7)],
        "silu-right": [(6, 6), (8, 4)],
    }
    polynomials = {
        "exp": [1, 2, 5, 8],
        "gelu-left": [4, 12],
        "silu-left": [8],
        "gelu-right": [16, 20],
        "silu-right": [16],
    }
    for name, types in rationals.items():
        curve = Curve(*CURVES[name])
        for degree in polynomials.get(name, []):
            h, _ = remez(curve, degree, 0, chebyshev_start(curve, degree + 2))
            yield f"{name},root-polynomial-{degree}", h
        for m, n in types:
            h, _ = rational(curve, m, n)
            yield f"{name},root-rational-{m}-{n}", h


def linear_program(columns, data):
    """min over c of max |columns·c − data|."""
    scale = np.abs(columns).max(axis=0)
    a = columns / scale
    n = a.shape[1]
    ones = np.ones((len(data), 1))
    res = optimize.linprog(
        np.r_[np.zeros(n), 1.0],
        A_ub=np.r_[np.c_[a, -ones], np.c_[-a, -ones]],
        b_ub=np.r_[data, -data] * 1e3,
        bounds=[(None, None)] * n + [(0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    return res.fun / 1e3 if res.status == 0 else np.inf


def search_cases():
    n = 4001
    bend = np.sin(np.pi * np.arange(n) / (2 * (n - 1))) ** 2

    def sampled(t, far, f, slope):
        x = float(t) + (far - float(t)) * bend
        lift = np.array([float(f(mp.mpf(v)) - f(t)) for v in x])
        return np.maximum(lift, 0), np.array([float(slope(mp.mpf(v))) for v in x])

    gelu_left = sampled(GELU_T, -9.0, gelu, gelu_slope)
    gelu_right = sampled(GELU_T, 9.0, gelu, gelu_slope)
    silu_right = sampled(SILU_T, 42.0, silu, silu_slope)
    depth = -float(gelu(GELU_T))

    def gelu_left_form(theta):
        u, g = gelu_left
        v = np.minimum(u / depth, 1)
        with np.errstate(all="ignore"):
            return np.c_[np.ones(n), v ** theta[0] * (1 - v) ** theta[1]], g

    def paper_right(curve):
        def form(theta):
            u, g = curve
            e = np.exp(np.exp(theta[0]) * (theta[1] - u) ** 3)
            return np.c_[e, np.sqrt(u) * e, u * e], g - 1

        return form

    def damped(curve, degree, power):
        def form(theta):
            u, g = curve
            e = np.exp(-np.exp(theta[0]) * u**power)
            return np.vander(np.sqrt(u), degree + 1) * e[:, None], g - 1

        return form

    cases = [
        ("gelu-left,paper-gelu-left", gelu_left_form, [(0.3, 0.6, 1.0), (0.6, 0.9, 1.2)]),
        ("gelu-right-whole,paper-right", paper_right(gelu_right), [(-5, -3, -1.5), (-4, -1, 1)]),
        ("silu-right-whole,paper-right", paper_right(silu_right), [(-9, -7, -5), (-12, -8, -4)]),
        ("gelu-right-whole,root-gauss-4", damped(gelu_right, 4, 2), [np.log([0.1, 0.2, 0.4, 0.8])]),
        ("silu-right-whole,root-exp-4", damped(silu_right, 4, 1), [np.log([0.3, 0.6, 1.0, 1.5])]),
    ]
    for name, form, axes in cases:
        def error(theta):
            columns, data = form(theta)
            if not np.isfinite(columns).all():
                return 1.0
            return linear_program(columns, data)

        lattice = sorted(itertools.product(*axes), key=error)[:2]
        best = np.inf
        for start in lattice:
            res = optimize.minimize(
                error, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 300}
            )
            res = optimize.minimize(
                error, res.x, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 300}
            )
            best = min(best, res.fun)
        yield name, best


if __name__ == "__main__":
    print("# Errors of best approximants: curve, form, error. Written by minimax.py in minutes; see there how.")
    print("# exp: exp(x), powers of x + 1 for x in [-1, 1]. exp-decay: exp(-z/(1 - z)), powers of z in [0, 1].")
    print("# root: s, powers of s^2 for s in [0, 1]. Others: the inverted derivative, powers of sqrt(f(x) - f(T));")
    print("# left: x < T, right: to the lift 5.25 (gelu) and 15.125 (silu), right-whole: x > T.")
    for key, h in exchange_cases():
        print(f"{key},{mp.nstr(h, 15)}", flush=True)
    for key, h in search_cases():
        print(f"{key},{h:.6e}", flush=True)
