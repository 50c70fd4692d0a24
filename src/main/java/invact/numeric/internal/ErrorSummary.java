package invact.numeric.internal;

/**
 * The figures by which an error is quoted.
 *
 * @param rms root mean square error
 * @param bias mean error
 * @param maxAbs largest absolute error
 * @param maxAbsAt input at which it occurs
 */
public record ErrorSummary(double rms, double bias, double maxAbs, double maxAbsAt) {}
