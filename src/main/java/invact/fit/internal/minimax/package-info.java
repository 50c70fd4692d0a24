/**
 * Minimax fitting: the coefficients of a form that make its largest error least, with the evidence.
 *
 * <p>{@link invact.fit.internal.minimax.MinimaxFitter} fits a {@link invact.form.internal.Form} to
 * a {@link invact.fit.internal.minimax.Curve}, which {@link
 * invact.fit.internal.minimax.InvertedDerivative} makes of an activation.
 */
package invact.fit.internal.minimax;
