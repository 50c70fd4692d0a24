// What operations of programs become that are more than an instruction: invact.internal.program.text.CudaText.
#pragma once

#include "instructions.cuh"

// The root of a in [2^-100, inf); EXACT: correctly rounded, by the steps of sqrt.rn without its
// branch for smaller numbers, else to 1 ulp. That of inf is NaN.
template <bool EXACT>
__device__ inline float near_root(float a) {
  if (!EXACT) {
    return approximate_root(a);
  }
  float inverse = approximate_inverse_root(a);
  float root = a * inverse;
  return fmaf(fmaf(-root, root, a), 0.5f * inverse, root);
}

// n/d for |d| in (2^-60, 2^60) and |n| below 2^60; EXACT: correctly rounded, by the steps of div.rn
// without its slow path for very large and very small numbers; else to 3 ulp.
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

// a^b for a in [0, 1] and b > 0, to 2^-21.
__device__ inline float approximate_power(float a, float b) {
  return approximate_exp2(b * approximate_log2(a));
}

// e^a, to 2^-21 and the rounding of a to a multiple of its ulp.
__device__ inline float approximate_exp(float a) {
  constexpr float LOG2_E = 1.442695f;
  return approximate_exp2(a * LOG2_E);
}
