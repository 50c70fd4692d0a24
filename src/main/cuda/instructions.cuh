// Single instructions that CUDA C has no name for. All assembler is here, so that the rest compiles
// for a CPU too, where a test stands in for this file.
#pragma once

#include "integers.cuh"

// As fmin and fmax, but NaN if one is NaN.
__device__ inline float min_nan(float a, float b) {
  float result;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}

__device__ inline float max_nan(float a, float b) {
  float result;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}

// 2^a to 2^-21; subnormal results are 0.
__device__ inline float approximate_exp2(float a) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

// 1/a to 2^-22; subnormal results are 0.
__device__ inline float approximate_reciprocal(float a) {
  float result;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

// log2(a) to 2^-21.
__device__ inline float approximate_log2(float a) {
  float result;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

// The root of a to 1 ulp.
__device__ inline float approximate_root(float a) {
  float result;
  asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

// 1 by the root of a to 2^-22.
__device__ inline float approximate_inverse_root(float a) {
  float result;
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

// Selections. They are in assembler, because the compiler would make branches of them around what
// computes the values, and then fetch parameters for each element.

#define SELECT_BY(name, comparison, Operand, o, Result, r, kind)                                  \
  __device__ inline Result name(Operand a, Operand b, Result yes, Result no) {                    \
    Result result;                                                                                \
    asm("{ .reg .pred p; setp." comparison " p, %1, %2; selp." kind " %0, %3, %4, p; }"           \
        : "=" r(result) : o(a), o(b), r(yes), r(no));                                             \
    return result;                                                                                \
  }

#define SELECT(name, comparison)                                                                  \
  SELECT_BY(name, comparison ".f32", float, "f", float, "f", "f32")                               \
  SELECT_BY(name, comparison ".f32", float, "f", int32_t, "r", "b32")                             \
  SELECT_BY(name, comparison ".s32", int32_t, "r", float, "f", "f32")                             \
  SELECT_BY(name, comparison ".s32", int32_t, "r", int32_t, "r", "b32")

// a < b ? yes : no, and so on
SELECT(select_less, "lt")
SELECT(select_greater, "gt")
SELECT(select_at_least, "ge")
SELECT(select_equal, "eq")

// bit != 0 ? yes : no
__device__ inline float select_bit(uint32_t bit, float yes, float no) {
  float result;
  asm("{ .reg .pred p; setp.ne.u32 p, %1, 0; selp.f32 %0, %2, %3, p; }"
      : "=f"(result) : "r"(bit), "f"(yes), "f"(no));
  return result;
}

__device__ inline int32_t select_bit(uint32_t bit, int32_t yes, int32_t no) {
  int32_t result;
  asm("{ .reg .pred p; setp.ne.u32 p, %1, 0; selp.b32 %0, %2, %3, p; }"
      : "=r"(result) : "r"(bit), "r"(yes), "r"(no));
  return result;
}

// Numbers of 16 bits, to nearest with ties to even. A word has two, the first in its lower half.

__device__ inline uint32_t bf16_word(float first, float second) {
  uint32_t word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(second), "f"(first));
  return word;
}

__device__ inline uint32_t fp16_word(float first, float second) {
  uint32_t word;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(second), "f"(first));
  return word;
}

__device__ inline void fp16_numbers(uint32_t word, float& first, float& second) {
  asm("{ .reg .b16 low, high; mov.b32 {low, high}, %2; cvt.f32.f16 %0, low; cvt.f32.f16 %1, high; }"
      : "=f"(first), "=f"(second)
      : "r"(word));
}
