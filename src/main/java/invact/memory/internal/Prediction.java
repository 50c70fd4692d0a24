package invact.memory.internal;

import java.util.List;
import java.util.Map;

/**
 * What a training step keeps in one mode.
 *
 * @param mode how the model is trained
 * @param places parts of the model in the order of the forward pass, and what each keeps
 * @param kinds what is kept, by what it is for
 * @param held bytes held after the forward pass, the batch included, parameters apart
 * @param peak the most bytes at a time in a step, gradients and batch included, parameters apart
 * @param left convertible modules that stay as they are, and why; a number stands for each layer's
 */
public record Prediction(
    Mode mode, List<Place> places, Map<Kind, Long> kinds, long held, long peak, List<Left> left) {

  /**
   * Bytes of the batch, which are there whatever is trained.
   *
   * @return bytes
   */
  public long batch() {
    return kinds.getOrDefault(Kind.BATCH, 0L);
  }

  /**
   * A part of the model.
   *
   * @param name such as {@code layer 0}
   * @param kinds what it keeps, by what that is for
   */
  public record Place(String name, Map<Kind, Long> kinds) {
    /**
     * All that it keeps.
     *
     * @return bytes
     */
    public long bytes() {
      return kinds.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Modules that do not pay.
   *
   * @param modules their name, {@code *} for the numbers of layers
   * @param count how many they are
   * @param reason why
   */
  public record Left(String modules, int count, String reason) {}
}
