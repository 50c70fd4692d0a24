/**
 * Figures of activations, approximants and their errors, fit for a paper, as PNG and SVG.
 *
 * <p>Figures are the same bytes on every machine: the font is in the jar, text is drawn as
 * outlines, and one recorded drawing serves both formats.
 */
package invact.plot.internal;
