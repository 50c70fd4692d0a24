/*
 * What memory allows the passes of an activation, whatever computes them: the time of loops that
 * read and write what a forward pass (x; y and a bit) and a backward pass (dy, y and a bit; dx) do,
 * on 2^24 fp32 elements in one thread, with and without as much arithmetic as ours have, and with
 * two kinds of instruction that Java has no way to ask for. Medians of 15.
 *
 *   gcc -O2 -march=native -o target/memory_bound src/bench/memory_bound.c && target/memory_bound
 *
 * It takes a processor with AVX-512.
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ELEMENTS = 1 << 24, IN_CACHE = 1 << 12, RUNS = 15, AHEAD = 512, STEPS = 18 };

static float *x, *dy, *y;
static unsigned short *bits;
static long elements;

/* Depends on v from the first step to the last, like a polynomial in it. */
static inline __m512 arithmetic(__m512 v) {
  __m512 p = v;
  for (int step = 0; step < STEPS; step++) p = _mm512_fmadd_ps(p, v, v);
  return p;
}

static inline __m512 none(__m512 v) { return _mm512_add_ps(v, v); }

#define FETCH(p) __builtin_prefetch(p, 0)
#define FETCH_TO_WRITE(p) __builtin_prefetch(p, 1)
#define NO_FETCH(p)

#define FORWARD(name, compute, fetch, fetch_to_write, store)                                \
  static void name(void) {                                                                  \
    for (long i = 0; i < elements; i += 16) {                                               \
      fetch(x + i + AHEAD);                                                                 \
      fetch_to_write(y + i + AHEAD);                                                        \
      __m512 v = _mm512_loadu_ps(x + i);                                                    \
      bits[i / 16] = _mm512_cmp_ps_mask(v, _mm512_set1_ps(-0.75f), _CMP_GE_OQ);             \
      store(y + i, compute(v));                                                             \
    }                                                                                       \
    _mm_sfence();                                                                           \
  }

#define BACKWARD(name, compute, fetch, fetch_to_write, store)                               \
  static void name(void) {                                                                  \
    for (long i = 0; i < elements; i += 16) {                                               \
      fetch(x + i + AHEAD);                                                                 \
      fetch(dy + i + AHEAD);                                                                \
      fetch_to_write(y + i + AHEAD);                                                        \
      __m512 v = _mm512_mask_sub_ps(_mm512_loadu_ps(x + i), bits[i / 16],                   \
                                    _mm512_set1_ps(1.0f), _mm512_loadu_ps(x + i));          \
      store(y + i, _mm512_mul_ps(_mm512_loadu_ps(dy + i), compute(v)));                     \
    }                                                                                       \
    _mm_sfence();                                                                           \
  }

FORWARD(forward_bare, none, NO_FETCH, NO_FETCH, _mm512_storeu_ps)
FORWARD(forward_plain, arithmetic, NO_FETCH, NO_FETCH, _mm512_storeu_ps)
FORWARD(forward_fetched, arithmetic, FETCH, FETCH_TO_WRITE, _mm512_storeu_ps)
FORWARD(forward_streamed, arithmetic, FETCH, NO_FETCH, _mm512_stream_ps)
BACKWARD(backward_bare, none, NO_FETCH, NO_FETCH, _mm512_storeu_ps)
BACKWARD(backward_plain, arithmetic, NO_FETCH, NO_FETCH, _mm512_storeu_ps)
BACKWARD(backward_fetched, arithmetic, FETCH, FETCH_TO_WRITE, _mm512_storeu_ps)
BACKWARD(backward_streamed, arithmetic, FETCH, NO_FETCH, _mm512_stream_ps)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

static double median(void (*pass)(void), long length) {
  double nanos[RUNS];
  elements = length;
  long repeats = ELEMENTS / length;
  pass();
  for (int run = 0; run < RUNS; run++) {
    double start = now();
    for (long r = 0; r < repeats; r++) pass();
    nanos[run] = (now() - start) / ((double)length * repeats);
  }
  qsort(nanos, RUNS, sizeof nanos[0], ascending);
  return nanos[RUNS / 2];
}

static void print(const char *what, void (*forward)(void), void (*backward)(void)) {
  printf("%-46s %8.3f %9.3f %9.3f %9.3f\n", what, median(forward, IN_CACHE),
         median(forward, ELEMENTS), median(backward, IN_CACHE), median(backward, ELEMENTS));
}

static float *tensor(float value) {
  float *t = aligned_alloc(64, (ELEMENTS + AHEAD) * sizeof *t);
  for (long i = 0; i < ELEMENTS + AHEAD; i++) t[i] = value / (float)(2 + i % 7);
  return t;
}

int main(void) {
  x = tensor(1.0f);
  dy = tensor(-1.0f);
  y = tensor(0.0f);
  bits = calloc(ELEMENTS / 16, sizeof *bits);
  printf("%-46s %18s %19s\n", "ns an element", "forward", "backward");
  printf("%-46s %8s %9s %9s %9s\n", "", "in cache", "in memory", "in cache", "in memory");
  print("bare: no arithmetic", forward_bare, backward_bare);
  print("plain: 18 dependent steps", forward_plain, backward_plain);
  print("plain, prefetched 2 KiB ahead", forward_fetched, backward_fetched);
  print("plain, prefetched, stores past the caches", forward_streamed, backward_streamed);
  return 0;
}
