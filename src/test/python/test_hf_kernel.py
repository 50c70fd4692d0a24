"""The kernel folder of `invact export --hf-kernel`, loaded by Hugging Face's kernels, in models of transformers."""

import os
import socket
import subprocess
from pathlib import Path

import pytest
import torch

import invact_torch as inv
from support import held_bytes, relative

kernels = pytest.importorskip("kernels")
transformers = pytest.importorskip("transformers")

from kernels import LocalLayerRepository, Mode, kernelize, replace_kernel_forward_from_hub, use_kernel_mapping  # noqa: E402
from transformers import activations  # noqa: E402

ROOT = Path(__file__).parents[3]
# Layer, transformers' name of the activation, its class, the function here.
LAYERS = [
    ("GeLU", "gelu", activations.GELUActivation, inv.gelu),
    ("SiLU", "silu", activations.SiLUActivation, inv.silu),
    ("GeluTanh", "gelu_pytorch_tanh", activations.GELUTanh, inv.gelu_tanh),
    ("NewGELU", "gelu_new", activations.NewGELUActivation, inv.gelu_tanh),
    ("FastGELU", "gelu_fast", activations.FastGELUActivation, inv.gelu_tanh),
    ("QuickGELU", "quick_gelu", activations.QuickGELUActivation, inv.quick_gelu),
]
NAMES = [layer[0] for layer in LAYERS]
BATCH, LENGTH, WIDTH, DEPTH = 2, 24, 64, 2


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """INVACT_HF_KERNEL names a folder that was exported before, for a machine without Java."""
    given = os.environ.get("INVACT_HF_KERNEL")
    if given:
        return Path(given)
    out = tmp_path_factory.mktemp("export") / "kernel"
    done = subprocess.run(
        [ROOT / "cli" / "invact", "export", "--all", "--hf-kernel", out],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if "no JDK 25" in done.stderr:
        pytest.skip("needs a JDK 25 to export, or INVACT_HF_KERNEL")
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(autouse=True)
def without_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a local kernel needs no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def extensible(monkeypatch):
    """Marks transformers' classes, which it does itself where it accepts the version of kernels."""
    for name, _, cls, _ in LAYERS:
        for attribute in ("kernel_layer_name", "kernel_condition"):
            monkeypatch.setattr(cls, attribute, None, raising=False)
        replace_kernel_forward_from_hub(cls, name)


def model_of(activation, device, dtype):
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=97,
        hidden_size=WIDTH,
        num_hidden_layers=DEPTH,
        num_attention_heads=2,
        intermediate_size=4 * WIDTH,
        hidden_act=activation,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return transformers.BertForMaskedLM(config).to(device, dtype).train()


def kernelized(model, folder, device, mode=Mode.TRAINING | Mode.TORCH_COMPILE):
    layers = {name: LocalLayerRepository(folder, layer_name=name) for name in NAMES}
    mapping = {name: {"cuda": layer, "cpu": layer} for name, layer in layers.items()}
    with use_kernel_mapping(mapping, inherit_mapping=False):
        return kernelize(model, mode=mode, device=device.type)


def batch(device):
    generator = torch.Generator().manual_seed(2)
    ids = torch.randint(0, 97, (BATCH, LENGTH), generator=generator).to(device)
    return {"input_ids": ids, "labels": ids}


def replaced(model):
    return [module for module in model.modules() if "forward" in vars(module)]


@pytest.mark.parametrize(("name", "activation", "cls", "function"), LAYERS, ids=NAMES)
def test_one_training_step(name, activation, cls, function, folder, device):
    native = model_of(activation, device, torch.float32)
    ours = kernelized(model_of(activation, device, torch.float32), folder, device)
    changed = replaced(ours)
    # One activation a layer and that of the head before the vocabulary.
    assert len(changed) == DEPTH + 1
    for module in changed:
        assert type(module) is cls
        assert module.forward.__func__.__module__.startswith("_invact_")

    losses = []
    for model in (native, ours):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss = model(**batch(device)).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    after = [model(**batch(device)).loss.item() for model in (native, ours)]
    assert after[0] == pytest.approx(after[1], rel=1e-5) and after[1] < losses[1]
    for (key, theirs), (_, mine) in zip(native.named_parameters(), ours.named_parameters()):
        if theirs.grad.norm() < 1e-6:
            continue  # The key's bias has no effect on a softmax: its gradient is rounding.
        # The fp32 sets are off by 1.1e-6 RMS of g; three activations and rounded sums add up.
        assert relative(mine.grad, theirs.grad) < 1e-5, key


@pytest.mark.parametrize(("name", "activation", "cls", "function"), LAYERS, ids=NAMES)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32], ids=str)
def test_layers_are_the_functions(name, activation, cls, function, dtype, folder, device):
    """To the bit: the folder's module is the one that is installed here."""
    module = kernelized(cls(), folder, device)
    x = (4 * torch.randn(999, generator=torch.Generator().manual_seed(3))).to(device, dtype)
    results = []
    for call in (module, function):
        leaf = x.clone().requires_grad_()
        y = call(leaf)
        y.backward(torch.ones_like(y))
        results.append((y.detach(), leaf.grad))
    assert torch.equal(results[0][0], results[1][0]) and torch.equal(results[0][1], results[1][1])
    exact = cls()(x.double())
    # A result is rounded once; transformers' own formulas may differ from f by their constants.
    bound = {torch.bfloat16: 2.0**-8, torch.float16: 2.0**-11, torch.float32: 1e-6}[dtype]
    assert relative(results[0][0], exact) < bound


def test_half_of_the_bytes_are_kept(folder, device):
    native = model_of("gelu", device, torch.bfloat16)
    ours = kernelized(model_of("gelu", device, torch.bfloat16), folder, device)
    held = []
    for model in (native, ours):
        parameters = list(model.parameters())
        held.append(held_bytes(lambda: model(**batch(device)), parameters)[0])
    tokens = BATCH * LENGTH
    # Of 16 bits an element one stays, the sign of x − T; the head's y goes on to a norm, which keeps it too.
    elements = tokens * (4 * WIDTH * DEPTH + WIDTH)
    assert held[0] - held[1] == 2 * elements - elements // 8


@pytest.mark.parametrize("name", ["GeLU", "NewGELU"])
def test_compiled(name, folder, device):
    activation = {layer[0]: layer[1] for layer in LAYERS}[name]
    eager = kernelized(model_of(activation, device, torch.float32), folder, device)
    model = kernelized(model_of(activation, device, torch.float32), folder, device)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    for each in (eager, compiled):
        each(**batch(device)).loss.backward()
    for (key, theirs), (_, mine) in zip(eager.named_parameters(), model.named_parameters()):
        # The key's bias has no effect on a softmax: its gradient is rounding.
        assert theirs.grad.norm() < 1e-6 or relative(mine.grad, theirs.grad) < 1e-5, key


def test_inference_is_served_too(folder, device):
    native = model_of("gelu", device, torch.float32).eval()
    ours = kernelized(model_of("gelu", device, torch.float32), folder, device, Mode.INFERENCE).eval()
    assert len(replaced(ours)) == DEPTH + 1
    with torch.no_grad():
        assert relative(ours(**batch(device)).logits, native(**batch(device)).logits) < 1e-6


def test_no_layer_means_an_error(folder, device):
    repository = LocalLayerRepository(folder, layer_name="Mish")
    mapping = {"GeLU": {device.type: repository}}
    with (
        use_kernel_mapping(mapping, inherit_mapping=False),
        pytest.raises(ValueError, match="Layer `Mish` not found"),
    ):
        kernelize(activations.GELUActivation(), mode=Mode.TRAINING, device=device.type)


def test_lists_of_layers_and_metadata(folder):
    for backend in ("cpu", "cuda"):
        variant = folder / "build" / f"torch-{backend}"
        metadata = kernels._rust.Metadata.read_from_file(variant / "metadata.json")
        assert str(metadata.name) == "invact" and metadata.python_depends == []
        assert metadata.id.startswith(f"_invact_{backend}_")
