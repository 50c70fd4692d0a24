package invact.memory.internal;

/** Decoders that differ in their configuration or in what their layers compute. */
enum DecoderFamily {
  LLAMA,
  MISTRAL,
  MIXTRAL,
  GEMMA,
  GEMMA2,
  GEMMA3,
  QWEN2,
  QWEN3,
  QWEN2_MOE,
  QWEN3_MOE,
  PHI3,
  OLMO2;

  /** How its norms round. */
  Norms.Variant norm() {
    return switch (this) {
      case GEMMA, GEMMA2, GEMMA3 -> Norms.Variant.GEMMA;
      case OLMO2 -> Norms.Variant.OLMO;
      default -> Norms.Variant.LLAMA;
    };
  }

  /** Whether a norm stands before attention and before the MLP. */
  boolean normsBefore() {
    return this != OLMO2;
  }

  /** Whether a norm stands behind them, before the sum. */
  boolean normsBehind() {
    return this == OLMO2 || this == GEMMA2 || this == GEMMA3;
  }

  /** Whether q and k are normalized, each head by itself. */
  boolean normsHeads() {
    return this == QWEN3 || this == QWEN3_MOE || this == GEMMA3;
  }

  /** Whether q and k are normalized as they come from their Linears. */
  boolean normsQueries() {
    return this == OLMO2;
  }

  /** Whether one Linear makes q, k and v, and one gate and up. */
  boolean isFused() {
    return this == PHI3;
  }

  /** Pairs of tables of sines and cosines. */
  int rotaryTables() {
    return this == GEMMA3 ? 2 : 1;
  }

  /** Whether these are fp32 whatever the model's dtype. */
  boolean hasWideTables() {
    return this == OLMO2;
  }
}
