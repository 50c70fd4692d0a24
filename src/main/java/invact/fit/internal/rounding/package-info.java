/**
 * Coefficients that are still good after rounding: numbers of a format chosen together, not each
 * for itself.
 */
package invact.fit.internal.rounding;
