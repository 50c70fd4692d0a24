// The backward pass for forms of fixed shapes, all unrolled, a group a thread, for tensors that are
// 16-byte aligned. Lower degrees are padded with zeros, which change no bit: fma(0, t, c) = c.
//
// Each step is taken for the whole group, so that a coefficient is fetched once for it; selections
// are in assembler, because the compiler would make them branches around the polynomials, and then
// fetch for each element.
#include "backward.cuh"

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

__device__ inline int32_t select_bit(uint32_t bit, int32_t yes, int32_t no) {
  int32_t result;
  asm("{ .reg .pred p; setp.ne.u32 p, %1, 0; selp.b32 %0, %2, %3, p; }"
      : "=r"(result) : "r"(bit), "r"(yes), "r"(no));
  return result;
}

// a >= b ? yes : no
__device__ inline int32_t select_at_least(int32_t a, int32_t b, int32_t yes, int32_t no) {
  int32_t result;
  asm("{ .reg .pred p; setp.ge.s32 p, %1, %2; selp.b32 %0, %3, %4, p; }"
      : "=r"(result) : "r"(a), "r"(b), "r"(yes), "r"(no));
  return result;
}

// √u; EXACT: correctly rounded from 2⁻¹⁰⁰ on (the least lift is a part of an ulp of f(T)), by the
// steps of sqrt.rn without its branch for smaller numbers, else to 1 ulp. √∞ is not taken.
template <bool EXACT>
__device__ inline float lift_root(float u) {
  float inverse;
  if (!EXACT) {
    asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(u));
    return inverse;
  }
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(u));
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

// a^b for a in [0, 1] and b > 0, to 2⁻²¹.
__device__ inline float approximate_power(float a, float b) {
  float log;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(log) : "f"(a));
  return approximate_exp2(b * log);
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

// Forms of one branch: numerators and, if it IS_RATIONAL, denominators at lifts u with roots r.

template <int M, int N>
struct Ratio {
  static constexpr bool IS_RATIONAL = true;

  float centre;
  float a[M + 1];
  float b[N];  // b₁ …

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], float (&n)[GROUP],
                         float (&d)[GROUP]) const {
    float t[GROUP];
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      t[j] = r[j] - centre;
    }
    horner<N - 1>(b, t, d);
    horner<M>(a, t, n);
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      d[j] = fmaf(d[j], t[j], 1.0f);
    }
  }
};

template <int M>
struct Ratio<M, 0> {
  static constexpr bool IS_RATIONAL = false;

  float centre;
  float a[M + 1];

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], float (&n)[GROUP],
                         float (&d)[GROUP]) const {
    float t[GROUP];
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      t[j] = r[j] - centre;
    }
    horner<M>(a, t, n);
  }
};

// c₀ + c₁·v^c₂·(1 − v)^c₃, v = u/|f(T)|
struct PaperGeluLeft {
  static constexpr bool IS_RATIONAL = false;

  float depth;
  float c[4];

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], float (&n)[GROUP],
                         float (&d)[GROUP]) const {
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      float v = min_nan(near_quotient<EXACT>(u[j], depth), 1.0f);
      n[j] = fmaf(c[1], approximate_power(v, c[2]) * approximate_power(1.0f - v, c[3]), c[0]);
    }
  }
};

// c₀ + c₁·√u + c₂·u + c₃·u²
struct PaperSiluLeft {
  static constexpr bool IS_RATIONAL = false;

  float c[4];

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], float (&n)[GROUP],
                         float (&d)[GROUP]) const {
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      n[j] = fmaf(u[j], fmaf(c[3], u[j], c[2]), fmaf(c[1], r[j], c[0]));
    }
  }
};

// 1 + (c₀ + c₁·√u + c₂·u)·exp(c₃·(c₄ − u)³)
struct PaperRight {
  static constexpr bool IS_RATIONAL = false;

  float c[5];

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], float (&n)[GROUP],
                         float (&d)[GROUP]) const {
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      float distance = c[4] - u[j];
      float e = approximate_exp2(c[3] * (distance * distance * distance) * LOG2_E);
      float factor = fmaf(c[2], u[j], fmaf(c[1], r[j], c[0]));
      // The factor may have overflowed where e is 0.
      n[j] = select_greater(e, 0.0f, fmaf(factor, e, 1.0f), max_nan(e, 1.0f));
    }
  }
};

// g on both branches, the indicator's bits choosing, but for cut-offs.

template <class Left, class Right>
struct Pair {
  static constexpr bool IS_POLYNOMIAL = !Left::IS_RATIONAL && !Right::IS_RATIONAL;

  Left left;
  Right right;

  __device__ void prepare() const {}

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], uint32_t bits,
                         float (&q)[GROUP]) const {
    float leftN[GROUP];
    float leftD[GROUP];
    float rightN[GROUP];
    float rightD[GROUP];
    left.template values<EXACT>(u, r, leftN, leftD);
    right.template values<EXACT>(u, r, rightN, rightD);
    constexpr bool SHARED = Left::IS_RATIONAL && Right::IS_RATIONAL;
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      if (!SHARED && Left::IS_RATIONAL) {
        leftN[j] = near_quotient<EXACT>(leftN[j], leftD[j]);
      }
      if (!SHARED && Right::IS_RATIONAL) {
        rightN[j] = near_quotient<EXACT>(rightN[j], rightD[j]);
      }
      uint32_t bit = bits & 1u << j;
      q[j] = select_bit(bit, rightN[j], leftN[j]);
      if (SHARED) {
        q[j] = near_quotient<EXACT>(q[j], select_bit(bit, rightD[j], leftD[j]));
      }
    }
  }
};

// Up to eight segments over both branches, of degree at most 5. They are in the order of the key
// that the root's bits make, with all of them inverted on the left: left segments from the far end to T,
// then right segments from T on.
struct Segments {
  static constexpr bool IS_POLYNOMIAL = true;
  static constexpr int COUNT = 8;

  int32_t bounds[COUNT - 1];  // the least key of each segment but the first
  float rows[2][COUNT][4];    // c₀ … c₃; c₄, c₅, start

  // A segment's coefficients are in a row of their own for each thread: shared memory, where eight
  // rows of 16 bytes lie in different banks, reads them at once.
  static __device__ float4* shared() {
    __shared__ float4 memory[2 * COUNT];
    return memory;
  }

  __device__ void prepare() const {
    if (threadIdx.x < 2 * COUNT) {
      const float* row = rows[threadIdx.x / COUNT][threadIdx.x % COUNT];
      shared()[threadIdx.x] = make_float4(row[0], row[1], row[2], row[3]);
    }
    __syncthreads();
  }

  template <bool EXACT>
  __device__ void values(const float (&u)[GROUP], const float (&r)[GROUP], uint32_t bits,
                         float (&q)[GROUP]) const {
#pragma unroll
    for (int j = 0; j < GROUP; j++) {
      int32_t root = __float_as_int(r[j]);
      int32_t key = select_bit(bits & 1u << j, root, ~root);
      // Each step decides one bit of the segment's number.
      int32_t four = select_at_least(key, bounds[3], 4, 0);
      int32_t middle = select_at_least(key, bounds[3], bounds[5], bounds[1]);
      int32_t two = select_at_least(key, middle, 2, 0);
      int32_t upper = select_at_least(key, bounds[3], bounds[6], bounds[2]);
      int32_t lower = select_at_least(key, bounds[3], bounds[4], bounds[0]);
      int32_t one = select_at_least(key, select_at_least(key, middle, upper, lower), 1, 0);
      int segment = four + two + one;
      float4 low = shared()[segment];
      float4 high = shared()[COUNT + segment];
      float t = r[j] - high.z;
      float value = fmaf(fmaf(high.y, t, high.x), t, low.w);
      q[j] = fmaf(fmaf(fmaf(value, t, low.z), t, low.y), t, low.x);
    }
  }
};

template <class Forms>
struct FixedArguments {
  Tensors tensors;
  Lift lift;
  float cutoff;   // of the right branch, finite, so that +∞ lies beyond it; the left has none
  float sigmoid;  // 1 if the forms stand for σ, else 0
  Forms forms;
};

template <class F, bool SIGMOID, class Forms>
__device__ inline void backward_fixed(const FixedArguments<Forms>& arguments) {
  const Tensors& tensors = arguments.tensors;
  arguments.forms.prepare();
  uint64_t group = group_of_thread();
  if (group * GROUP >= tensors.n) {
    return;
  }
  int size = group_size(group, tensors.n);
  uint32_t bits = tensors.indicator[group];
  float values[2][GROUP];
  load<F, true>({tensors.y, tensors.dy}, group, size, values);
  const float(&y)[GROUP] = values[0];
  float(&dy)[GROUP] = values[1];
  // What a few ulp of fp32 change is seldom seen in fp16, and with rationals all time is needed.
  constexpr bool EXACT = !F::IS_FP16 || Forms::IS_POLYNOMIAL;
  float u[GROUP];
  float r[GROUP];
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    u[j] = arguments.lift.of(y[j]);
    r[j] = lift_root<EXACT>(u[j]);
  }
  float q[GROUP];
  arguments.forms.template values<EXACT>(u, r, bits, q);
#pragma unroll
  for (int j = 0; j < GROUP; j++) {
    if (SIGMOID) {
      float output = max_nan(y[j], arguments.lift.minimum);
      q[j] = fmaf(output, (1.0f - q[j]) * arguments.sigmoid, q[j]);
    }
    float onLeft = select_not_negative(y[j], 0.0f, q[j]);
    float onRight = select_greater(u[j], arguments.cutoff, 1.0f, q[j]);
    dy[j] *= select_bit(bits & 1u << j, onRight, onLeft);
  }
  store<F, true>(tensors.dx, group, size, dy);
}

#define BACKWARD_FIXED(F, format, name, SIGMOID, ...)                                             \
  extern "C" __global__ void __launch_bounds__(256) backward_##format##_##name(                   \
      const __grid_constant__ FixedArguments<__VA_ARGS__> arguments) {                            \
    backward_fixed<F, SIGMOID>(arguments);                                                        \
  }

#define BACKWARD_RATIOS(LM, LN, RM, RN)                                                           \
  BACKWARD_FIXED(Fp32, fp32, LM##_##LN##_##RM##_##RN, false, Pair<Ratio<LM, LN>, Ratio<RM, RN>>)  \
  BACKWARD_FIXED(Bf16, bf16, LM##_##LN##_##RM##_##RN, false, Pair<Ratio<LM, LN>, Ratio<RM, RN>>)  \
  BACKWARD_FIXED(Fp16, fp16, LM##_##LN##_##RM##_##RN, false, Pair<Ratio<LM, LN>, Ratio<RM, RN>>)

BACKWARD_RATIOS(6, 0, 10, 0)
BACKWARD_RATIOS(8, 0, 12, 0)
BACKWARD_RATIOS(12, 0, 12, 0)
BACKWARD_RATIOS(10, 0, 16, 0)
BACKWARD_RATIOS(16, 0, 24, 0)
BACKWARD_RATIOS(5, 5, 16, 0)
BACKWARD_RATIOS(6, 6, 7, 7)

// In bf16 a table of all outputs serves segments: backward_table.cu.
BACKWARD_FIXED(Fp32, fp32, segments, false, Segments)
BACKWARD_FIXED(Fp16, fp16, segments, false, Segments)

#define BACKWARD_PAPER(activation, Left)                                                          \
  BACKWARD_FIXED(Fp32, fp32, paper_##activation, true, Pair<Left, PaperRight>)                    \
  BACKWARD_FIXED(Bf16, bf16, paper_##activation, true, Pair<Left, PaperRight>)                    \
  BACKWARD_FIXED(Fp16, fp16, paper_##activation, true, Pair<Left, PaperRight>)

BACKWARD_PAPER(gelu, PaperGeluLeft)
BACKWARD_PAPER(silu, PaperSiluLeft)
