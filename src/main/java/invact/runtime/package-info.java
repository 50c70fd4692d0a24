/**
 * Inverted activations at work: the forward pass leaves y and one bit an element behind, the
 * backward pass needs nothing else.
 *
 * <pre>{@code
 * CoefficientSet set = PublishedCoefficients.of(Activations.GELU).orElseThrow();
 * InvertedActivation gelu = Backends.of("auto").open(set);
 *
 * float[] x = {-2.0f, -0.5f, 0.0f, 3.0f};
 * float[] y = new float[x.length];
 * byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
 * gelu.forward(x, y, indicator); // y may be x itself
 *
 * float[] dy = {1.0f, 1.0f, 1.0f, 1.0f};
 * float[] dx = new float[x.length];
 * gelu.backward(dy, y, indicator, dx); // dx may be dy itself
 * }</pre>
 *
 * <p>{@link invact.runtime.GatedUnit} does it for SwiGLU and GeGLU, without an approximator.
 *
 * <p>{@link invact.runtime.InvertedActivation} says what is computed, {@link
 * invact.runtime.Backends} which implementations there are. The scalar one is the specification:
 * what it gives, bit for bit, is right.
 */
package invact.runtime;
