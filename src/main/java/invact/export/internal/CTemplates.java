package invact.export.internal;

/** The parts of a C header that come from no program. */
final class CTemplates {
  private CTemplates() {}

  /** What the file is and what it asks for: version, command. */
  static final String USAGE =
      """
      Inverted activations in C99 and C++11, made by invact %s:
        %s

      D stands for fp32 (float), bf16 or fp16 (bit patterns in uint16_t), NAME for a set:
        NAME_forward_D(x, y, indicator, n)        y = f(x), indicator bit S = [x >= T]
        NAME_backward_D(dy, y, indicator, dx, n)  dx = dy * g(y, S), g(y, S) ~ f'(x)
        NAME_left_D(y), NAME_right_D(y)           g on one branch
        invact_ACTIVATION(x)                      f
      n counts elements. The indicator has (n + 7) / 8 bytes; element i is bit i %% 8, the least
      significant being 0, of byte i / 8; bits beyond n are 0. y may be x and dx may be dy; other
      buffers must not overlap.

      T is where f is least. g is a function of the height of y above f(T), as y was rounded:
      u = max((y - minimum) - offset, least). Errors below are those of g against f'(x) in fp64.

      Arithmetic is fp32, or fp64 in forward passes that say so, rounded once more where an
      element is stored. Results are those of invact's scalar runtime, bit for bit but for the
      sign and payload of NaN, where
        - fmaf, fma, sqrtf and sqrt round correctly, as C libraries have them. Compile for a
          processor with fused multiply-add (-mfma, -march=native): else fmaf is a slow call;
        - nothing is contracted, reassociated or flushed to 0. The pragmas below forbid
          contraction to GCC and Clang; add -ffp-contract=off for any other compiler. Linking
          with -ffast-math may flush denormals to 0 too;
        - exp and pow, where a formula has them, round as in Java's StrictMath (fdlibm). Those
          of a C library may differ in the last bit of a double, which seldom shows in fp32.\
      """;

  /** What comes before the first block. */
  static final String BEGIN =
      """

      #include <math.h>
      #include <stdbool.h>
      #include <stdint.h>
      #include <string.h>

      #if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) \\
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
      """;

  /** What comes after the last block. */
  static final String END =
      """

      #if defined(__GNUC__) && !defined(__clang__)
      #pragma GCC pop_options
      #else
      #pragma STDC FP_CONTRACT DEFAULT
      #endif
      """;

  /** Bit patterns of floats. */
  static final String REINTERPRET =
      """

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
      """;

  /** Takes the sign of a pattern into all upper bits, where the program expects it. */
  static final String PATTERN = "  const int32_t pattern = (int16_t)bits;\n";

  /**
   * The programs of {@link invact.internal.arithmetic.HalfPrecision} leave NaN to what operations
   * make.
   */
  static final String NAN_FROM_FP16 =
      """
        if ((pattern & 0x7FFF) > 0x7C00) {
          return invact_float((pattern & INT32_MIN) | 0x7FC00000 | (pattern & 0x3FF) << 13);
        }
      """;

  static final String NAN_TO_FP16 =
      """
        const uint32_t bits = (uint32_t)invact_bits(value);
        if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
          return (uint16_t)((bits >> 16 & 0x8000u) | 0x7E00u | (bits >> 13 & 0x3FFu));
        }
      """;

  static final String NAN_TO_BF16 =
      """
        const uint32_t bits = (uint32_t)invact_bits(value);
        if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
          return (uint16_t)(bits >> 16 | 0x0040u);
        }
      """;

  /** Activation, dtype, element type, input, output, least input that is not below T. */
  static final String FORWARD =
      """

      static inline void invact_forward_%1$s_%2$s(
          const %3$s *x, %3$s *y, uint8_t *indicator, size_t n) {
        for (size_t first = 0; first < n; first += 8) {
          const size_t end = n - first < 8 ? n : first + 8;
          unsigned bits = 0;
          for (size_t i = first; i < end; i++) {
            const float input = %4$s;
            y[i] = %5$s;
            bits |= (unsigned)(input >= %6$s) << (i - first);
          }
          indicator[first / 8] = (uint8_t)bits;
        }
      }
      """;

  /** Function of a branch, dtype, what the height of the dtype's outputs is made with. */
  static final String DERIVATIVE =
      """

      static inline float %1$s_%2$s(float y) {
        return %1$s(y%3$s);
      }
      """;

  /** Set, dtype, element type, activation, output as fp32, product as element. */
  static final String PASSES =
      """

      static inline void %1$s_forward_%2$s(
          const %3$s *x, %3$s *y, uint8_t *indicator, size_t n) {
        invact_forward_%4$s_%2$s(x, y, indicator, n);
      }

      static inline void %1$s_backward_%2$s(
          const %3$s *dy, const %3$s *y, const uint8_t *indicator, %3$s *dx, size_t n) {
        for (size_t i = 0; i < n; i++) {
          const float output = %5$s;
          const bool right = (indicator[i / 8] >> (i %% 8) & 1) != 0;
          const float g = right ? %1$s_right_%2$s(output) : %1$s_left_%2$s(output);
          dx[i] = %6$s;
        }
      }
      """;
}
