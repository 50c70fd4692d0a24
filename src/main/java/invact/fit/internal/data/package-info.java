/**
 * Least squares for points and a model that are given as text: bounds, held parameters, several
 * starts.
 */
package invact.fit.internal.data;
