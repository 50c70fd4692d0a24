package invact.runtime.internal.scalar;

import invact.activation.Activation;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.internal.BranchApproximant;
import invact.internal.arithmetic.Derivative;
import invact.internal.arithmetic.Forward;
import invact.internal.arithmetic.Gate;

/** The functions of one fp32 number that a runtime computes: their programs, compiled. */
public final class ScalarFunctions {
  private ScalarFunctions() {}

  /**
   * f(x) of a forward pass.
   *
   * @param activation the activation
   * @return f, the double-precision value rounded where there is no program
   */
  public static FloatFunction forward(Activation activation) {
    return Forward.of(activation)
        .map(ScalarCompiler::compile)
        .orElse(x -> (float) activation.value(x));
  }

  /**
   * f(a) of a gate.
   *
   * @param activation f
   * @return f, the double-precision value rounded where there is no program
   */
  public static FloatFunction gate(Activation activation) {
    return Gate.of(activation)
        .map(gate -> ScalarCompiler.compile(gate.only("value")))
        .orElse(a -> (float) activation.value(a));
  }

  /**
   * f′(a) of a gate.
   *
   * @param activation f
   * @return f′, the double-precision derivative rounded where there is no program
   */
  public static FloatFunction gateDerivative(Activation activation) {
    return Gate.of(activation)
        .map(gate -> ScalarCompiler.compile(gate.only("derivative")))
        .orElse(a -> (float) activation.derivative(a));
  }

  /**
   * g(y, S) on one branch.
   *
   * @param approximant the approximant and what it stands for
   * @param height the height that an output stands for, of the dtype that rounded it
   * @return g
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient, or g is not finite at an
   *     end of the branch
   */
  public static FloatFunction derivative(BranchApproximant approximant, RoundedHeight height) {
    return ScalarCompiler.compile(Derivative.computation(approximant, height));
  }
}
