/** How good coefficient sets are, in the arithmetic in which they are used. */
package invact.evaluate.internal;
