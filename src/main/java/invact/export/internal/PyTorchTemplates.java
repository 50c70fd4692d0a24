package invact.export.internal;

/** The parts of the section of a PyTorch module that come from no program. */
final class PyTorchTemplates {
  private PyTorchTemplates() {}

  /** Version and command. */
  static final String HEADER =
      """
      Functions of coefficient sets, made by invact %s:
        %s

      For an activation A (gelu, silu ...), W = 16 for bf16 and fp16, W = 32 for fp32, a dtype D:

        _A_W_forward(x, PTX)                   f(x)                     Triton device function
        _A_W_gate(a, PTX)                      f(a), f'(a)              Triton device function
        _A_D_factor(y, right, PTX)             g(y, S)                  Triton device function
        _A_W_forward_torch(x)                  f(x)                     torch operations
        _A_W_gate_torch(a)                     f(a), f'(a)              torch operations
        _A_D_factor_torch(y, right)            g(y, S)                  torch operations

      x, a and y are fp32 tensors, y as read from a tensor of dtype D; right is a boolean tensor, S. PTX
      is a tl.constexpr: true where inline assembly may be used. Triton functions may call
      _reciprocal, _pick and _negative_zero, others _wide. SETS maps (A, D) to a CoefficientSet, whose
      threshold is the least fp32 number not below argmin f. NaN gives NaN; g is 0 on the left for
      y >= 0 and 1 for y = inf on the right.

      Results of 16 bits are off by 3e-5 of themselves before they are rounded. In fp32 f is correctly
      rounded near T, but off by up to 0.57 ulp in Triton where f is neither gelu nor silu. There g
      changes fastest with y, as the root of its distance from f(T): the largest error of g is up to
      sqrt(0.57/0.5) = 1.07 times that of a correctly rounded y.

      T is where f is least. Errors below are those of g against f'(x) in fp64, y being f(x) rounded
      to the dtype.
      """;

  /** Name, inputs, summary, body. */
  static final String TRITON =
      """


      @_jit
      def _%s(%s, PTX: tl.constexpr):
          \"""%s\"""
      %s\
      """;

  /** Name, inputs, result, summary, body. */
  static final String TORCH =
      """


      def _%s_torch(%s) -> %s:
          \"""%s\"""
      %s\
      """;

  /** Activation's identifier, dtype, set, activation, threshold, errors, width of its functions. */
  static final String ENTRY =
      """
          ("%1$s", "%2$s"): CoefficientSet(
              name="%3$s",
              activation="%4$s",
              dtype="%2$s",
              threshold=%5$s,
              error_rms=%6$s,
              error_max=%7$s,
              forward=_%1$s_%8$s_forward,
              gate=_%1$s_%8$s_gate,
              factor=_%1$s_%2$s_factor,
              forward_torch=_%1$s_%8$s_forward_torch,
              gate_torch=_%1$s_%8$s_gate_torch,
              factor_torch=_%1$s_%2$s_factor_torch,
          ),
      """;
}
