// What operations of programs become that are more than an instruction: invact.internal.program.text.CudaText.
#pragma once

#include "instructions.cuh"

// The square root.
// Domain: a in [2^-100, inf).
// Largest error: EXACT: none, it is correctly rounded; else 1 ulp.
// Special values: NaN for inf, if EXACT.
// Source: the steps of PTX's sqrt.rn, without its branch for numbers below 2^-100.
template <bool EXACT>
__device__ inline float near_root(float a) {
  if (!EXACT) {
    return approximate_root(a);
  }
  float inverse = approximate_inverse_root(a);
  float root = a * inverse;
  return fmaf(fmaf(-root, root, a), 0.5f * inverse, root);
}

// The quotient n/d.
// Domain: |d| in (2^-60, 2^60), |n| below 2^60.
// Largest error: EXACT: none, it is correctly rounded; else 3 ulp.
// Special values: none.
// Source: the steps of PTX's div.rn, without its slow path for very large and very small numbers.
template <bool EXACT>
__device__ inline float near_quotient(float n, float d) {
  float inverse = approximate_reciprocal(d);
  if (!EXACT) {
    return n * inverse;
  }
  inverse = fmaf(inverse, fmaf(-d, inverse, 1.0f), inverse);
  float q = n * inverse;
  q = fmaf(fmaf(-d, q, n), inverse, q);
  return fmaf(fmaf(-d, q, n), inverse, q);
}

// The power a^b.
// Domain: a in [0, 1], b > 0.
// Largest error: 2^-21.
// Special values: 0 for a = 0.
// Source: 2^(b log2 a), by the hardware's estimates.
__device__ inline float approximate_power(float a, float b) {
  return approximate_exp2(b * approximate_log2(a));
}

// The exponential e^a.
// Domain: all a; results below 2^-126 are 0.
// Largest error: 2^-21, and what half an ulp of a log2 e changes, both relative.
// Special values: 0 for -inf, inf for inf and NaN for NaN.
// Source: 2^(a log2 e), by the hardware's estimate.
__device__ inline float approximate_exp(float a) {
  constexpr float LOG2_E = 1.442695f;
  return approximate_exp2(a * LOG2_E);
}
