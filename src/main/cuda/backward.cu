// dx = dy·g(y, S), g an approximant of f′∘f⁻¹ in the lift u = max(y, f(T)) − f(T).
//
// The order of operations is that of invact.runtime.FloatApproximant and FloatDerivative: without
// exp and pow every result is theirs, bit for bit, but for rationals in the fast kernels for
// 16 bits.
#include "activation.cuh"
#include "elements.cuh"

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

struct Tensors {
  const void* dy;
  const void* y;
  const uint8_t* indicator;
  void* dx;  // may be dy
  uint64_t n;
  float minimum;    // f(T)
  int32_t sigmoid;  // whether the approximants stand for σ
};

// Any form, with branches and loops that are the same for all threads.

struct BackwardArguments {
  Tensors tensors;
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
    float output = max_nan(y, arguments.tensors.minimum);
    float u = output - arguments.tensors.minimum;
    float q = right ? value(arguments.right, u) : value(arguments.left, u);
    return arguments.tensors.sigmoid ? fmaf(output, 1.0f - q, q) : q;
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

// Polynomials and rationals of fixed degrees, all unrolled, a group a thread, for tensors that are
// 16-byte aligned. Lower degrees are padded with zeros, which change no bit: fma(0, t, c) = c.
//
// Each step is taken for the whole group, so that a coefficient is fetched once for it; selections
// are in assembler, because the compiler would make them branches around the polynomials, and then
// fetch for each element.

// a > b ? yes : no
__device__ inline float select_greater(float a, float b, float yes, float no) {
  float result;
  asm("{ .reg .pred p; setp.gt.f32 p, %1, %2; selp.f32 %0, %3, %4, p; }"
      : "=f"(result) : "f"(a), "f"(b), "f"(yes), "f"(no));
  return result;
}

// a >= 0 ? yes : no
__device__ inline float select_not_negative(float a, float yes, float no) {
  float result;
  asm("{ .reg .pred p; setp.ge.f32 p, %1, 0f00000000; selp.f32 %0, %2, %3, p; }"
      : "=f"(result) : "f"(a), "f"(yes), "f"(no));
  return result;
}

// bit != 0 ? yes : no
__device__ inline float select_bit(uint32_t bit, float yes, float no) {
  float result;
  asm("{ .reg .pred p; setp.ne.u32 p, %1, 0; selp.f32 %0, %2, %3, p; }"
      : "=f"(result) : "r"(bit), "f"(yes), "f"(no));
  return result;
}

// √u; EXACT: correctly rounded for u = 0 and from 2⁻¹⁰⁰ on (a lift is 0 or at least an ulp of f(T)),
// by the steps of sqrt.rn without its branch for smaller numbers, else to 1 ulp. √∞ is not taken.
template <bool EXACT>
__device__ inline float lift_root(float u) {
  float inverse;
  if (!EXACT) {
    asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(u));
    return inverse;
  }
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(fmaxf(u, 1e-30f)));
  float root = u * inverse;
  return fmaf(fmaf(-root, root, u), 0.5f * inverse, root);
}

// n/d; EXACT: correctly rounded, by the steps of div.rn without its branch for numbers far from 1,
// else to 3 ulp. The library sees to it that |d| lies in (2⁻⁶⁰, 2⁶⁰) and |n| below 2⁶⁰, where the
// result is taken.
template <bool EXACT>
__device__ inline float near_quotient(float n, float d) {
  float inverse = approximate_reciprocal(d);
  if (!EXACT) {
    return n * inverse;
  }
  inverse = fmaf(inverse, fmaf(-d, inverse, 1.0f), inverse);
  float q = n * inverse;
  q = fmaf(fmaf(-d, q, n), inverse, q);
  return fmaf(fmaf(-d, q, n), inverse, q);
}

// Horner's scheme for a group: c[DEGREE]·t^DEGREE + … + c[0].
template <int DEGREE>
__device__ inline void horner(const float (&c)[DEGREE + 1], const float (&t)[GROUP],
                              float (&values)[GROUP]) {
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    values[j] = c[DEGREE];
  }
#pragma unroll
  for (int k = DEGREE - 1; k >= 0; k--) {
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      values[j] = fmaf(values[j], t[j], c[k]);
    }
  }
}

template <int M, int N>
struct Ratio {
  static constexpr bool IS_POLYNOMIAL = false;

  float centre;
  float a[M + 1];
  float b[N];  // b₁ …

  template <bool EXACT>
  __device__ void values(const float (&r)[GROUP], float (&q)[GROUP]) const {
    float t[GROUP];
    float d[GROUP];
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      t[j] = r[j] - centre;
    }
    horner<N - 1>(b, t, d);
    horner<M>(a, t, q);
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      q[j] = near_quotient<EXACT>(q[j], fmaf(d[j], t[j], 1.0f));
    }
  }
};

template <int M>
struct Ratio<M, 0> {
  static constexpr bool IS_POLYNOMIAL = true;

  float centre;
  float a[M + 1];

  template <bool EXACT>
  __device__ void values(const float (&r)[GROUP], float (&q)[GROUP]) const {
    float t[GROUP];
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      t[j] = r[j] - centre;
    }
    horner<M>(a, t, q);
  }
};

template <class Left, class Right>
struct FixedArguments {
  Tensors tensors;
  float cutoff;  // of the right branch, finite, so that +∞ lies beyond it; the left has none
  Left left;
  Right right;
};

template <class F, class Left, class Right>
__device__ inline void backward_fixed(const FixedArguments<Left, Right>& arguments) {
  const Tensors& tensors = arguments.tensors;
  uint64_t group = group_of_thread();
  if (group * GROUP >= tensors.n) {
    return;
  }
  int size = group_size(group, tensors.n);
  float y[GROUP];
  float dy[GROUP];
  load<F, true>(tensors.y, group, size, y);
  load<F, true>(tensors.dy, group, size, dy);
  uint32_t bits = tensors.indicator[group];
  // What a few ulp of fp32 change is seldom seen in 16 bits, and with rationals all time is needed.
  constexpr bool EXACT =
      sizeof(typename F::Bits) == 4 || (Left::IS_POLYNOMIAL && Right::IS_POLYNOMIAL);
  float u[GROUP];
  float r[GROUP];
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    u[j] = max_nan(y[j], tensors.minimum) - tensors.minimum;
    r[j] = lift_root<EXACT>(u[j]);
  }
  float left[GROUP];
  float right[GROUP];
  arguments.left.template values<EXACT>(r, left);
  arguments.right.template values<EXACT>(r, right);
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    float onLeft = select_not_negative(y[j], 0.0f, left[j]);
    float onRight = select_greater(u[j], arguments.cutoff, 1.0f, right[j]);
    dy[j] *= select_bit(bits & 1u << j, onRight, onLeft);
  }
  store<F, true>(tensors.dx, group, size, dy);
}

#define BACKWARD_FIXED(F, name, LM, LN, RM, RN)                                                   \
  extern "C" __global__ void __launch_bounds__(256) backward_##name##_##LM##_##LN##_##RM##_##RN(  \
      const __grid_constant__ FixedArguments<Ratio<LM, LN>, Ratio<RM, RN>> arguments) {           \
    backward_fixed<F>(arguments);                                                                 \
  }

#define BACKWARD_FORMATS(LM, LN, RM, RN)                                                          \
  BACKWARD_FIXED(Fp32, fp32, LM, LN, RM, RN)                                                      \
  BACKWARD_FIXED(Bf16, bf16, LM, LN, RM, RN)                                                      \
  BACKWARD_FIXED(Fp16, fp16, LM, LN, RM, RN)

BACKWARD_FORMATS(10, 0, 16, 0)
BACKWARD_FORMATS(5, 5, 16, 0)
BACKWARD_FORMATS(6, 6, 6, 6)
BACKWARD_FORMATS(16, 0, 24, 0)
