/**
 * Minimax fitting: the coefficients of a form that make its largest error least, with the evidence.
 *
 * <p>{@link invact.fit.minimax.MinimaxFitter} fits a {@link invact.approx.Form} to a {@link
 * invact.fit.minimax.Curve}, which {@link invact.fit.minimax.InvertedDerivative} makes of an
 * activation.
 */
package invact.fit.minimax;
