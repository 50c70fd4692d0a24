/**
 * Programs as source text of other languages. {@link invact.internal.program.text.CStyle} is what
 * C-like targets share; a target says only where it differs.
 */
package invact.internal.program.text;
