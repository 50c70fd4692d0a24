/** What of an activation a decoder is fitted to, and judged by. */
package invact.sampling.internal;
