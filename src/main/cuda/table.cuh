// The backward pass in bf16 for any form: bf16 has 65,536 outputs, so that g is tabulated, by the
// scalar implementation, whose results these are bit for bit.
//
// A table has a region of SPAN entries for each sign of y and value of S. Entry 0 stands for y = 0,
// entry 1 for all |y| up to the bits `low`, from where g is y's no more (y − f(T) rounds the same),
// the entries behind it for one |y| each, the last one for all greater |y| too.
//
// The arguments are dy, y, right, dx, n and vectors as of every pass, `table`, and `before`: low − 1 as
// the upper half of 32 bits.
#pragma once

#include "elements.cuh"

constexpr int SPAN = 4096;
constexpr int ENTRIES = 4 * SPAN;  // S = 0: y ≥ +0, y ≤ −0; S = 1: the same

// g for one y, whose bits are the upper half of `bits`.
__device__ inline float tabulated(const float* table, uint32_t bits, uint32_t before, uint32_t right) {
  int32_t magnitude = static_cast<int32_t>(bits & 0x7FFF0000u);
  int32_t entry = max(magnitude - static_cast<int32_t>(before), min(magnitude, 0x10000));
  entry = min(entry, (SPAN - 1) << 16);
  uint32_t offset = (bits & 0x80000000u) + (static_cast<uint32_t>(entry) << 3);
  return table[(offset >> 19) + (right ? 2 * SPAN : 0)];
}

// THREADS is the size of a block.
template <int THREADS, class Arguments>
__device__ inline void backward_table(const Arguments& arguments) {
  extern __shared__ float4 memory[];
  const float* table = reinterpret_cast<const float*>(memory);
  for (int i = threadIdx.x; i < ENTRIES / 4; i += THREADS) {
    memory[i] = arguments.table[i];
  }
  __syncthreads();
  uint64_t groups = (arguments.n + GROUP - 1) / GROUP;
  uint64_t stride = static_cast<uint64_t>(gridDim.x) * THREADS;
  for (uint64_t group = group_of_thread(); group < groups; group += stride) {
    int size = group_size(group, arguments.n);
    bool is_wide = group < arguments.vectors;
    uint32_t bits = arguments.right[group];
    float values[2][GROUP];
    load<Bf16>({arguments.y, arguments.dy}, group, size, is_wide, values);
    const float(&y)[GROUP] = values[0];
    float(&dy)[GROUP] = values[1];
    EACH {
      float g = tabulated(table, __float_as_uint(y[j]), arguments.before, bits & 1u << j);
      // NaN if y is NaN, which the table has no entry for; else −0, which changes no product.
      float nothing = max_nan(-fabsf(y[j]), -0.0f);
      dy[j] = fmaf(dy[j], g, nothing);
    }
    store<Bf16>(arguments.dx, group, size, is_wide, dy);
  }
}
