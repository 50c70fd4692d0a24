// Computes programs that no kernel was made for, step by step; for any program, and slower than a
// kernel of its own. invact.runtime.cuda.internal.InterpreterCode writes the steps and the enum Code, whose
// names are those of invact.internal.program.Op and Type; SLOTS is how many values of 32 bits it may keep.
//
// The arguments are `input` and `output` (tensors), `right_in` and `right_out` (indicators), n and
// vectors as of every pass, `code` (the steps), `steps` (their number) and `data`.
#pragma once

#include "arithmetic.cuh"
#include "elements.cuh"

// A value of 32 bits is in one slot, of 64 in two, the lower half first.
struct Registers {
  uint32_t words[SLOTS][GROUP];

  __device__ void get(int slot, int j, float& value) const { value = __uint_as_float(words[slot][j]); }
  __device__ void get(int slot, int j, int32_t& value) const {
    value = static_cast<int32_t>(words[slot][j]);
  }
  __device__ void get(int slot, int j, double& value) const {
    value = __hiloint2double(static_cast<int32_t>(words[slot + 1][j]),
                             static_cast<int32_t>(words[slot][j]));
  }
  __device__ void set(int slot, int j, float value) { words[slot][j] = __float_as_uint(value); }
  __device__ void set(int slot, int j, int32_t value) { words[slot][j] = static_cast<uint32_t>(value); }
  __device__ void set(int slot, int j, bool value) { words[slot][j] = value ? 1 : 0; }
  __device__ void set(int slot, int j, double value) {
    words[slot][j] = static_cast<uint32_t>(__double2loint(value));
    words[slot + 1][j] = static_cast<uint32_t>(__double2hiint(value));
  }
};

#define UNARY(code, A, expression)    \
  case code:                          \
    EACH {                            \
      A a;                            \
      r.get(first, j, a);             \
      r.set(to, j, expression);       \
    }                                 \
    break;

#define BINARY(code, A, expression)   \
  case code:                          \
    EACH {                            \
      A a, b;                         \
      r.get(first, j, a);             \
      r.get(second, j, b);            \
      r.set(to, j, expression);       \
    }                                 \
    break;

#define TERNARY(code, A, B, expression) \
  case code:                            \
    EACH {                              \
      A a;                              \
      B b, c;                           \
      r.get(first, j, a);               \
      r.get(second, j, b);              \
      r.get(third, j, c);               \
      r.set(to, j, expression);         \
    }                                   \
    break;

// Functions of many instructions, of which one copy is enough.
#define CALL(code, A, expression)                       \
  case code:                                            \
    _Pragma("unroll 1") for (int j = 0; j < GROUP; j++) { \
      A a, b;                                           \
      r.get(first, j, a);                               \
      r.get(second, j, b);                              \
      r.set(to, j, expression);                         \
    }                                                   \
    break;

template <class F, class Arguments>
__device__ inline void interpret(const Arguments& arguments) {
  uint64_t group = group_of_thread();
  if (group * GROUP >= arguments.n) {
    return;
  }
  int size = group_size(group, arguments.n);
  bool is_wide = group < arguments.vectors;
  Registers r;
  for (uint32_t i = 0; i < arguments.steps; i++) {
    // Code and target, first and second operand, third operand, number: invact.internal.program.Instruction.
    uint4 step = arguments.code[i];
    int to = step.x >> 16;
    int first = step.y & 0xFFFF;
    int second = step.y >> 16;
    int third = step.z;
    uint32_t number = step.w;
    switch (step.x & 0xFFFF) {
      case INPUT_F32: {
        float values[1][GROUP];
        load<F>({arguments.input[number]}, group, size, is_wide, values);
        EACH r.set(to, j, values[0][j]);
        break;
      }
      case INPUT_BOOL: {
        uint32_t bits = arguments.right_in[group];
        EACH r.set(to, j, (bits >> j & 1) != 0);
        break;
      }
      case OUTPUT_F32: {
        float values[GROUP];
        EACH r.get(first, j, values[j]);
        store<F>(arguments.output[number], group, size, is_wide, values);
        break;
      }
      case OUTPUT_BOOL: {
        uint32_t bits = 0;
        EACH bits |= j < size ? r.words[first][j] << j : 0;
        arguments.right_out[group] = static_cast<uint8_t>(bits);
        break;
      }
      case PARAMETER_F32:
      case PARAMETER_I32:
        EACH r.words[to][j] = arguments.data[number];
        break;
      case PARAMETER_F64:
        EACH r.words[to][j] = arguments.data[number];
        EACH r.words[to + 1][j] = arguments.data[number + 1];
        break;
      case LOOKUP_F32:
      case LOOKUP_I32:
        // The third operand is the table's length less 1.
        EACH r.words[to][j] = arguments.data[number + (r.words[first][j] & third)];
        break;
      case BITS_I32:
      case FLOAT_F32:
        EACH r.words[to][j] = r.words[first][j];
        break;

      BINARY(ADD_F32, float, a + b)
      BINARY(SUBTRACT_F32, float, a - b)
      BINARY(MULTIPLY_F32, float, a * b)
      TERNARY(FMA_F32, float, float, fmaf(a, b, c))
      CALL(DIVIDE_F32, float, __fdiv_rn(a, b))
      CALL(SQRT_F32, float, __fsqrt_rn(a))
      UNARY(NEGATE_F32, float, -a)
      UNARY(ABS_F32, float, fabsf(a))
      BINARY(MAX_F32, float, a < b ? b : a)
      BINARY(MIN_F32, float, a > b ? b : a)
      CALL(EXP_F32, float, expf(a))
      CALL(POWER_F32, float, powf(a, b))
      UNARY(RECIPROCAL_F32, float, approximate_reciprocal(a))
      UNARY(EXP2_F32, float, approximate_exp2(a))
      BINARY(LT_F32, float, a < b)
      BINARY(GT_F32, float, a > b)
      BINARY(GE_F32, float, a >= b)
      BINARY(EQ_F32, float, a == b)
      TERNARY(SELECT_F32, int32_t, float, a != 0 ? b : c)
      UNARY(NARROW_F32, double, __double2float_rn(a))

      BINARY(ADD_F64, double, a + b)
      BINARY(SUBTRACT_F64, double, a - b)
      BINARY(MULTIPLY_F64, double, a * b)
      TERNARY(FMA_F64, double, double, fma(a, b, c))
      CALL(DIVIDE_F64, double, a / b)
      CALL(SQRT_F64, double, sqrt(a))
      UNARY(NEGATE_F64, double, -a)
      UNARY(ABS_F64, double, fabs(a))
      BINARY(MAX_F64, double, a < b ? b : a)
      BINARY(MIN_F64, double, a > b ? b : a)
      CALL(EXP_F64, double, exp(a))
      BINARY(LT_F64, double, a < b)
      BINARY(GT_F64, double, a > b)
      BINARY(GE_F64, double, a >= b)
      BINARY(EQ_F64, double, a == b)
      TERNARY(SELECT_F64, int32_t, double, a != 0 ? b : c)
      UNARY(WIDEN_F64, float, static_cast<double>(a))

      BINARY(ADD_I32, int32_t, static_cast<int32_t>(static_cast<uint32_t>(a) + b))
      BINARY(SUBTRACT_I32, int32_t, static_cast<int32_t>(static_cast<uint32_t>(a) - b))
      BINARY(MAX_I32, int32_t, a < b ? b : a)
      BINARY(MIN_I32, int32_t, a > b ? b : a)
      BINARY(AND_I32, int32_t, a & b)
      BINARY(AND_BOOL, int32_t, a & b)
      BINARY(OR_I32, int32_t, a | b)
      BINARY(XOR_I32, int32_t, a ^ b)
      UNARY(NOT_BOOL, int32_t, a ^ 1)
      UNARY(SHIFT_LEFT_I32, int32_t, static_cast<int32_t>(static_cast<uint32_t>(a) << number))
      UNARY(SHIFT_RIGHT_I32, int32_t, static_cast<int32_t>(static_cast<uint32_t>(a) >> number))
      UNARY(SHIFT_RIGHT_SIGNED_I32, int32_t, a >> number)
      BINARY(LT_I32, int32_t, a < b)
      BINARY(GT_I32, int32_t, a > b)
      BINARY(GE_I32, int32_t, a >= b)
      BINARY(EQ_I32, int32_t, a == b)
      TERNARY(SELECT_I32, int32_t, int32_t, a != 0 ? b : c)
      TERNARY(SELECT_BOOL, int32_t, int32_t, a != 0 ? b : c)
    }
  }
}
