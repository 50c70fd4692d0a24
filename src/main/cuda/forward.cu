// y = f(x) and the indicator S = [x ≥ T].
#include "activation.cuh"
#include "elements.cuh"

struct ForwardArguments {
  const void* x;
  void* y;  // may be x
  uint8_t* indicator;
  uint64_t n;
  float threshold;  // the least fp32 number that is not below T
};

template <class F, class Activation, bool WIDE>
__device__ inline void forward(const ForwardArguments& arguments) {
  uint64_t group = group_of_thread();
  if (group * GROUP >= arguments.n) {
    return;
  }
  int size = group_size(group, arguments.n);
  float x[GROUP];
  load<F, WIDE>(arguments.x, group, size, x);
  float y[GROUP];
  uint32_t bits = 0;
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    y[j] = Activation(x[j]).value();
    bits |= j < size && x[j] >= arguments.threshold ? 1u << j : 0u;
  }
  store<F, WIDE>(arguments.y, group, size, y);
  arguments.indicator[group] = static_cast<uint8_t>(bits);
}

#define FORWARD(name, F, Activation)                                                              \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      name##_wide(const __grid_constant__ ForwardArguments arguments) {                           \
    forward<F, Activation, true>(arguments);                                                      \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      name##_any(const __grid_constant__ ForwardArguments arguments) {                            \
    forward<F, Activation, false>(arguments);                                                     \
  }

FORWARD(forward_gelu_fp32, Fp32, Gelu<true>)
FORWARD(forward_gelu_bf16, Bf16, Gelu<false>)
FORWARD(forward_gelu_fp16, Fp16, Gelu<false>)
FORWARD(forward_silu_fp32, Fp32, Silu<true>)
FORWARD(forward_silu_bf16, Bf16, Silu<false>)
FORWARD(forward_silu_fp16, Fp16, Silu<false>)
