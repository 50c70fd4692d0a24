/*
 * Inverted activations in C99 and C++11, made by invact 0.1.0:
 *   invact export silu-bf16 --target c --out silu.h
 *
 * D stands for fp32 (float), bf16 or fp16 (bit patterns in uint16_t), NAME for a set:
 *   NAME_forward_D(x, y, indicator, n)        y = f(x), indicator bit S = [x >= T]
 *   NAME_backward_D(dy, y, indicator, dx, n)  dx = dy * g(y, S), g(y, S) ~ f'(x)
 *   NAME_left_D(y), NAME_right_D(y)           g on one branch
 *   invact_ACTIVATION(x)                      f
 * n counts elements. The indicator has (n + 7) / 8 bytes; element i is bit i % 8, the least
 * significant being 0, of byte i / 8; bits beyond n are 0. y may be x and dx may be dy; other
 * buffers must not overlap.
 *
 * T is where f is least. g is a function of the height of y above f(T), as y was rounded:
 * u = max((y - minimum) - offset, least). Errors below are those of g against f'(x) in fp64.
 *
 * Arithmetic is fp32, or fp64 in forward passes that say so, rounded once more where an
 * element is stored. Results are those of invact's scalar runtime, bit for bit but for the
 * sign and payload of NaN, where
 *   - fmaf, fma, sqrtf and sqrt round correctly, as C libraries have them. Compile for a
 *     processor with fused multiply-add (-mfma, -march=native): else fmaf is a slow call;
 *   - nothing is contracted, reassociated or flushed to 0. The pragmas below forbid
 *     contraction to GCC and Clang; add -ffp-contract=off for any other compiler. Linking
 *     with -ffast-math may flush denormals to 0 too;
 *   - exp and pow, where a formula has them, round as in Java's StrictMath (fdlibm). Those
 *     of a C library may differ in the last bit of a double, which seldom shows in fp32.
 *
 * silu-bf16: SiLU, f(x) = x·σ(x)
 *   T = -1.2784645427610737, f(T) = -0.2784645427610738
 *   left, x < T:   g = c0 + … + c4·t^4, t = √u − 0.263671875 (root-polynomial-4-about-0.263671875)
 *     coefficients fitted: mean of f' given y in bf16, 566 outputs, density of x 0.9·normal(1.0) +
 *       0.1·uniform(-20.0, 20.0)
 *     error on [T - 1024, T]: RMS 2.72e-04, bias 1.99e-04, max 7.23e-04 at x = -1.27846
 *   right, x >= T: g = c0 + … + c8·t^8, t = √u − 1.5; 1 where u > 9.375
 *     (root-polynomial-8-about-1.5-cut-9.375)
 *     coefficients fitted: mean of f' given y in bf16, 32669 outputs, density of x 0.9·normal(1.0)
 *       + 0.1·uniform(-20.0, 20.0)
 *     error on [T, T + 1024]: RMS 5.91e-04, bias -2.85e-05, max 2.93e-03 at x = 9.09751
 *   in use, fp32, x ~ N(0, 1): RMS 4.108e-04 (irreducible 3.814e-07), bias 2.6e-04, max 2.909e-03
 *     (4.432e-05)
 *   in use, bf16, x ~ N(0, 1): RMS 1.546e-03 (irreducible 1.509e-03), bias 8.7e-07, max 1.213e-02
 *     (1.142e-02)
 *   in use, fp16, x ~ N(0, 1): RMS 4.787e-04 (irreducible 3.125e-04), bias 2.3e-04, max 4.027e-03
 *     (3.771e-03)
 */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) \
    || (defined(__GCC_IEC_559) && __GCC_IEC_559 == 0)
#error "invact needs IEEE 754 arithmetic: compile without -ffast-math and its parts"
#endif
#if defined(__FLT_EVAL_METHOD__) && (__FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2)
#error "invact needs float arithmetic in float: compile with -msse2 -mfpmath=sse"
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#else
#pragma STDC FP_CONTRACT OFF
#endif

#ifndef INVACT_COMMON
#define INVACT_COMMON 0x9F95FF41u

/* The bit pattern of a float. */
static inline int32_t invact_bits(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* The float of a bit pattern. */
static inline float invact_float(int32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The number of a pattern of bf16; NaN is quieted in fp16. */
static inline float invact_decode_bf16(uint16_t bits) {
  const int32_t pattern = (int16_t)bits;
  int32_t v1 = (int32_t)((uint32_t)pattern << 16);
  float v2 = invact_float(v1);
  return v2;
}

/* The pattern of the nearest number of bf16, ties to even; NaN is quieted. */
static inline uint16_t invact_encode_bf16(float value) {
  const uint32_t bits = (uint32_t)invact_bits(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    return (uint16_t)(bits >> 16 | 0x0040u);
  }
  int32_t v1 = invact_bits(value);
  int32_t v3 = (int32_t)((uint32_t)v1 >> 16);
  int32_t v4 = v3 & 1;
  int32_t v5 = (int32_t)((uint32_t)v1 + (uint32_t)v4);
  int32_t v7 = (int32_t)((uint32_t)v5 + (uint32_t)32767);
  int32_t v8 = (int32_t)((uint32_t)v7 >> 16);
  return (uint16_t)v8;
}

/* The number of a pattern of fp16; NaN is quieted in fp16. */
static inline float invact_decode_fp16(uint16_t bits) {
  const int32_t pattern = (int16_t)bits;
  if ((pattern & 0x7FFF) > 0x7C00) {
    return invact_float((pattern & INT32_MIN) | 0x7FC00000 | (pattern & 0x3FF) << 13);
  }
  int32_t v2 = pattern & 32767;
  int32_t v3 = (int32_t)((uint32_t)v2 << 13);
  float v4 = invact_float(v3);
  float v6 = v4 * 5.192297E33f;
  bool v8 = v6 >= 65536.0f;
  int32_t v11 = v8 ? 2139095040 : 0;
  int32_t v13 = pattern & INT32_MIN;
  int32_t v14 = invact_bits(v6);
  int32_t v15 = v14 | v11;
  int32_t v16 = v15 | v13;
  float v17 = invact_float(v16);
  return v17;
}

/* The pattern of the nearest number of fp16, ties to even; NaN is quieted. */
static inline uint16_t invact_encode_fp16(float value) {
  const uint32_t bits = (uint32_t)invact_bits(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    return (uint16_t)((bits >> 16 & 0x8000u) | 0x7E00u | (bits >> 13 & 0x3FFu));
  }
  int32_t v1 = invact_bits(value);
  int32_t v4 = v1 & 2147483647;
  float v5 = invact_float(v4);
  float v7 = v5 + 0.5f;
  int32_t v8 = invact_bits(v7);
  int32_t v10 = (int32_t)((uint32_t)v8 - (uint32_t)1056964608);
  int32_t v11 = (int32_t)((uint32_t)v4 >> 13);
  int32_t v12 = v11 & 1;
  int32_t v13 = (int32_t)((uint32_t)v4 + (uint32_t)v12);
  int32_t v15 = (int32_t)((uint32_t)v13 + (uint32_t)-939520001);
  int32_t v16 = (int32_t)((uint32_t)v15 >> 13);
  bool v18 = v4 < 947912704;
  int32_t v19 = v18 ? v10 : v16;
  bool v21 = v4 >= 1199566848;
  int32_t v23 = v21 ? 31744 : v19;
  bool v25 = v4 > 2139095040;
  int32_t v27 = v25 ? 32256 : v23;
  int32_t v28 = (int32_t)((uint32_t)v1 >> 16);
  int32_t v30 = v28 & 32768;
  int32_t v31 = v27 | v30;
  return (uint16_t)v31;
}

#elif INVACT_COMMON != 0x9F95FF41u
#error "two headers define different code for INVACT_COMMON"
#endif

#ifndef INVACT_ACTIVATION_SILU
#define INVACT_ACTIVATION_SILU 0x9A3D0395u

/* SiLU: f(x) = x·σ(x). */
static inline float invact_silu(float x) {
  const float segments_per_unit = 0.875f;
  static const float centre[8] = {
      0.0f, 1.2799038f, 1.8015406f, 3.6230297f,
      4.783541f, 5.910482f, 7.0716286f, 8.190347f};
  static const float c8[8] = {
      -1.956729E-4f, 1.1342981E-4f, -2.3851115E-5f, -2.4468495E-6f,
      9.491735E-7f, 2.8643154E-7f, 4.902738E-8f, 2.849055E-9f};
  static const float c7[8] = {
      0.0f, -2.1963728E-5f, 2.0694088E-4f, -1.2825904E-5f,
      -5.350111E-6f, -9.839094E-7f, -4.4832177E-8f, 5.7063854E-8f};
  static const float c6[8] = {
      0.0020796137f, -0.0011071163f, -6.886224E-4f, 1.0224742E-4f,
      2.364558E-5f, 2.1445E-6f, -1.0085728E-6f, -8.0884206E-7f};
  static const float c5[8] = {
      0.0f, 0.0030350904f, 7.7728815E-5f, -4.536919E-4f,
      -5.4174365E-5f, 1.4046175E-5f, 1.3780297E-5f, 7.2561693E-6f};
  static const float c4[8] = {
      -0.02083299f, 0.00474131f, 0.008482991f, 0.0010569955f,
      -1.4987396E-4f, -1.9694061E-4f, -1.0621509E-4f, -4.8102127E-5f};
  static const float c3[8] = {
      0.0f, -0.04885567f, -0.033698577f, 9.643536E-4f,
      0.0021902667f, 0.0012722164f, 5.706974E-4f, 2.3921054E-4f};
  static const float c2[8] = {
      0.24999999f, 0.10869482f, 0.043098457f, -0.01816956f,
      -0.011125021f, -0.0052287187f, -0.0021437928f, -8.5724116E-4f};
  static const float c1[8] = {
      -1.1754944E-38f, 3.1317578E-4f, 0.07739478f, 0.065767184f,
      0.031062389f, 0.0132325385f, 0.0051444415f, 0.0019928282f};
  static const float half[8] = {
      -0.0f, 0.5f, 0.5f, 0.5f,
      0.5f, 0.5f, 0.5f, 0.5f};
  static const float c0[8] = {
      -0.0f, -0.27846432f, -0.25521278f, -0.09422493f,
      -0.039688587f, -0.01597929f, -0.005997658f, -0.0022706985f};
  float v1 = fabsf(x);
  float v4 = fmaf(v1, segments_per_unit, 1.2582912E7f);
  int32_t v5 = invact_bits(v4);
  float v6 = centre[v5 & 7];
  float v7 = v1 - v6;
  float v8 = c8[v5 & 7];
  float v9 = c7[v5 & 7];
  float v10 = fmaf(v8, v7, v9);
  float v11 = c6[v5 & 7];
  float v12 = fmaf(v10, v7, v11);
  float v13 = c5[v5 & 7];
  float v14 = fmaf(v12, v7, v13);
  float v15 = c4[v5 & 7];
  float v16 = fmaf(v14, v7, v15);
  float v17 = c3[v5 & 7];
  float v18 = fmaf(v16, v7, v17);
  float v19 = c2[v5 & 7];
  float v20 = fmaf(v18, v7, v19);
  float v21 = c1[v5 & 7];
  float v22 = fmaf(v20, v7, v21);
  float v23 = half[v5 & 7];
  float v25 = 0.5f * x;
  float v26 = fmaf(v1, v23, v25);
  float v27 = c0[v5 & 7];
  float v28 = v26 + v27;
  float v29 = fmaf(v22, v7, v28);
  bool v31 = v1 >= 8.5f;
  float v74 = v29;
  if (v31) {
    float v33 = v1 > 120.0f ? 120.0f : v1;
    float v34 = -v33;
    float v38 = fmaf(v34, 1.442695f, 1.2583103E7f);
    float v39 = v38 - 1.2583103E7f;
    float v41 = fmaf(v39, -0.69314575f, v34);
    float v43 = fmaf(v39, -1.4286068E-6f, 0.0f);
    float v44 = v41 + v43;
    float v47 = fmaf(0.0013814612f, v44, 0.00836871f);
    float v49 = fmaf(v47, v44, 0.04166839f);
    float v51 = fmaf(v49, v44, 0.16666521f);
    float v53 = fmaf(v51, v44, 0.49999994f);
    float v54 = v44 * v44;
    float v55 = fmaf(v54, v53, v44);
    float v58 = v55 + 1.0f;
    int32_t v59 = invact_bits(v38);
    int32_t v60 = (int32_t)((uint32_t)v59 << 23);
    float v61 = invact_float(v60);
    float v62 = v58 * v61;
    float v63 = v62 * 5.421011E-20f;
    float v64 = -v63;
    float v65 = fmaf(v64, v63, v63);
    float v66 = -v65;
    float v67 = fmaf(v66, v58, v55);
    float v68 = fmaf(v34, v67, v34);
    float v69 = v68 * v61;
    bool v70 = x < 0.0f;
    float v72 = v70 ? -0.0f : x;
    float v73 = fmaf(v69, 5.421011E-20f, v72);
    v74 = v73;
  }
  return v74;
}

static inline void invact_forward_silu_fp32(
    const float *x, float *y, uint8_t *indicator, size_t n) {
  for (size_t first = 0; first < n; first += 8) {
    const size_t end = n - first < 8 ? n : first + 8;
    unsigned bits = 0;
    for (size_t i = first; i < end; i++) {
      const float input = x[i];
      y[i] = invact_silu(input);
      bits |= (unsigned)(input >= -1.2784644f) << (i - first);
    }
    indicator[first / 8] = (uint8_t)bits;
  }
}

static inline void invact_forward_silu_bf16(
    const uint16_t *x, uint16_t *y, uint8_t *indicator, size_t n) {
  for (size_t first = 0; first < n; first += 8) {
    const size_t end = n - first < 8 ? n : first + 8;
    unsigned bits = 0;
    for (size_t i = first; i < end; i++) {
      const float input = invact_decode_bf16(x[i]);
      y[i] = invact_encode_bf16(invact_silu(input));
      bits |= (unsigned)(input >= -1.2784644f) << (i - first);
    }
    indicator[first / 8] = (uint8_t)bits;
  }
}

static inline void invact_forward_silu_fp16(
    const uint16_t *x, uint16_t *y, uint8_t *indicator, size_t n) {
  for (size_t first = 0; first < n; first += 8) {
    const size_t end = n - first < 8 ? n : first + 8;
    unsigned bits = 0;
    for (size_t i = first; i < end; i++) {
      const float input = invact_decode_fp16(x[i]);
      y[i] = invact_encode_fp16(invact_silu(input));
      bits |= (unsigned)(input >= -1.2784644f) << (i - first);
    }
    indicator[first / 8] = (uint8_t)bits;
  }
}

#elif INVACT_ACTIVATION_SILU != 0x9A3D0395u
#error "two headers define different code for INVACT_ACTIVATION_SILU"
#endif

#ifndef INVACT_SET_SILU_BF16
#define INVACT_SET_SILU_BF16 0xD0B70BAAu

/* silu-bf16: g on the left branch, y being of the dtype that the others belong to. */
static inline float silu_bf16_left(float y, float minimum, float offset, float least) {
  const float centre = 0.26367188f;
  const float a4 = 0.71443766f;
  const float a3 = 0.6562143f;
  const float a2 = 1.3841233f;
  const float a1 = -0.0472485f;
  const float a0 = -0.09938737f;
  float v2 = y - minimum;
  float v4 = v2 - offset;
  float v6 = v4 < least ? least : v4;
  float v7 = sqrtf(v6);
  float v9 = v7 - centre;
  float v12 = fmaf(a4, v9, a3);
  float v14 = fmaf(v12, v9, a2);
  float v16 = fmaf(v14, v9, a1);
  float v18 = fmaf(v16, v9, a0);
  bool v20 = y >= 0.0f;
  float v21 = v20 ? 0.0f : v18;
  return v21;
}

static inline float silu_bf16_left_fp32(float y) {
  return silu_bf16_left(y, -0.27846456f, 1.7486636E-8f, 4.8046966E-10f);
}

static inline float silu_bf16_left_bf16(float y) {
  return silu_bf16_left(y, -0.27929688f, 0.0011177277f, 3.6057565E-5f);
}

static inline float silu_bf16_left_fp16(float y) {
  return silu_bf16_left(y, -0.27856445f, 1.3361583E-4f, 5.5399873E-6f);
}

/* silu-bf16: g on the right branch, y being of the dtype that the others belong to. */
static inline float silu_bf16_right(float y, float minimum, float offset, float least) {
  const float centre = 1.5f;
  const float a8 = 0.0036483107f;
  const float a7 = 0.014441653f;
  const float a6 = -0.02217005f;
  const float a5 = -0.1167533f;
  const float a4 = 0.11410244f;
  const float a3 = 0.3094726f;
  const float a2 = -0.45155218f;
  const float a1 = 0.06386398f;
  const float a0 = 1.0978585f;
  const float cutoff = 9.375f;
  float v2 = y - minimum;
  float v4 = v2 - offset;
  float v6 = v4 < least ? least : v4;
  float v7 = sqrtf(v6);
  float v9 = v7 - centre;
  float v12 = fmaf(a8, v9, a7);
  float v14 = fmaf(v12, v9, a6);
  float v16 = fmaf(v14, v9, a5);
  float v18 = fmaf(v16, v9, a4);
  float v20 = fmaf(v18, v9, a3);
  float v22 = fmaf(v20, v9, a2);
  float v24 = fmaf(v22, v9, a1);
  float v26 = fmaf(v24, v9, a0);
  bool v28 = v6 > cutoff;
  float v30 = v28 ? 1.0f : v26;
  bool v32 = y == INFINITY;
  float v33 = v32 ? 1.0f : v30;
  return v33;
}

static inline float silu_bf16_right_fp32(float y) {
  return silu_bf16_right(y, -0.27846456f, 1.7486636E-8f, 4.8046966E-10f);
}

static inline float silu_bf16_right_bf16(float y) {
  return silu_bf16_right(y, -0.27929688f, 0.0011177277f, 3.6057565E-5f);
}

static inline float silu_bf16_right_fp16(float y) {
  return silu_bf16_right(y, -0.27856445f, 1.3361583E-4f, 5.5399873E-6f);
}

static inline void silu_bf16_forward_fp32(
    const float *x, float *y, uint8_t *indicator, size_t n) {
  invact_forward_silu_fp32(x, y, indicator, n);
}

static inline void silu_bf16_backward_fp32(
    const float *dy, const float *y, const uint8_t *indicator, float *dx, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float output = y[i];
    const bool right = (indicator[i / 8] >> (i % 8) & 1) != 0;
    const float g = right ? silu_bf16_right_fp32(output) : silu_bf16_left_fp32(output);
    dx[i] = dy[i] * g;
  }
}

static inline void silu_bf16_forward_bf16(
    const uint16_t *x, uint16_t *y, uint8_t *indicator, size_t n) {
  invact_forward_silu_bf16(x, y, indicator, n);
}

static inline void silu_bf16_backward_bf16(
    const uint16_t *dy, const uint16_t *y, const uint8_t *indicator, uint16_t *dx, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float output = invact_decode_bf16(y[i]);
    const bool right = (indicator[i / 8] >> (i % 8) & 1) != 0;
    const float g = right ? silu_bf16_right_bf16(output) : silu_bf16_left_bf16(output);
    dx[i] = invact_encode_bf16(invact_decode_bf16(dy[i]) * g);
  }
}

static inline void silu_bf16_forward_fp16(
    const uint16_t *x, uint16_t *y, uint8_t *indicator, size_t n) {
  invact_forward_silu_fp16(x, y, indicator, n);
}

static inline void silu_bf16_backward_fp16(
    const uint16_t *dy, const uint16_t *y, const uint8_t *indicator, uint16_t *dx, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float output = invact_decode_fp16(y[i]);
    const bool right = (indicator[i / 8] >> (i % 8) & 1) != 0;
    const float g = right ? silu_bf16_right_fp16(output) : silu_bf16_left_fp16(output);
    dx[i] = invact_encode_fp16(invact_decode_fp16(dy[i]) * g);
  }
}

#elif INVACT_SET_SILU_BF16 != 0xD0B70BAAu
#error "two headers define different code for INVACT_SET_SILU_BF16"
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#else
#pragma STDC FP_CONTRACT DEFAULT
#endif
