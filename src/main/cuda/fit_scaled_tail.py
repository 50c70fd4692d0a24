"""Coefficients of the scaled normal tail R(a) = Phi(-a) exp(a^2/2) in invact.internal.arithmetic.FastGelu.

R(a) = t P(t), t = 1/(1 + K a), on 0 <= a <= 14.5: least largest relative error by Lawson's
reweighting of least squares, coefficients rounded to fp32 as they are printed. Needs NumPy and SciPy.

    python3 fit_scaled_tail.py
"""

import numpy as np
from scipy.special import erfcx


def fit(degree, k, steps=400):
    nodes = 0.5 - 0.5 * np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    least = 1.0 / (1.0 + k * 14.5)
    t = least + (1.0 - least) * nodes
    tail = 0.5 * erfcx((1.0 / t - 1.0) / k / np.sqrt(2.0))
    scale = t / tail
    z = 2.0 * (t - least) / (1.0 - least) - 1.0
    basis = np.polynomial.chebyshev.chebvander(z, degree) * scale[:, None]
    weight = np.ones_like(t)
    best = (np.inf, None)
    for _ in range(steps):
        root = np.sqrt(weight)
        c = np.linalg.lstsq(basis * root[:, None], root, rcond=None)[0]
        error = np.abs(basis @ c - 1.0)
        if error.max() < best[0]:
            best = (error.max(), c)
        weight *= error
        weight /= weight.sum()
    cheb = np.polynomial.chebyshev.Chebyshev(best[1], domain=[least, 1.0])
    power = cheb.convert(kind=np.polynomial.Polynomial, domain=[-1, 1], window=[-1, 1]).coef
    return best[0], power


if __name__ == "__main__":
    for degree in (5, 8):
        error, k = min((fit(degree, k, 60)[0], k) for k in np.arange(0.20, 0.61, 0.02))
        error, power = fit(degree, float(np.float32(k)))
        print(f"degree {degree}, K = {np.float32(k)!r}, largest relative error {error:.2e}")
        print("  " + ", ".join(f"{np.float32(c)!r}f" for c in power))
