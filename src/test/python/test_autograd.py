"""Activations and gated units under autograd: what is kept, layouts, and what must raise an error."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import invact_torch as inv
from support import DTYPES, NAMES, held_bytes, relative


def native(name):
    return {
        "gelu": F.gelu,
        "silu": F.silu,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
        "mish": F.mish,
    }[name]


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("exact", [False, True])
def test_gradient(device, name, label, exact):
    x = torch.randn(40, 501, device=device).to(DTYPES[label]).requires_grad_()
    dy = torch.randn_like(x)
    y = inv.activation(name, x, exact=exact)
    assert y.dtype == x.dtype and y.shape == x.shape
    y.backward(dy)
    wide = x.detach().double().requires_grad_()
    reference = native(name)(wide)
    reference.backward(dy.double())
    bound = {"bf16": 5e-3, "fp16": 8e-4, "fp32": 5e-6}[label]
    assert relative(y.detach(), reference.detach()) <= bound
    assert relative(x.grad, wide.grad) <= bound


def test_functions_and_modules_name_the_right_activation(device):
    x = torch.linspace(-6, 6, 1001, device=device)
    pairs = [
        (inv.gelu(x), "gelu"),
        (inv.gelu(x, approximate="tanh"), "gelu_tanh"),
        (inv.gelu_tanh(x), "gelu_tanh"),
        (inv.silu(x), "silu"),
        (inv.quick_gelu(x), "quick_gelu"),
        (inv.mish(x), "mish"),
        (inv.GELU()(x), "gelu"),
        (inv.GELU("tanh")(x), "gelu_tanh"),
        (inv.SiLU()(x), "silu"),
        (inv.QuickGELU()(x), "quick_gelu"),
        (inv.Mish()(x), "mish"),
    ]
    for y, name in pairs:
        torch.testing.assert_close(y, native(name)(x), atol=1e-6, rtol=2e-5)


def test_without_gradients_nothing_is_kept(device):
    x = torch.randn(1000, device=device, requires_grad=True)
    with torch.no_grad():
        assert inv.gelu(x).grad_fn is None
    assert inv.gelu(x.detach()).grad_fn is None
    assert torch.equal(inv.gelu(x.detach()), inv.gelu(x).detach())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_inference_gives_the_same_values(device, mode):
    x = torch.randn(4, 32, device=device)
    w, b = torch.randn(32, device=device, requires_grad=True), torch.randn(32, device=device)
    b[3] = 500.0
    functions = [
        inv.gelu,
        lambda x: inv.swiglu(x, x),
        lambda x: inv.swiglu_(x * 1.0),
        lambda x: inv.swiglu_(x.half()),
        lambda x: inv.layer_norm(x, 32, w, b),
        lambda x: inv.rms_norm(x, 32, w),
        lambda x: inv.recompute("gelu", x, torch.tanh),
    ]
    for function in functions:
        expected = function(x.clone().requires_grad_())
        with mode():
            y = function(x.clone())
        assert not y.requires_grad and torch.equal(y, expected.detach())


@pytest.mark.parametrize("label", list(DTYPES))
def test_bytes_of_an_activation(device, label):
    dtype = DTYPES[label]
    first = nn.Linear(64, 256, device=device, dtype=dtype)
    last = nn.Linear(256, 64, device=device, dtype=dtype)
    x = torch.randn(128, 64, device=device, dtype=dtype)
    ignored = [x, *first.parameters(), *last.parameters()]
    elements = 128 * 256
    ours, _ = held_bytes(lambda: last(inv.gelu(first(x))), ignored)
    assert ours / elements == dtype.itemsize + 0.125
    eager, _ = held_bytes(lambda: last(F.gelu(first(x))), ignored)
    assert eager / elements == 2 * dtype.itemsize


def test_layouts(device):
    base = torch.randn(6, 8, 10, 12, device=device)
    cases = {
        "contiguous": base,
        "transposed": base.transpose(1, 3),
        "slice": base[:, ::2, :, 1:],
        "channels last": base.to(memory_format=torch.channels_last),
        "expanded": base[:1].expand(6, 8, 10, 12),
    }
    for label, x in cases.items():
        x = x.detach().clone(memory_format=torch.preserve_format) if label == "channels last" else x.detach()
        x.requires_grad_()
        y = inv.silu(x)
        dy = torch.randn(x.shape, device=device)
        (dx,) = torch.autograd.grad(y, x, dy)
        wide = x.detach().double().requires_grad_()
        (exact,) = torch.autograd.grad(F.silu(wide), wide, dy.double())
        assert relative(dx, exact) <= 5e-6, label
        if label == "channels last":
            assert y.is_contiguous(memory_format=torch.channels_last)
        with torch.autograd.graph.save_on_cpu():
            y = inv.silu(x)
        (again,) = torch.autograd.grad(y, x, dy)
        assert relative(again, exact) <= 5e-6, label


def test_gradients_of_stride_zero(device):
    x = torch.randn(33, 9, device=device, requires_grad=True)
    inv.gelu(x).sum().backward()
    expected = torch.autograd.grad(F.gelu(x), x, torch.ones_like(x))[0]
    torch.testing.assert_close(x.grad, expected, atol=inv.SETS["gelu", "fp32"].error_max, rtol=0)
    a, b = (torch.randn(7, 9, device=device, requires_grad=True) for _ in range(2))
    inv.swiglu(a, b).sum().backward()
    torch.testing.assert_close(b.grad, F.silu(a).detach(), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0, 5)])
def test_small_shapes(device, shape):
    x = torch.randn(shape, device=device, requires_grad=True)
    y = inv.gelu(x)
    assert y.shape == x.shape
    y.sum().backward()
    assert x.grad is not None and x.grad.shape == x.shape
    a, b = (torch.randn(shape, device=device, requires_grad=True) for _ in range(2))
    inv.swiglu(a, b).sum().backward()
    assert a.grad is not None and a.grad.shape == a.shape
    if shape and shape[-1]:
        inv.layer_norm(x, shape[-1]).sum().backward()


def all_functions(device):
    """A function of each autograd class, with inputs that require gradients."""

    def leaf(*shape):
        return torch.randn(*shape, device=device, requires_grad=True)

    w, b = leaf(16), leaf(16)
    return {
        "inverted": (inv.gelu, (leaf(4, 16),)),
        "exact": (lambda x: inv.activation("gelu", x, exact=True), (leaf(4, 16),)),
        "gated": (inv.swiglu, (leaf(4, 16), leaf(4, 16))),
        "gated in place": (lambda x: inv.swiglu_(x * 1.0), (leaf(4, 32),)),
        "gated fp16": (lambda x: inv.swiglu_(x.half()), (leaf(4, 32),)),
        "layer norm": (lambda x: inv.layer_norm(x, 16, w, b), (leaf(4, 16),)),
        "rms norm": (lambda x: inv.rms_norm(x, 16, w), (leaf(4, 16),)),
    }


def test_double_backward_is_refused(device):
    for function, inputs in all_functions(device).values():
        for power in (1, 2):  # the incoming gradient is a constant, then a function of y
            y = function(*inputs).float() ** power
            (dx,) = torch.autograd.grad(y.sum(), inputs[0], create_graph=True)
            with pytest.raises(NotImplementedError, match="second derivatives"):
                torch.autograd.grad(dx.sum(), inputs[0])
    with pytest.raises(NotImplementedError, match="second derivatives"):
        torch.func.grad(torch.func.grad(lambda x: inv.gelu(x).sum()))(torch.tensor(0.5, device=device))


def test_second_backward_is_refused(device):
    for function, inputs in all_functions(device).values():
        loss = function(*inputs).float().sum()
        loss.backward()
        with pytest.raises(RuntimeError, match="second time"):
            loss.backward()


def test_second_backward_over_a_retained_graph(device):
    for label, (function, inputs) in all_functions(device).items():
        loss = function(*inputs).float().square().sum()
        first = torch.autograd.grad(loss, inputs, retain_graph=True)
        second = torch.autograd.grad(loss, inputs)
        assert all(torch.equal(a, b) for a, b in zip(first, second)), label


def test_output_changed_in_place_is_refused(device):
    for label, (function, inputs) in all_functions(device).items():
        y = function(*inputs)
        if label in ("exact", "gated fp16"):
            continue  # y is not kept
        y.mul_(2.0)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()


def test_fp64_and_integers_are_refused(device):
    for dtype in (torch.float64, torch.int32, torch.complex64):
        x = torch.ones(3, device=device).to(dtype)
        with pytest.raises(TypeError, match="float32, bfloat16 or float16"):
            inv.gelu(x)
        with pytest.raises(TypeError, match="float32, bfloat16 or float16"):
            inv.swiglu(x, x)
        with pytest.raises(TypeError, match="float32, bfloat16 or float16"):
            inv.layer_norm(x, 3)


def test_unknown_names_are_refused(device):
    with pytest.raises(ValueError, match="no coefficient set for activation 'relu'; there are gelu"):
        inv.activation("relu", torch.ones(3, device=device))
    with pytest.raises(ValueError, match="approximate"):
        inv.gelu(torch.ones(3, device=device), approximate="erf")
    with pytest.raises(ValueError, match="variant"):
        inv.rms_norm(torch.ones(3, device=device), 3, variant="t5")


def test_func_grad(device):
    x = torch.randn(50, device=device)
    grad = torch.func.grad(lambda x: inv.gelu(x).square().sum())(x)
    expected = torch.func.grad(lambda x: F.gelu(x).square().sum())(x)
    torch.testing.assert_close(grad, expected, atol=1e-4, rtol=1e-4)
    w, b = torch.randn(50, device=device), torch.randn(50, device=device)
    x = torch.randn(4, 50, device=device)
    for function in (
        lambda x, w, b: inv.layer_norm(x, 50, w, b).sum(0).square().sum(),
        lambda x, w, b: inv.swiglu(x, x * w + b).square().sum(),
    ):
        ours = torch.func.grad(function, argnums=(0, 1, 2))(x, w, b)
        leaves = [t.clone().requires_grad_() for t in (x, w, b)]
        expected = torch.autograd.grad(function(*leaves), leaves)
        for a, e in zip(ours, expected):
            torch.testing.assert_close(a, e)


def test_vmap_is_refused(device):
    x = torch.randn(5, 32, device=device)
    w = torch.ones(32, device=device)
    with pytest.raises((NotImplementedError, RuntimeError), match="vmap"):
        torch.func.vmap(inv.gelu)(x)
    with pytest.raises((NotImplementedError, RuntimeError), match="vmap"):
        torch.func.vmap(lambda x: inv.swiglu_(x))(x)
    with pytest.raises((NotImplementedError, RuntimeError), match="vmap"):
        torch.func.vmap(lambda x: inv.rms_norm(x, 32, w))(x)
    with pytest.raises((NotImplementedError, RuntimeError), match="vmap"):
        torch.func.vmap(torch.func.grad(lambda x: inv.gelu(x).sum()))(x)


def test_forward_mode_is_refused(device):
    x = torch.randn(5, device=device)
    with pytest.raises((NotImplementedError, RuntimeError), match="jvp|forward"):
        torch.func.jvp(inv.gelu, (x,), (x,))


def test_saved_tensor_hooks_and_offload(device):
    for label, (function, inputs) in all_functions(device).items():
        loss = function(*inputs).float().square().sum()
        expected = torch.autograd.grad(loss, inputs)
        with torch.autograd.graph.save_on_cpu(pin_memory=False):
            loss = function(*inputs).float().square().sum()
        actual = torch.autograd.grad(loss, inputs)
        for a, e in zip(actual, expected):
            torch.testing.assert_close(a, e, msg=label)


@pytest.mark.parametrize("low", [torch.bfloat16, torch.float16])
def test_autocast(device, low):
    first = nn.Linear(16, 32, device=device)
    last = nn.Linear(32, 16, device=device)
    x = torch.randn(8, 16, device=device)

    def run(function):
        with torch.autocast(device.type, dtype=low):
            out = last(function(first(x)))
        return torch.autograd.grad(out.float().square().sum(), [*first.parameters()])

    for mine, theirs in (
        (inv.gelu, F.gelu),
        (lambda x: inv.swiglu(x, x), lambda x: F.silu(x) * x),
    ):
        for a, e in zip(run(mine), run(theirs)):
            assert relative(a, e) <= 3e-2


def test_kept_bits_are_not_differentiable(device):
    x = torch.randn(16, device=device, requires_grad=True)
    y, bits = inv._Inverted.apply(x, "gelu")
    assert y.requires_grad and not bits.requires_grad and bits.dtype == torch.uint8
