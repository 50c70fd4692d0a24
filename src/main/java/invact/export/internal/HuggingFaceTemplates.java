package invact.export.internal;

/** The parts of a kernel folder that come from no program. */
final class HuggingFaceTemplates {
  private HuggingFaceTemplates() {}

  /** Backend, digest. The project has stated no licence, which the package asks for. */
  static final String METADATA =
      """
      {
        "id": "_invact_%1$s_%2$s",
        "name": "invact",
        "version": 1,
        "license": "other",
        "python-depends": [],
        "backend": {
          "type": "%1$s"
        }
      }
      """;

  static final String INIT =
      """
      \"""Activations that keep their output for the backward pass; see layers and invact_torch.\"""

      from . import invact_torch, layers

      __all__ = ["invact_torch", "layers"]
      """;

  /** Functions, names of layers. */
  static final String LAYERS =
      """
      \"""Layers for `kernelize` in place of transformers' activations, for training too.

      Each is stateless: its forward is put into the model's own module. Tensors are bf16, fp16 or fp32.
      \"""

      from torch import Tensor, nn

      from .invact_torch import %1$s

      __all__ = [%2$s]
      """;

  /** Layer, function. */
  static final String LAYER =
      """


      class %1$s(nn.Module):
          has_backward = True
          can_torch_compile = True

          def forward(self, input: Tensor) -> Tensor:
              return %2$s(input)
      """;

  /** Version, command, names of layers. */
  static final String README =
      """
      # invact

      Activations that keep their output and one bit an element for the backward pass, where PyTorch
      keeps their input: layers for Hugging Face's `kernels`, in training and in inference, eager and
      compiled. Made by invact %1$s:

          %2$s

      ```python
      from pathlib import Path

      from kernels import LocalLayerRepository, Mode, kernelize, use_kernel_mapping

      names = [%3$s]
      folder = Path("...")  # this one
      layers = {name: LocalLayerRepository(folder, layer_name=name) for name in names}
      mapping = {name: {"cuda": layer, "cpu": layer} for name, layer in layers.items()}
      with use_kernel_mapping(mapping, inherit_mapping=False):
          model = kernelize(model, mode=Mode.TRAINING | Mode.TORCH_COMPILE)
      ```

      It pays where the next layer is a Linear that is trained, with no dropout in between.
      """;
}
