/**
 * Coefficient sets as source text of other languages, made from programs. {@link
 * invact.export.Export} is the public way; {@link invact.export.internal.ExportTarget} is the table
 * of languages. A target is an entry there and a class that renders.
 */
package invact.export;
