/**
 * Coefficient sets as source text of other languages, made from programs. {@link
 * invact.export.Export} is what to export, {@link invact.export.ExportTarget} the table of
 * languages; a target is an entry there and a class that renders.
 */
package invact.export;
