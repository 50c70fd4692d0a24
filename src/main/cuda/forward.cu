// y = f(x) and the indicator S = [x ≥ T].
#include "activation.cuh"
#include "elements.cuh"
#include "segments.cuh"

struct ForwardTensors {
  const void* x;
  void* y;  // may be x
  uint8_t* indicator;
  uint64_t n;
  float threshold;  // the least fp32 number that is not below T
};

// f for a format of 16 bits.
template <class Activation>
struct RoundedActivation {
  __device__ void prepare() const {}

  __device__ void values(const float (&x)[GROUP], float (&y)[GROUP]) const {
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      y[j] = Activation(x[j]).value();
    }
  }
};

template <class Function>
struct ForwardArguments {
  ForwardTensors tensors;
  Function f;
};

template <class F, bool WIDE, class Function>
__device__ inline void forward(const ForwardArguments<Function>& arguments) {
  const ForwardTensors& tensors = arguments.tensors;
  arguments.f.prepare();
  uint64_t group = group_of_thread();
  if (group * GROUP >= tensors.n) {
    return;
  }
  int size = group_size(group, tensors.n);
  float x[1][GROUP];
  load<F, WIDE>({tensors.x}, group, size, x);
  float y[GROUP];
  arguments.f.values(x[0], y);
  uint32_t bits = 0;
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    bits |= j < size && x[0][j] >= tensors.threshold ? 1u << j : 0u;
  }
  store<F, WIDE>(tensors.y, group, size, y);
  tensors.indicator[group] = static_cast<uint8_t>(bits);
}

#define FORWARD(name, F, ...)                                                                     \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      forward_##name##_wide(const __grid_constant__ ForwardArguments<__VA_ARGS__> arguments) {    \
    forward<F, true>(arguments);                                                                  \
  }                                                                                               \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      forward_##name##_any(const __grid_constant__ ForwardArguments<__VA_ARGS__> arguments) {     \
    forward<F, false>(arguments);                                                                 \
  }

FORWARD(gelu_fp32, Fp32, SegmentedActivation<GeluTail>)
FORWARD(gelu_bf16, Bf16, RoundedActivation<Gelu<false>>)
FORWARD(gelu_fp16, Fp16, RoundedActivation<Gelu<false>>)
FORWARD(silu_fp32, Fp32, SegmentedActivation<SiluTail>)
FORWARD(silu_bf16, Bf16, RoundedActivation<Silu<false>>)
FORWARD(silu_fp16, Fp16, RoundedActivation<Silu<false>>)
