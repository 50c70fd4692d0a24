/** Statistics of an error, and the points it is measured at. */
package invact.numeric.internal;
