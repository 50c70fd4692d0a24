// GELU and SiLU in fp32, step by step as invact.runtime.FloatGelu, FloatSilu, FloatSegments and
// FloatExponential have them, whose results these are bit for bit and where the numbers come from.
#pragma once

#include "elements.cuh"

constexpr int SEGMENTS = 8;
constexpr int DEGREE = 8;

// e^E = 2^k·(1 + v)
struct Exponential {
  float log2_e;
  float rounder;
  float ln2_high;
  float ln2_low;
  float unscale;
  float s[5];

  __device__ float bits(float exponent) const { return fmaf(exponent, log2_e, rounder); }

  __device__ float excess(float z, float exponent, float rest) const {
    float k = z - rounder;
    float r = fmaf(k, -ln2_high, exponent) + fmaf(k, -ln2_low, rest);
    float value = fmaf(s[4], r, s[3]);
    value = fmaf(value, r, s[2]);
    value = fmaf(value, r, s[1]);
    value = fmaf(value, r, s[0]);
    return fmaf(r * r, value, r);
  }

  __device__ float scale(float z) const { return __int_as_float(__float_as_int(z) << 23); }
};

// f where |x| is at least the limit.
struct GeluTail {
  Exponential exponential;
  float end;
  float q[6];

  __device__ float operator()(float x) const {
    float held = fminf(fabsf(x), end);
    float half = -0.5f * held;
    float exponent = held * half;
    float rest = fmaf(held, half, -exponent);
    float z = exponential.bits(exponent);
    float v = exponential.excess(z, exponent, rest);
    float s = __fdiv_rn(-0.5f, exponent);
    float value = fmaf(q[5], s, q[4]);
    value = fmaf(value, s, q[3]);
    value = fmaf(value, s, q[2]);
    value = fmaf(value, s, q[1]);
    value = fmaf(value, s, q[0]);
    float product = fmaf(value, v, value) * exponential.scale(z);
    return fmaf(product, exponential.unscale, x < 0 ? -0.0f : x);
  }
};

struct SiluTail {
  Exponential exponential;
  float end;

  __device__ float operator()(float x) const {
    float exponent = -fminf(fabsf(x), end);
    float z = exponential.bits(exponent);
    float v = exponential.excess(z, exponent, 0.0f);
    float scale = exponential.scale(z);
    float significand = v + 1.0f;
    float e = significand * scale * exponential.unscale;
    float less = fmaf(-e, e, e);
    float excess = fmaf(-less, significand, v);
    float product = fmaf(exponent, excess, exponent) * scale;
    return fmaf(product, exponential.unscale, x < 0 ? -0.0f : x);
  }
};

template <class Tail>
struct SegmentedActivation {
  float per_unit;
  float limit;  // the least |x| beyond the segments
  float rows[DEGREE + 2][SEGMENTS];  // centres, c₀, c₁ …
  Tail tail;

  // A row is one coefficient of all segments, which lie in different banks of shared memory: whatever
  // the segments of a warp's threads, it is read at once.
  static __device__ float (&shared())[DEGREE + 2][SEGMENTS] {
    __shared__ float memory[DEGREE + 2][SEGMENTS];
    return memory;
  }

  __device__ void prepare() const {
    if (threadIdx.x < (DEGREE + 2) * SEGMENTS) {
      int segment = threadIdx.x % SEGMENTS;
      shared()[threadIdx.x / SEGMENTS][segment] = rows[threadIdx.x / SEGMENTS][segment];
    }
    __syncthreads();
  }

  __device__ void values(const float (&x)[GROUP], float (&y)[GROUP]) const {
    constexpr float ROUNDER = 12582912.0f;  // 1.5·2²³
    bool isFar = false;
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      float t = fabsf(x[j]);
      isFar |= t >= limit;
      int segment = __float_as_int(fmaf(t, per_unit, ROUNDER)) & (SEGMENTS - 1);
      float d = t - shared()[0][segment];
      float p = shared()[DEGREE + 1][segment];
#pragma unroll
      for (int k = DEGREE; k > 1; k--) {
        p = fmaf(p, d, shared()[k][segment]);
      }
      float positive = fmaf(t, segment == 0 ? -0.0f : 0.5f, 0.5f * x[j]);
      y[j] = fmaf(p, d, positive + shared()[1][segment]);
    }
    if (isFar) {
#pragma unroll
      for (int j = 0; j < GROUP; j++) {
        if (fabsf(x[j]) >= limit) {
          y[j] = tail(x[j]);
        }
      }
    }
  }
};
