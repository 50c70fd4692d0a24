// Elements in memory: eight to a thread and to a byte of the indicator.
#pragma once

#include "instructions.cuh"

constexpr int GROUP = 8;

// A loop over a group, all unrolled.
#define EACH _Pragma("unroll") for (int j = 0; j < GROUP; j++)

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
  static constexpr int PER_WORD = 1;
  __device__ static uint32_t encode_word(const float* values) {
    return __float_as_uint(values[0]);
  }
  __device__ static void decode_word(uint32_t word, float* values) {
    values[0] = __uint_as_float(word);
  }
  using Bits = uint32_t;
};

struct Bf16 {
  static constexpr int PER_WORD = 2;
  __device__ static uint32_t encode_word(const float* values) {
    return bf16_word(values[0], values[1]);
  }
  __device__ static void decode_word(uint32_t word, float* values) {
    values[0] = __uint_as_float(word << 16);
    values[1] = __uint_as_float(word & 0xFFFF0000u);
  }
  using Bits = uint16_t;
};

struct Fp16 {
  static constexpr int PER_WORD = 2;
  __device__ static uint32_t encode_word(const float* values) {
    return fp16_word(values[0], values[1]);
  }
  __device__ static void decode_word(uint32_t word, float* values) {
    fp16_numbers(word, values[0], values[1]);
  }
  using Bits = uint16_t;
};

template <class F>
union Group {
  static constexpr int VECTORS = GROUP * sizeof(typename F::Bits) / sizeof(uint4);
  uint4 vectors[VECTORS];
  uint32_t words[4 * VECTORS];
  typename F::Bits bits[GROUP];
};

// One element at an even address: fp32 may be aligned to 2 bytes only.
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

// A group of each of several tensors as fp32, elements that are not there as 0. is_wide: it is whole,
// and the tensors are 16-byte aligned. All loads are issued before the first value is used.
template <class F, int TENSORS>
__device__ inline void load(const void* const (&bases)[TENSORS], uint64_t group, int size,
                            bool is_wide, float (&values)[TENSORS][GROUP]) {
  using Bits = typename F::Bits;
  Group<F> groups[TENSORS];
  if (is_wide) {
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

template <class F>
__device__ inline void store(void* base, uint64_t group, int size, bool is_wide,
                             const float (&values)[GROUP]) {
  using Bits = typename F::Bits;
  Group<F> g;
#pragma unroll
  for (int j = 0; j < 4 * Group<F>::VECTORS; j++) {
    g.words[j] = F::encode_word(values + j * F::PER_WORD);
  }
  if (is_wide) {
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

// Copies tables from words of a kernel's arguments to shared memory. The entries of a table, up to 32,
// lie in different banks: whatever entries a warp's threads look up in it, they are read at once.
template <class Arguments>
__device__ inline void fill_tables(const Arguments& arguments, int first, int count, float* tables,
                                   int place) {
  const uint32_t* words = reinterpret_cast<const uint32_t*>(&arguments) + first;
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    tables[place + i] = __uint_as_float(words[i]);
  }
}

// The same of tables of 8 entries, four tables in a row of vectors: eight vectors of 16 bytes lie in
// different banks too.
template <class Arguments>
__device__ inline void fill_packed_tables(const Arguments& arguments, int first, int count,
                                          float4* tables, int place) {
  const uint32_t* words = reinterpret_cast<const uint32_t*>(&arguments) + first;
  float* lanes = reinterpret_cast<float*>(tables);
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    int table = place + i / 8;
    lanes[(table / 4 * 8 + i % 8) * 4 + table % 4] = __uint_as_float(words[i]);
  }
}
