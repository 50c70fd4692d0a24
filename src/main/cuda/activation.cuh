// GELU and SiLU and their derivatives in fp32, of gated units and, but for fp32, of the forward pass.
//
// Both are x·σ with σ → 0 on the left, where σ = e·s, e an exponential that leaves fp32's range and
// s a factor that does not. e is kept as a product of two numbers of half its exponent, so that x·σ
// becomes subnormal in one rounding, and does not become 0 before it has to.
//
// PRECISE is for fp32 results: exponents are reduced with their rounding errors. Without it, errors are
// below 3e-5 relative, a small part of half a unit in the last place of fp16 (2.4e-4).
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

__device__ inline float approximate_exp2(float a) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

__device__ inline float approximate_reciprocal(float a) {
  float result;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(a));
  return result;
}

template <bool PRECISE>
__device__ inline float reciprocal(float a) {
  float r = approximate_reciprocal(a);
  return PRECISE ? fmaf(r, fmaf(-a, r, 1.0f), r) : r;
}

template <int DEGREE>
__device__ inline float horner(const float (&c)[DEGREE + 1], float t) {
  float value = c[DEGREE];
#pragma unroll
  for (int j = DEGREE - 1; j >= 0; j--) {
    value = fmaf(value, t, c[j]);
  }
  return value;
}

constexpr float LOG2_E = 1.442695f;
constexpr float LOG2_E_REST = 1.925963e-08f;  // log2(e) − LOG2_E

// A number that is the product of two.
struct Product {
  float a;
  float b;
};

// exp(−(a + rest)·scale), scale a power of 2.
template <bool PRECISE>
__device__ inline Product exponential(float a, float rest, float scale) {
  if constexpr (PRECISE) {
    float n = rintf(a * (-LOG2_E * scale));
    float f = fmaf(a, -LOG2_E * scale, -n);
    f = fmaf(a, -LOG2_E_REST * scale, f);
    f = fmaf(rest, -LOG2_E * scale, f);
    // 2^f on [−1/2, 1/2], largest relative error 2.0e-9 before rounding.
    const float c[] = {1.0f,          0.69314718f,   0.24022648f,  0.055503324f,
                       0.0096184369f, 0.0013398875f, 0.00015353362f};
    int whole = static_cast<int>(n);
    int half = whole / 2;
    return {horner<6>(c, f) * __int_as_float((half + 127) << 23),
            __int_as_float((whole - half + 127) << 23)};
  } else {
    float root = approximate_exp2(a * (-LOG2_E * 0.5f * scale));
    return {root, root};
  }
}

// The factors of the activation at x: value(), and f′ by derivative().
template <bool PRECISE>
struct Gelu {
  float x;     // held to where fp32 tells f from its limits, NaN kept
  float sign;  // x itself on the right, −0 on the left
  float a;     // |x|
  float tail;  // Φ(−a)·exp(a²/2)
  Product e;   // exp(−a²/2)

  // f(−14.5) = 9e-47 rounds to 0 in fp32.
  static constexpr float END = 14.5f;

  __device__ explicit Gelu(float input) {
    x = input;
    sign = fmaxf(input, -0.0f);
    a = min_nan(fabsf(input), END);
    float square = a * a;
    e = exponential<PRECISE>(square, PRECISE ? fmaf(a, a, -square) : 0.0f, 0.5f);
    // Φ(−a)·exp(a²/2) = t·P(t), t = 1/(1 + K·a): fit_scaled_tail.py.
    if constexpr (PRECISE) {
      // Largest relative error 2.8e-8 before rounding.
      const float c[] = {0.10375702f,  0.103050984f, 0.1027886f,   0.051965173f, 0.15875787f,
                         -0.14778794f, 0.24873188f,  -0.15149373f, 0.030230142f};
      float t = reciprocal<true>(fmaf(0.26f, a, 1.0f));
      tail = horner<8>(c, t) * t;
    } else {
      // Largest relative error 8.6e-6.
      const float c[] = {0.18334635f, 0.18706672f,  0.11610669f,
                         0.17780113f, -0.23654465f, 0.07222806f};
      float t = reciprocal<false>(fmaf(0.46f, a, 1.0f));
      tail = horner<5>(c, t) * t;
    }
  }

  // x·Φ(x) = max(x, 0) − a·Φ(−a)
  __device__ float value() const {
    return fmaf(-(a * tail * e.a), e.b, sign);
  }

  // Φ(x) + x·φ(x), which on the left is Φ(−a) − a·φ(a), on the right 1 − that.
  __device__ float derivative() const {
    constexpr float DENSITY = 0.39894228f;  // φ(0) = 1/√(2π)
    float left = fmaf(a, -DENSITY, tail) * e.a * e.b;
    return x < 0 ? left : 1.0f - left;
  }
};

template <bool PRECISE>
struct Silu {
  float x;
  Product e;      // exp(−|x|)
  float inverse;  // 1/(1 + exp(−|x|))

  // f(−110) = 2e-46 rounds to 0 in fp32.
  static constexpr float END = 110.0f;

  __device__ explicit Silu(float input) {
    x = max_nan(input, -END);
    e = exponential<PRECISE>(min_nan(fabsf(x), END), 0.0f, 1.0f);
    inverse = reciprocal<PRECISE>(fmaf(e.a, e.b, 1.0f));
  }

  // x·σ(x), where σ(x) is 1/(1 + e) on the right, e/(1 + e) on the left.
  __device__ float value() const {
    bool left = x < 0;
    return x * inverse * (left ? e.a : 1.0f) * (left ? e.b : 1.0f);
  }

  // σ(x)·(1 + x·σ(−x))
  __device__ float derivative() const {
    bool left = x < 0;
    float rising = inverse;
    float falling = inverse * e.a * e.b;
    float held = fminf(x, END);
    return left ? falling * fmaf(held, rising, 1.0f) : rising * fmaf(held, falling, 1.0f);
  }
};
