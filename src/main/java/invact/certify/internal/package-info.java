/**
 * Proofs of the errors of coefficient sets, by interval and Taylor arithmetic on doubles.
 *
 * <p>R. E. Moore, R. B. Kearfott and M. J. Cloud, "Introduction to Interval Analysis", SIAM 2009;
 * W. Tucker, "Validated Numerics", Princeton 2011; K. Makino and M. Berz, "Taylor models and other
 * validated functional inclusion methods", Int. J. Pure Appl. Math. 4 (2003) 379–456.
 */
package invact.certify.internal;
