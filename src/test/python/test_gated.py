"""Gated units of two tensors and of a fused one."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import invact_torch as inv
from support import DTYPES, held_bytes, relative

UNITS = {
    "swiglu": (inv.swiglu, inv.swiglu_, F.silu),
    "geglu": (inv.geglu, inv.geglu_, F.gelu),
}
BOUNDS = {"bf16": 5e-3, "fp16": 6e-4, "fp32": 1e-6}


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("unit", list(UNITS))
def test_gradients_of_two_tensors_and_of_a_fused_one(device, unit, label):
    dtype = DTYPES[label]
    function, fused, gate = UNITS[unit]
    gate_up = torch.randn(3, 20, 2 * 77, device=device).to(dtype)
    dp = torch.randn(3, 20, 77, device=device).to(dtype)
    wide = gate_up.double().requires_grad_()
    a, b = wide.chunk(2, -1)
    exact = gate(a) * b
    (expected,) = torch.autograd.grad(exact, wide, dp.double())

    leaf = gate_up.clone().requires_grad_()
    p = function(*leaf.chunk(2, -1))
    assert p.is_contiguous() and relative(p.detach(), exact.detach()) <= BOUNDS[label]
    assert relative(torch.autograd.grad(p, leaf, dp)[0], expected) <= BOUNDS[label]

    leaf = gate_up.clone().requires_grad_()
    again = fused(leaf.clone())
    assert torch.equal(again, p)
    assert relative(torch.autograd.grad(again, leaf, dp)[0], expected) <= BOUNDS[label]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("label", list(DTYPES))
def test_bytes_of_a_fused_unit(device, label, bias):
    dtype = DTYPES[label]
    project = nn.Linear(32, 2 * 128, bias=bias, device=device, dtype=dtype)
    down = nn.Linear(128, 32, bias=bias, device=device, dtype=dtype)
    x = torch.randn(2, 40, 32, device=device, dtype=dtype)
    ignored = [x, *project.parameters(), *down.parameters()]
    held, out = held_bytes(lambda: down(inv.swiglu_(project(x))), ignored)
    per_element = held / (80 * 128)
    assert per_element == (6 if label == "fp16" else 2 * dtype.itemsize)
    parameters = [*project.parameters(), *down.parameters()]
    actual = torch.autograd.grad(out.float().square().sum(), parameters)
    a, b = project(x).chunk(2, -1)
    expected = torch.autograd.grad(down(F.silu(a) * b).float().square().sum(), parameters)
    for mine, theirs in zip(actual, expected):
        assert relative(mine, theirs) <= 3 * BOUNDS[label] + 1e-2 * (label == "bf16")


@pytest.mark.parametrize("label", list(DTYPES))
def test_bytes_of_two_projections(device, label):
    dtype = DTYPES[label]
    gate, up = (nn.Linear(32, 128, device=device, dtype=dtype) for _ in range(2))
    down = nn.Linear(128, 32, device=device, dtype=dtype)
    x = torch.randn(2, 40, 32, device=device, dtype=dtype)
    ignored = [x, *gate.parameters(), *up.parameters(), *down.parameters()]
    held, _ = held_bytes(lambda: down(inv.swiglu(gate(x), up(x))), ignored)
    assert held / (80 * 128) == (6 if label == "fp16" else 2 * dtype.itemsize)


def test_modules(device):
    a, b = torch.randn(4, 6, device=device), torch.randn(4, 6, device=device)
    for module, gate in (
        (inv.SwiGLU(), F.silu),
        (inv.GeGLU(), F.gelu),
        (inv.GeGLU("tanh"), lambda x: F.gelu(x, approximate="tanh")),
    ):
        torch.testing.assert_close(module(a, b), gate(a) * b, atol=1e-6, rtol=1e-4)
        torch.testing.assert_close(module(torch.cat([a, b], -1)), gate(a) * b, atol=1e-6, rtol=1e-4)


def test_the_fused_tensor_is_consumed(device):
    leaf = torch.randn(4, 12, device=device, requires_grad=True)
    gate_up = leaf * 2.0
    p = inv.swiglu_(gate_up)
    assert p.shape == (4, 6) and gate_up.shape == (0,)
    with torch.no_grad():
        plain = torch.randn(4, 12, device=device)
        expected = F.silu(plain[:, :6]) * plain[:, 6:]
        torch.testing.assert_close(inv.swiglu_(plain), expected, atol=1e-6, rtol=1e-4)


def test_a_fused_tensor_that_another_operation_kept_is_an_error(device):
    leaf = torch.randn(4, 12, device=device, requires_grad=True)
    gate_up = leaf.exp()  # keeps its output
    p = inv.swiglu_(gate_up)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        p.sum().backward()


def test_refusals(device):
    leaf = torch.randn(4, 12, device=device, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf"):
        inv.swiglu_(leaf)
    with pytest.raises(ValueError, match="even"):
        inv.swiglu_(torch.randn(4, 11, device=device))
    with pytest.raises(RuntimeError, match="neighbouring"):
        inv.swiglu_(torch.randn(12, 4, device=device).t())
    with pytest.raises(RuntimeError, match="overlap"):
        inv.swiglu_(torch.randn(1, 12, device=device).expand(4, 12))
    with pytest.raises(ValueError, match="one shape, dtype and device"):
        inv.swiglu(torch.randn(4, device=device), torch.randn(5, device=device))
    with pytest.raises(ValueError, match="one shape, dtype and device"):
        inv.swiglu(torch.randn(4, device=device), torch.randn(4, device=device).half())


def test_a_gate_that_is_zero_gives_the_gradient_of_its_factor(device):
    a = torch.tensor([0.0, -0.0, -200.0, 1e-38, -1e-38], device=device).bfloat16().requires_grad_()
    b = torch.tensor([1.5, -2.0, 3.0, 0.5, 4.0], device=device).bfloat16().requires_grad_()
    inv.swiglu(a, b).sum().backward()
    expected = torch.tensor([0.75, -1.0, 0.0, 0.25, 2.0], device=device).bfloat16()
    torch.testing.assert_close(a.grad, expected)
    assert b.grad.abs().max().item() < 1e-29
