/*
 * Runs the passes of one exported set: DRIVER SET < requests > answers.
 *
 * header.h is what invact exported, SETS(X) lists the sets that are compiled in. A request is four
 * 64-bit integers and the inputs; the driver answers with the outputs, then takes the next request.
 *
 *   0 DTYPE ALIASED N   forward: x; answers y and the indicator
 *   1 DTYPE ALIASED N   backward: dy, y, the indicator; answers dx
 *   2 DTYPE 0 N         conversion: N floats; answers their patterns, and the floats of these
 *
 * DTYPE is 0 for fp32, 1 for bf16, 2 for fp16. ALIASED is 1 if the output is to be written over the
 * input.
 */
#include "header.h"
#include "sets.h"

#include <stdio.h>
#include <stdlib.h>

static void take(void *to, size_t size) {
  if (size > 0 && fread(to, size, 1, stdin) != 1) {
    exit(1);
  }
}

static void give(const void *from, size_t size) {
  if (size > 0 && fwrite(from, size, 1, stdout) != 1) {
    exit(1);
  }
}

/* calloc, so that an indicator bit that is not written shows. */
static void *room(size_t size) {
  void *p = calloc(size + 1, 1);
  if (p == NULL) {
    exit(1);
  }
  return p;
}

#define PASSES(SET, D, TYPE)                                                         \
  static void SET##_run_##D(int backward, int aliased, size_t n) {                   \
    const size_t bytes = (n + 7) / 8;                                                \
    TYPE *in = (TYPE *)room(n * sizeof(TYPE));                                       \
    TYPE *out = aliased ? in : (TYPE *)room(n * sizeof(TYPE));                       \
    TYPE *y = (TYPE *)room(n * sizeof(TYPE));                                        \
    uint8_t *indicator = (uint8_t *)room(bytes);                                     \
    take(in, n * sizeof(TYPE));                                                      \
    if (backward) {                                                                  \
      take(y, n * sizeof(TYPE));                                                     \
      take(indicator, bytes);                                                        \
      SET##_backward_##D(in, y, indicator, out, n);                                  \
      give(out, n * sizeof(TYPE));                                                   \
    } else {                                                                         \
      memset(indicator, 0xFF, bytes);                                                \
      SET##_forward_##D(in, out, indicator, n);                                      \
      give(out, n * sizeof(TYPE));                                                   \
      give(indicator, bytes);                                                        \
    }                                                                                \
    if (!aliased) {                                                                  \
      free(out);                                                                     \
    }                                                                                \
    free(in);                                                                        \
    free(y);                                                                         \
    free(indicator);                                                                 \
  }

#define FUNCTIONS(SET)       \
  PASSES(SET, fp32, float)   \
  PASSES(SET, bf16, uint16_t) \
  PASSES(SET, fp16, uint16_t)
SETS(FUNCTIONS)

typedef void (*run_pass)(int backward, int aliased, size_t n);

typedef struct {
  const char *name;
  run_pass passes[3];
} exported_set;

#define ROW(SET) {#SET, {SET##_run_fp32, SET##_run_bf16, SET##_run_fp16}},
static const exported_set ALL[] = {SETS(ROW)};

static void convert(int fp16, size_t n) {
  size_t i;
  float *values = (float *)room(n * sizeof(float));
  uint16_t *patterns = (uint16_t *)room(n * sizeof(uint16_t));
  take(values, n * sizeof(float));
  for (i = 0; i < n; i++) {
    patterns[i] = fp16 ? invact_encode_fp16(values[i]) : invact_encode_bf16(values[i]);
    values[i] = fp16 ? invact_decode_fp16(patterns[i]) : invact_decode_bf16(patterns[i]);
  }
  give(patterns, n * sizeof(uint16_t));
  give(values, n * sizeof(float));
  free(values);
  free(patterns);
}

int main(int count, char **arguments) {
  size_t k;
  uint64_t request[4];
  const exported_set *set = NULL;
  for (k = 0; k < sizeof ALL / sizeof ALL[0]; k++) {
    if (count == 2 && strcmp(ALL[k].name, arguments[1]) == 0) {
      set = &ALL[k];
    }
  }
  if (set == NULL) {
    return 1;
  }
  while (fread(request, sizeof request, 1, stdin) == 1) {
    const size_t n = (size_t)request[3];
    if (request[0] == 2) {
      convert(request[1] == 2, n);
    } else {
      set->passes[request[1]](request[0] == 1, request[2] == 1, n);
    }
    fflush(stdout);
  }
  return 0;
}
