// dx = dy·g(y, S), g an approximant of f′∘f⁻¹ in the lift u of y above f(T).
//
// The order of operations is that of the scalar implementation in Java, invact.runtime.
#pragma once

#include "activation.cuh"
#include "elements.cuh"

struct Tensors {
  const void* dy;
  const void* y;
  const uint8_t* indicator;
  void* dx;  // may be dy
  uint64_t n;
};

// The lift u = max((y − minimum) − offset, least): invact.activation.RoundedLift.
struct Lift {
  float minimum;  // f(T), rounded to the tensors' format
  float offset;
  float least;

  __device__ float of(float y) const { return max_nan((y - minimum) - offset, least); }
};
