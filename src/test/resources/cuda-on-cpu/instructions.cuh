// The instructions of src/main/cuda/instructions.cuh for a CPU, and what CUDA C has beside C++. What is
// estimated there is exact here, rounded to fp32.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define __device__
#define __global__
#define __grid_constant__
#define __launch_bounds__(...)
// Of one block at a time; the tables of a block are filled when each of its threads has run.
#define __shared__ thread_local
#define __syncthreads()

struct Dimensions {
  unsigned int x;
};

inline Dimensions threadIdx, blockIdx, blockDim, gridDim;

struct alignas(16) float4 {
  float x, y, z, w;
};

struct alignas(16) uint4 {
  uint32_t x, y, z, w;
};

inline float __int_as_float(int32_t bits) { return std::bit_cast<float>(bits); }
inline int32_t __float_as_int(float value) { return std::bit_cast<int32_t>(value); }
inline float __uint_as_float(uint32_t bits) { return std::bit_cast<float>(bits); }
inline uint32_t __float_as_uint(float value) { return std::bit_cast<uint32_t>(value); }
inline double __longlong_as_double(long long bits) { return std::bit_cast<double>(bits); }
inline double __hiloint2double(int32_t high, int32_t low) {
  return std::bit_cast<double>(static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 |
                               static_cast<uint32_t>(low));
}
inline int32_t __double2loint(double value) {
  return static_cast<int32_t>(std::bit_cast<uint64_t>(value));
}
inline int32_t __double2hiint(double value) {
  return static_cast<int32_t>(std::bit_cast<uint64_t>(value) >> 32);
}
inline float __double2float_rn(double value) { return static_cast<float>(value); }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline int32_t max(int32_t a, int32_t b) { return a < b ? b : a; }
inline int32_t min(int32_t a, int32_t b) { return a > b ? b : a; }

inline float min_nan(float a, float b) { return a != a || b != b ? NAN : fminf(a, b); }
// +0 is greater than −0.
inline float max_nan(float a, float b) {
  return a != a || b != b ? NAN : a == b ? (std::signbit(a) ? b : a) : fmaxf(a, b);
}
inline float approximate_exp2(float a) { return static_cast<float>(exp2(static_cast<double>(a))); }
inline float approximate_reciprocal(float a) { return 1.0f / a; }
inline float approximate_log2(float a) { return static_cast<float>(log2(static_cast<double>(a))); }
inline float approximate_root(float a) { return sqrtf(a); }
inline float approximate_inverse_root(float a) {
  return static_cast<float>(1.0 / sqrt(static_cast<double>(a)));
}

#define SELECT(name, comparison)                                         \
  template <class Operand>                                               \
  inline float name(Operand a, Operand b, float yes, float no) {         \
    return a comparison b ? yes : no;                                    \
  }                                                                      \
  template <class Operand>                                               \
  inline int32_t name(Operand a, Operand b, int32_t yes, int32_t no) {   \
    return a comparison b ? yes : no;                                    \
  }

SELECT(select_less, <)
SELECT(select_greater, >)
SELECT(select_at_least, >=)
SELECT(select_equal, ==)

inline float select_bit(uint32_t bit, float yes, float no) { return bit != 0 ? yes : no; }
inline int32_t select_bit(uint32_t bit, int32_t yes, int32_t no) { return bit != 0 ? yes : no; }

inline uint32_t bf16_bits(float value) {
  uint32_t bits = __float_as_uint(value);
  return value != value ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}
inline uint32_t bf16_word(float first, float second) {
  return bf16_bits(first) | bf16_bits(second) << 16;
}
inline uint32_t fp16_word(float first, float second) {
  _Float16 halves[2] = {static_cast<_Float16>(first), static_cast<_Float16>(second)};
  uint32_t word;
  memcpy(&word, halves, 4);
  return word;
}
inline void fp16_numbers(uint32_t word, float& first, float& second) {
  _Float16 halves[2];
  memcpy(halves, &word, 4);
  first = static_cast<float>(halves[0]);
  second = static_cast<float>(halves[1]);
}
