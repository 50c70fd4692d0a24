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
 *   gelu.forward(stream, Dtype.BF16, x.memory(), x.memory(), indicator.memory());
 *   stream.synchronize();
 * }
 * }</pre>
 *
 * <p>{@link invact.runtime.cuda.DeviceActivation} says what is computed and how exactly. Memory of
 * another owner, such as a framework's tensor, is a {@link invact.runtime.cuda.DeviceMemory} of its
 * pointer; its stream {@link invact.runtime.cuda.Stream#foreign}; its context {@link
 * invact.runtime.cuda.Context#current}.
 *
 * <p>Kernels are rendered from programs: {@link invact.internal.program.text.CudaText}. Those of
 * GELU, SiLU and the shapes of the default sets are in the jar as PTX of version 7.4, which the
 * driver compiles. NVRTC, CUDA's compiler as a library, compiles the others when they are asked
 * for, and all of them for a driver that does not take the PTX: {@code -Dinvact.nvrtc=PATH}, or the
 * variable {@code INVACT_NVRTC}, names a library that the loader would not find. Without NVRTC a
 * program that has no kernel is interpreted on the device, many times slower. {@code
 * -Dinvact.cuda.compiler=nvrtc} and {@code interpreter} demand one way for all passes.
 *
 * <p>This is an interface of its own, not a {@link invact.runtime.Backend}: that one promises the
 * scalar implementation's bits on memory of the host, and on such memory a GPU would spend its time
 * copying.
 */
package invact.runtime.cuda;
