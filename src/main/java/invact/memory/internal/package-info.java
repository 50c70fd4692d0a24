/**
 * Bytes that training steps of a transformers model keep for the backward pass, predicted from its
 * config.json.
 *
 * <p>A {@link invact.memory.internal.Model} writes its forward pass on a tape, step by step; each
 * step says which tensors it reads, makes and saves, as autograd does it. What is held is the sum
 * over distinct storages. The modes of invact_torch change what some steps save; {@code Planner}
 * decides which, as {@code convert} does. {@code BackwardPass} walks the tape back for the peak.
 */
package invact.memory.internal;
