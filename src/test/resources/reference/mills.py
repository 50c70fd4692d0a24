#!/usr/bin/env python3
"""Chebyshev coefficients of (1+t)·R(t), R(t) = (1-Phi(t))/phi(t), in s = (t-4)/(t+4).

They are the table MILLS in invact.numeric.internal.NormalDistribution. Needs mpmath.
Usage: python3 mills.py
"""
from mpmath import mp, mpf, cos, erfc, exp, fsum, pi, sqrt

mp.dps = 40
NODES = 64
CENTRE = mpf(4)


def scaled_mills_ratio(s):
    if s == 1:
        return mpf(1)
    t = CENTRE * (1 + s) / (1 - s)
    if t > 200:  # asymptotic series; its fifth term is below 1e-20 here
        return (1 + t) / t * (1 - 1 / t**2 + 3 / t**4 - 15 / t**6 + 105 / t**8)
    return (1 + t) * sqrt(pi / 2) * exp(t * t / 2) * erfc(t / sqrt(2))


angles = [pi * (k + mpf(1) / 2) / NODES for k in range(NODES)]
values = [scaled_mills_ratio(cos(a)) for a in angles]
for j in range(NODES):
    c = fsum(v * cos(j * a) for v, a in zip(values, angles)) * (2 if j else 1) / NODES
    if abs(c) > mpf(2) ** -55:
        print(j, repr(float(c)))
