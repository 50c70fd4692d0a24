// Gated units p = f(a)·b, which keep a and the product p, and recover b = p/f(a).
#include "activation.cuh"
#include "elements.cuh"

struct GatedForwardArguments {
  const void* a;
  const void* b;
  void* p;  // may be a or b
  uint64_t n;
};

struct GatedBackwardArguments {
  const void* dp;
  const void* a;
  const void* kept;  // p, or b where the format has no range to recover it
  void* da;          // may be an input
  void* db;          // may be an input
  uint64_t n;
};

// f(a) with |f(a)| ≥ 2⁻¹⁰⁰, so that a quotient by it recovers the other factor.
template <bool RECOVER>
__device__ inline float gate(float value) {
  constexpr float LEAST = 7.8886091e-31f;
  return RECOVER && fabsf(value) < LEAST ? copysignf(LEAST, value) : value;
}

template <class F, class Activation, bool RECOVER, bool WIDE>
__device__ inline void gated_forward(const GatedForwardArguments& arguments) {
  uint64_t group = group_of_thread();
  if (group * GROUP >= arguments.n) {
    return;
  }
  int size = group_size(group, arguments.n);
  float values[2][GROUP];
  load<F, WIDE>({arguments.a, arguments.b}, group, size, values);
  float(&a)[GROUP] = values[0];
  const float(&b)[GROUP] = values[1];
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    a[j] = gate<RECOVER>(Activation(a[j]).value()) * b[j];
  }
  store<F, WIDE>(arguments.p, group, size, a);
}

template <class F, class Activation, bool PRECISE, bool RECOVER, bool WIDE>
__device__ inline void gated_backward(const GatedBackwardArguments& arguments) {
  uint64_t group = group_of_thread();
  if (group * GROUP >= arguments.n) {
    return;
  }
  int size = group_size(group, arguments.n);
  float values[3][GROUP];
  load<F, WIDE>({arguments.dp, arguments.a, arguments.kept}, group, size, values);
  const float(&dp)[GROUP] = values[0];
  float(&a)[GROUP] = values[1];
  float(&kept)[GROUP] = values[2];
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    Activation activation(a[j]);
    float s = gate<RECOVER>(activation.value());
    float b = kept[j];
    if (RECOVER) {
      // The reciprocal of more than 2¹²⁶ would be flushed to 0.
      b = PRECISE ? __fdiv_rn(b, s) : b * (approximate_reciprocal(s * 0.25f) * 0.25f);
    }
    kept[j] = dp[j] * s;
    a[j] = dp[j] * b * activation.derivative();
  }
  store<F, WIDE>(arguments.da, group, size, a);
  store<F, WIDE>(arguments.db, group, size, kept);
}

#define GATED(name, F, Activation, PRECISE, RECOVER, suffix, WIDE)                                \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      gated_forward_##name##_##suffix(const __grid_constant__ GatedForwardArguments arguments) {  \
    gated_forward<F, Activation<PRECISE>, RECOVER, WIDE>(arguments);                              \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      gated_backward_##name##_##suffix(                                                           \
          const __grid_constant__ GatedBackwardArguments arguments) {                             \
    gated_backward<F, Activation<PRECISE>, PRECISE, RECOVER, WIDE>(arguments);                    \
  }

#define GATED_FORMATS(name, Activation)                                                           \
  GATED(name##_fp32, Fp32, Activation, true, true, wide, true)                                    \
  GATED(name##_fp32, Fp32, Activation, true, true, any, false)                                    \
  GATED(name##_bf16, Bf16, Activation, false, true, wide, true)                                   \
  GATED(name##_bf16, Bf16, Activation, false, true, any, false)                                   \
  GATED(name##_fp16, Fp16, Activation, false, false, wide, true)                                  \
  GATED(name##_fp16, Fp16, Activation, false, false, any, false)

GATED_FORMATS(gelu, Gelu)
GATED_FORMATS(silu, Silu)
