/**
 * Figures of activations, approximants and their errors, fit for a paper, as PNG and SVG.
 *
 * <p>They look the same on every machine: the font travels with the program, text is drawn as
 * outlines, and one recorded drawing serves both formats.
 */
package invact.plot;
