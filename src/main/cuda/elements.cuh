// Elements in memory: eight to a thread and to a byte of the indicator.
#pragma once

#include "integers.cuh"

constexpr int GROUP = 8;

__device__ inline uint64_t group_of_thread() {
  return static_cast<uint64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

// How many of a group's elements there are: GROUP for all but the last.
__device__ inline int group_size(uint64_t group, uint64_t n) {
  uint64_t left = n - group * GROUP;
  return left < GROUP ? static_cast<int>(left) : GROUP;
}

// A format's bits in memory; decoding is exact, encoding rounds to nearest, ties to even. A word is 32
// bits: two elements of 16 bits.
struct Fp32 {
  static constexpr bool IS_FP16 = false;
  static constexpr int PER_WORD = 1;
  __device__ static uint32_t encode_word(const float* values) {
    return __float_as_uint(values[0]);
  }
  __device__ static void decode_word(uint32_t word, float* values) {
    values[0] = __uint_as_float(word);
  }
  using Bits = uint32_t;
  __device__ static float decode(Bits bits) { return __uint_as_float(bits); }
  __device__ static Bits encode(float value) { return __float_as_uint(value); }
};

struct Bf16 {
  static constexpr bool IS_FP16 = false;
  static constexpr int PER_WORD = 2;
  __device__ static uint32_t encode_word(const float* values) {
    uint32_t word;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(values[1]), "f"(values[0]));
    return word;
  }
  __device__ static void decode_word(uint32_t word, float* values) {
    values[0] = __uint_as_float(word << 16);
    values[1] = __uint_as_float(word & 0xFFFF0000u);
  }
  using Bits = uint16_t;
  __device__ static float decode(Bits bits) {
    return __uint_as_float(static_cast<uint32_t>(bits) << 16);
  }
  __device__ static Bits encode(float value) {
    Bits bits;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
  }
};

struct Fp16 {
  static constexpr bool IS_FP16 = true;
  static constexpr int PER_WORD = 2;
  __device__ static uint32_t encode_word(const float* values) {
    uint32_t word;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(values[1]), "f"(values[0]));
    return word;
  }
  __device__ static void decode_word(uint32_t word, float* values) {
    asm("{ .reg .b16 low, high; mov.b32 {low, high}, %2; cvt.f32.f16 %0, low; cvt.f32.f16 %1, high; }"
        : "=f"(values[0]), "=f"(values[1])
        : "r"(word));
  }
  using Bits = uint16_t;
  __device__ static float decode(Bits bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
  }
  __device__ static Bits encode(float value) {
    Bits bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
  }
};

template <class F>
union Group {
  static constexpr int VECTORS = GROUP * sizeof(typename F::Bits) / sizeof(uint4);
  uint4 vectors[VECTORS];
  uint32_t words[4 * VECTORS];
  typename F::Bits bits[GROUP];
};

// One element at an address of which nothing is known but that it is even.
template <class F>
__device__ inline typename F::Bits load_bits(const typename F::Bits* p) {
  if constexpr (sizeof(typename F::Bits) == 4) {
    if (reinterpret_cast<uint64_t>(p) & 2) {
      const uint16_t* half = reinterpret_cast<const uint16_t*>(p);
      return half[0] | static_cast<uint32_t>(half[1]) << 16;
    }
  }
  return *p;
}

template <class F>
__device__ inline void store_bits(typename F::Bits* p, typename F::Bits bits) {
  if constexpr (sizeof(typename F::Bits) == 4) {
    if (reinterpret_cast<uint64_t>(p) & 2) {
      uint16_t* half = reinterpret_cast<uint16_t*>(p);
      half[0] = static_cast<uint16_t>(bits);
      half[1] = static_cast<uint16_t>(bits >> 16);
      return;
    }
  }
  *p = bits;
}

// A group of each of several tensors as fp32, elements that are not there as 0. WIDE: the bases are
// 16-byte aligned. All is asked for before any of it is waited for.
template <class F, bool WIDE, int TENSORS>
__device__ inline void load(const void* const (&bases)[TENSORS], uint64_t group, int size,
                            float (&values)[TENSORS][GROUP]) {
  using Bits = typename F::Bits;
  Group<F> groups[TENSORS];
  if (WIDE && size == GROUP) {
#pragma unroll
    for (int k = 0; k < TENSORS; k++) {
      const uint4* from = static_cast<const uint4*>(bases[k]) + group * Group<F>::VECTORS;
#pragma unroll
      for (int j = 0; j < Group<F>::VECTORS; j++) {
        groups[k].vectors[j] = from[j];
      }
    }
  } else {
#pragma unroll
    for (int k = 0; k < TENSORS; k++) {
      const Bits* from = static_cast<const Bits*>(bases[k]) + group * GROUP;
#pragma unroll
      for (int j = 0; j < GROUP; j++) {
        groups[k].bits[j] = j < size ? load_bits<F>(from + j) : Bits{0};
      }
    }
  }
#pragma unroll
  for (int k = 0; k < TENSORS; k++) {
#pragma unroll
    for (int j = 0; j < 4 * Group<F>::VECTORS; j++) {
      F::decode_word(groups[k].words[j], values[k] + j * F::PER_WORD);
    }
  }
}

template <class F, bool WIDE>
__device__ inline void store(void* base, uint64_t group, int size, const float (&values)[GROUP]) {
  using Bits = typename F::Bits;
  Group<F> g;
#pragma unroll
  for (int j = 0; j < 4 * Group<F>::VECTORS; j++) {
    g.words[j] = F::encode_word(values + j * F::PER_WORD);
  }
  if (WIDE && size == GROUP) {
    uint4* to = static_cast<uint4*>(base) + group * Group<F>::VECTORS;
#pragma unroll
    for (int j = 0; j < Group<F>::VECTORS; j++) {
      to[j] = g.vectors[j];
    }
  } else {
    Bits* to = static_cast<Bits*>(base) + group * GROUP;
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      if (j < size) {
        store_bits<F>(to + j, g.bits[j]);
      }
    }
  }
}
