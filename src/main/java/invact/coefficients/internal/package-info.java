/** Coefficient sets as JSON: reader, writer, codecs, and the sets in the jar. */
package invact.coefficients.internal;
