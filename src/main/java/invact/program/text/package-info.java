/**
 * Programs as source text of other languages. {@link invact.program.text.CStyle} is what C-like
 * targets share; a target says only where it differs.
 */
package invact.program.text;
