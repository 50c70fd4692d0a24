// The backward pass for every form and alignment, with branches and loops that are the same for all
// threads. Without exp and pow every result is the scalar implementation's, bit for bit.
#include "backward.cuh"

enum Form : int32_t { GELU_LEFT, SILU_LEFT, PAPER_RIGHT, POLYNOMIAL, RATIONAL, EXPONENTIAL, GAUSSIAN, SEGMENTED };

constexpr int MAX_COEFFICIENTS = 224;

struct Approximant {
  Form form;
  int32_t degree;    // of the numerator
  int32_t parts;     // degree of the denominator, or number of segments
  float centre;
  float cutoff;      // q = 1 where u is greater
  float depth;       // |f(T)|
  float c[MAX_COEFFICIENTS];
};

struct BackwardArguments {
  Tensors tensors;
  Lift lift;
  int32_t sigmoid;  // whether the approximants stand for σ
  Approximant left;
  Approximant right;
};
__device__ inline float horner(const float* c, int degree, float t) {
  float value = c[degree];
  for (int j = degree - 1; j >= 0; j--) {
    value = fmaf(value, t, c[j]);
  }
  return value;
}

__device__ inline float value(const Approximant& q, float u) {
  if (u > q.cutoff) {
    return 1.0f;
  }
  const float* c = q.c;
  switch (q.form) {
    case GELU_LEFT: {
      float v = min_nan(__fdiv_rn(u, q.depth), 1.0f);
      return fmaf(c[1], powf(v, c[2]) * powf(1.0f - v, c[3]), c[0]);
    }
    case SILU_LEFT:
      return fmaf(u, fmaf(c[3], u, c[2]), fmaf(c[1], __fsqrt_rn(u), c[0]));
    case PAPER_RIGHT: {
      float d = c[4] - u;
      float e = expf(c[3] * (d * d * d));
      return e == 0 ? 1.0f : fmaf(fmaf(c[2], u, fmaf(c[1], __fsqrt_rn(u), c[0])), e, 1.0f);
    }
    case POLYNOMIAL:
      return horner(c, q.degree, __fsqrt_rn(u) - q.centre);
    case RATIONAL: {
      float t = __fsqrt_rn(u) - q.centre;
      float denominator = fmaf(horner(c + q.degree + 1, q.parts - 1, t), t, 1.0f);
      return __fdiv_rn(horner(c, q.degree, t), denominator);
    }
    case EXPONENTIAL:
    case GAUSSIAN: {
      float e = expf(-(c[q.degree + 1] * (q.form == GAUSSIAN ? u * u : u)));
      return e == 0 ? 1.0f : fmaf(horner(c, q.degree, __fsqrt_rn(u)), e, 1.0f);
    }
    default: {
      float r = __fsqrt_rn(u);
      int segment = 0;
      for (int j = 0; j < q.parts - 1; j++) {
        segment += r >= c[j] ? 1 : 0;
      }
      float start = segment == 0 ? 0.0f : c[segment - 1];
      return horner(c + q.parts - 1 + segment * (q.degree + 1), q.degree, r - start);
    }
  }
}

struct AnyDerivative {
  const BackwardArguments& arguments;

  __device__ float operator()(float y, bool right) const {
    if (!right && y >= 0) {
      return 0.0f;
    }
    if (y == __int_as_float(0x7F800000)) {
      return 1.0f;
    }
    float u = arguments.lift.of(y);
    float q = right ? value(arguments.right, u) : value(arguments.left, u);
    return arguments.sigmoid ? fmaf(max_nan(y, arguments.lift.minimum), 1.0f - q, q) : q;
  }
};

// One element a thread: any alignment, coalesced all the same.
template <class F>
__device__ inline void backward_any(const BackwardArguments& arguments) {
  using Bits = typename F::Bits;
  const Tensors& tensors = arguments.tensors;
  uint64_t i = static_cast<uint64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= tensors.n) {
    return;
  }
  float y = F::decode(load_bits<F>(static_cast<const Bits*>(tensors.y) + i));
  float dy = F::decode(load_bits<F>(static_cast<const Bits*>(tensors.dy) + i));
  bool right = (tensors.indicator[i / GROUP] >> (i % GROUP) & 1) != 0;
  float dx = dy * AnyDerivative{arguments}(y, right);
  store_bits<F>(static_cast<Bits*>(tensors.dx) + i, F::encode(dx));
}

#define BACKWARD_ANY(F, name)                                                                     \
  extern "C" __global__ void __launch_bounds__(256)                                               \
      backward_##name##_any(const __grid_constant__ BackwardArguments arguments) {                \
    backward_any<F>(arguments);                                                                   \
  }

BACKWARD_ANY(Fp32, fp32)
BACKWARD_ANY(Bf16, bf16)
BACKWARD_ANY(Fp16, fp16)
