/**
 * Inverted activations on a GPU, on memory that lies there: nothing is installed but NVIDIA's
 * driver.
 *
 * <pre>{@code
 * try (Context context = Context.primary(0);
 *     Kernels kernels = Kernels.load(context);
 *     Stream stream = Stream.create(context);
 *     DeviceBuffer x = DeviceBuffer.allocate(context, 2 * n);
 *     DeviceBuffer indicator =
 *         DeviceBuffer.allocate(context, InvertedActivation.indicatorBytes(n))) {
 *   DeviceActivation gelu = kernels.activation(set);
 *   x.upload(stream, host);
 *   gelu.forward(stream, FloatFormat.BF16, x.memory(), x.memory(), indicator.memory());
 *   stream.synchronize();
 * }
 * }</pre>
 *
 * <p>{@link invact.runtime.cuda.DeviceActivation} says what is computed and how exactly. Memory of
 * another owner, such as a framework's tensor, is a {@link invact.runtime.cuda.DeviceMemory} of its
 * pointer; its stream {@link invact.runtime.cuda.Stream#foreign}; its context {@link
 * invact.runtime.cuda.Context#current}.
 *
 * <p>The driver compiles the kernels' PTX, of version 7.4. One that does not take it gets the
 * machine code that NVRTC, CUDA's compiler as a library, makes of their sources in the jar, if
 * there is one: {@code -Dinvact.nvrtc=PATH}, or the variable {@code INVACT_NVRTC}, names a library
 * that the loader would not find; {@code -Dinvact.cuda.compiler=nvrtc} leaves the driver's compiler
 * out.
 *
 * <p>This is an interface of its own, not a {@link invact.runtime.Backend}: that one promises the
 * scalar implementation's bits on memory of the host, and on such memory a GPU would spend its time
 * copying.
 */
package invact.runtime.cuda;
