"""Norms that keep their output: gradients of every channel, at every step, and what is kept."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import invact_torch as inv
from support import DTYPES, held_bytes, relative

ROWS, N = 400, 48


def reference(x, w, b, dy, variant, eps=1e-5, dtype=torch.float32):
    """y and gradients in fp64."""
    leaves = [t.detach().double().requires_grad_() for t in (x, w) + (() if b is None else (b,))]
    if variant == "layer":
        y = F.layer_norm(leaves[0], (x.shape[-1],), leaves[1], leaves[2], eps)
    else:
        weight = leaves[1] + 1.0 if variant == "gemma" else leaves[1]
        y = F.rms_norm(leaves[0], (x.shape[-1],), None, eps)
        y = y * weight
    y.backward(dy.double())
    return y.detach(), [t.grad for t in leaves]


def worst_channel(actual, exact):
    """The largest error of a channel, relative to it or to all channels' root mean square."""
    scale = torch.maximum(exact.abs(), exact.square().mean().sqrt())
    return ((actual.double() - exact).abs() / scale).max().item()


def run(x, w, b, dy, variant, **options):
    x, w = x.detach().requires_grad_(), w.detach().requires_grad_()
    if variant == "layer":
        b = b.detach().requires_grad_()
        y = inv.layer_norm(x, x.shape[-1], w, b, **options)
    else:
        y = inv.rms_norm(x, x.shape[-1], w, 1e-5, variant=variant, **options)
    y.backward(dy)
    return y.detach(), [x.grad, w.grad] + ([b.grad] if variant == "layer" else [])


BOUNDS = {"bf16": (2.5e-3, 1.2e-2), "fp16": (4e-4, 2e-3), "fp32": (2e-6, 1e-5)}


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("variant", ["layer", "torch", "llama", "gemma"])
def test_gradients(device, variant, label):
    dtype = DTYPES[label]
    x = (2.0 * torch.randn(ROWS, N, device=device) + 0.5).to(dtype)
    w = (0.0 if variant == "gemma" else 1.0) + 0.3 * torch.randn(N, device=device)
    w = w.to(dtype)
    b = (0.1 * torch.randn(N, device=device)).to(dtype)
    dy = torch.randn(ROWS, N, device=device).to(dtype)
    y, gradients = run(x, w, b, dy, variant)
    exact, expected = reference(x, w, b if variant == "layer" else None, dy, variant)
    factor = 2 if variant == "llama" else 1
    assert relative(y, exact) <= factor * BOUNDS[label][0]
    assert relative(gradients[0], expected[0]) <= factor * BOUNDS[label][0]
    for mine, theirs in zip(gradients[1:], expected[1:]):
        assert worst_channel(mine, theirs) <= factor * BOUNDS[label][1]


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("which", ["zero", "negative zero", "tiny", "large bias", "all"])
def test_every_channel_of_layer_norm(device, which, label):
    """Each channel in turn is hard; all of them at once."""
    dtype = DTYPES[label]
    n = 12
    x = torch.randn(ROWS, n, device=device).to(dtype)
    dy = torch.randn(ROWS, n, device=device).to(dtype)
    for channel in range(n):
        w = 1.0 + 0.2 * torch.randn(n, device=device)
        b = 0.2 * torch.randn(n, device=device)
        at = slice(None) if which == "all" else channel
        if which == "zero":
            w[at] = 0.0
        elif which == "negative zero":
            w[at], b[at] = -0.0, 0.0
        elif which == "tiny":
            w[at] = 1e-6
        else:
            w[at] = -0.01
            b[at] = 10.0
        w, b = w.to(dtype), b.to(dtype)
        _, gradients = run(x, w, b, dy, "layer")
        _, expected = reference(x, w, b, dy, "layer")
        assert relative(gradients[0], expected[0]) <= BOUNDS[label][0] * (2 if which == "all" else 1)
        assert worst_channel(gradients[1], expected[1]) <= BOUNDS[label][1]
        assert worst_channel(gradients[2], expected[2]) <= BOUNDS[label][1]
        if which == "all":
            break


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("variant", ["torch", "gemma"])
def test_a_weight_of_zero_learns(device, variant, label):
    dtype = DTYPES[label]
    zero = -1.0 if variant == "gemma" else 0.0
    w = torch.full((N,), zero, device=device, dtype=dtype)
    x = torch.randn(ROWS, N, device=device).to(dtype)
    dy = torch.randn(ROWS, N, device=device).to(dtype)
    y, gradients = run(x, w, None, dy, variant)
    _, expected = reference(x, w, None, dy, variant)
    assert y.abs().max().item() < 1e-20
    assert worst_channel(gradients[1], expected[1]) <= BOUNDS[label][1]
    assert gradients[0].abs().max().item() < 1e-20


def test_layer_norm_is_no_less_accurate_than_twice_eager(device):
    """In bf16, on weights as in trained models and on hard ones, relative to fp64."""
    for hard in (False, True):
        x = torch.randn(2048, 384, device=device).bfloat16()
        w = (1.0 + 0.1 * torch.randn(384, device=device)).bfloat16()
        b = (0.05 * torch.randn(384, device=device)).bfloat16()
        if hard:
            w[5] = 0.0
            w[17], b[17] = 0.01, 10.0
            b[5] = 0.5
        dy = torch.randn(2048, 384, device=device).bfloat16()
        _, ours = run(x, w, b, dy, "layer")
        _, exact = reference(x, w, b, dy, "layer")
        leaves = [t.clone().requires_grad_() for t in (x, w, b)]
        F.layer_norm(leaves[0], (384,), leaves[1], leaves[2]).backward(dy)
        assert relative(ours[0], exact[0]) <= 1.1 * relative(leaves[0].grad, exact[0])
        assert relative(ours[1], exact[1]) <= 2 * max(relative(leaves[1].grad, exact[1]), 1.7e-3)


@pytest.mark.parametrize("way", ["in place", "data", "load_state_dict", "set"])
def test_the_rule_holds_when_weights_change(device, way):
    norm = inv.LayerNorm(N, device=device, dtype=torch.bfloat16)
    x = torch.randn(ROWS, N, device=device).bfloat16()
    dy = torch.randn(ROWS, N, device=device).bfloat16()
    norm(x).backward(dy)
    norm.zero_grad()
    w, b = norm.weight.detach().clone(), norm.bias.detach().clone()
    w[7], b[9] = 1e-3, 300.0
    b[7] = 1.0
    if way == "in place":
        with torch.no_grad():
            norm.weight.copy_(w)
            norm.bias.copy_(b)
    elif way == "data":
        norm.weight.data.copy_(w)
        norm.bias.data.copy_(b)
        inv.weights_changed()
    elif way == "load_state_dict":
        norm.load_state_dict({"weight": w, "bias": b})
    else:
        norm.weight.data = w
        norm.bias.data = b
    leaf = x.clone().requires_grad_()
    norm(leaf).backward(dy)
    _, expected = reference(x, norm.weight, norm.bias, dy, "layer")
    assert relative(leaf.grad, expected[0]) <= BOUNDS["bf16"][0]
    assert worst_channel(norm.weight.grad, expected[1]) <= BOUNDS["bf16"][1]


def stepped(norm, w, b):
    """A step of an optimizer that brings a norm's parameters to w and b."""
    norm.weight.grad = (norm.weight - w).detach()
    norm.bias.grad = (norm.bias - b).detach()
    torch.optim.SGD(norm.parameters(), lr=1.0).step()
    norm.zero_grad()


def after(norm, x, dy):
    """dx with that in fp64, and the errors of dx and of the worst channel of dw."""
    leaf = x.clone().requires_grad_()
    norm(leaf).backward(dy)
    _, (dx, dw, _) = reference(x, norm.weight, norm.bias, dy, "layer")
    errors = relative(leaf.grad, dx), worst_channel(norm.weight.grad, dw)
    norm.zero_grad()
    return leaf.grad, dx, errors


def right(errors):
    return errors[0] <= BOUNDS["bf16"][0] and errors[1] <= BOUNDS["bf16"][1]


def test_room_is_kept_for_channels_that_become_hard(device):
    """Where one was nearly hard, four have room after an optimizer's step, however hard they are then."""
    norm = inv.LayerNorm(N, device=device, dtype=torch.bfloat16)
    x = torch.randn(ROWS, N, device=device).bfloat16()
    dy = torch.randn(ROWS, N, device=device).bfloat16()
    with torch.no_grad():
        norm.bias[9] = 0.5
    assert right(after(norm, x, dy)[2])
    w, b = norm.weight.detach().clone(), norm.bias.detach().clone()
    b[9], w[7], b[7], w[3], b[3], b[2] = 300.0, 0.0, 1.0, 1e-3, -1.0, 2.5
    stepped(norm, w, b)
    assert right(after(norm, x, dy)[2])
    for channel in range(10, 15):
        b[channel] = 3.0 * channel
        stepped(norm, w, b)
        assert right(after(norm, x, dy)[2])


def test_a_channel_that_none_expected_is_a_step_late(device):
    norm = inv.LayerNorm(N, device=device, dtype=torch.bfloat16)
    x = torch.randn(ROWS, N, device=device).bfloat16()
    dy = torch.randn(ROWS, N, device=device).bfloat16()
    assert right(after(norm, x, dy)[2])
    w, b = norm.weight.detach().clone(), norm.bias.detach().clone()
    w[7], b[7] = 0.0, 1.0
    stepped(norm, w, b)
    dx, exact, _ = after(norm, x, dy)
    others = torch.arange(N, device=device) != 7
    assert relative(dx[:, others], exact[:, others]) <= BOUNDS["bf16"][0]
    # With w = 0 dx is x^, which is at most sqrt(n), times a mean that is below 1 here.
    rstd = 1 / x.double().std(1, correction=0)
    assert (dx[:, 7].double().abs() <= N**0.5 * rstd).all()
    stepped(norm, w, b)
    assert right(after(norm, x, dy)[2])


def test_room():
    assert inv._room(0, 0, 99) == 0 and inv._room(0, 1, 99) == 4
    assert inv._room(16, 20, 99) == 22 and inv._room(16, 20, 20) == 20


def test_weights_are_looked_at_once_a_change(device, monkeypatch):
    norms = [inv.LayerNorm(8, device=device) for _ in range(5)]
    x = torch.randn(4, 8, device=device)
    looked = []
    severity = inv._severity
    monkeypatch.setattr(inv, "_severity", lambda some: looked.extend(some) or severity(some))

    def step():
        looked.clear()
        out = x
        for norm in norms:
            out = norm(out)
        return out, len(looked)

    step()
    assert step()[1] == 0
    optimizer = torch.optim.SGD([p for norm in norms for p in norm.parameters()], lr=0.1)
    step()[0].square().sum().backward()
    optimizer.step()
    lists = []
    tolist = torch.Tensor.tolist
    monkeypatch.setattr(torch.Tensor, "tolist", lambda tensor: lists.append(tensor) or tolist(tensor))
    with torch.no_grad():
        assert step()[1] == 0
    assert step()[1] >= 5
    assert step()[1] == 0
    assert not lists  # an optimizer's step is not waited for
    optimizer.step()
    assert step()[1] >= 5
    assert lists and all(not numbers.is_cuda for numbers in lists)  # those of the step before
    lists.clear()
    inv.weights_changed()
    assert step()[1] >= 5
    assert sum(numbers.device == x.device for numbers in lists) >= 1
    assert sum(numbers.is_cuda for numbers in lists) <= 1  # one wait for all norms
    assert step()[1] == 0


def test_norms_of_several_kinds_are_looked_at_together(device):
    """Every norm's side channels are its own, whatever was looked at with it."""
    kinds = [(8, torch.float32), (8, torch.float32), (12, torch.float32), (8, torch.bfloat16)]
    norms = [inv.LayerNorm(n, device=device, dtype=dtype) for n, dtype in kinds]
    for i, norm in enumerate(norms):
        norm(torch.randn(3, norm.normalized_shape[0], device=device, dtype=norm.weight.dtype))
        with torch.no_grad():
            norm.bias[i : 2 * i + 1] = 5.0
    for i, norm in enumerate(norms):
        x = torch.randn(3, norm.normalized_shape[0], device=device, dtype=norm.weight.dtype)
        side = inv._side_channels(norm.weight, norm.bias, "layer", False)
        hard = torch.zeros_like(norm.weight, dtype=torch.bool)
        hard[i : 2 * i + 1] = True
        assert side.width == i + 1 and torch.equal(side.slot >= 0, hard)
        assert side.slot[hard].sort().values.tolist() == list(range(i + 1))
        norm(x.requires_grad_()).sum().backward()


def test_norms_of_another_dtype_are_looked_at_under_autocast(device):
    half = inv.LayerNorm(8, device=device, dtype=torch.float16)
    full = inv.LayerNorm(8, device=device, readers_are_linear=True)
    half(torch.randn(3, 8, device=device).half())
    with torch.no_grad():
        half.bias[2] = 5.0
    with torch.autocast(device.type, torch.bfloat16):
        full(torch.randn(3, 8, device=device))
        assert inv._PLANS[id(half.weight)].side.width == 1


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("kind", ["layer", "rms"])
def test_bytes(device, kind, label):
    dtype = DTYPES[label]
    norm = (inv.LayerNorm if kind == "layer" else inv.RMSNorm)(256, device=device, dtype=dtype)
    last = nn.Linear(256, 16, device=device, dtype=dtype)
    x = torch.randn(64, 256, device=device, dtype=dtype, requires_grad=True)
    held, _ = held_bytes(lambda: last(norm(x)), [x, *norm.parameters(), *last.parameters()])
    assert held == 64 * 256 * dtype.itemsize + 64 * 4  # a number a row


@pytest.mark.parametrize("low", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", ["layer", "torch", "llama", "gemma"])
def test_autocast(device, kind, low):
    """fp32 parameters and residual stream; y is fp32, or what the Linears read."""
    n = 64
    options = {} if kind == "layer" else {"variant": kind, "eps": 1e-6}
    x = torch.randn(32, n, device=device)
    for linear in (False, True):
        make = inv.LayerNorm if kind == "layer" else inv.RMSNorm
        norm = make(n, device=device, readers_are_linear=linear, **options)
        with torch.no_grad():
            norm.weight.add_(0.1 * torch.randn(n, device=device))
            norm.weight[3] = 0.0
            if kind == "layer":
                norm.bias[4] = 500.0
        last = nn.Linear(n, 8, device=device)
        leaf = x.clone().requires_grad_()
        ignored = [leaf, *norm.parameters(), *last.parameters()]

        def call():
            with torch.autocast(device.type, dtype=low):
                y = norm(leaf)
                assert y.dtype == (low if linear else torch.float32)
                return last(y)

        held, out = held_bytes(call, ignored)
        # last keeps a copy of y in 16 bits, and of its weight; the norm, if y is fp32, one of x^,
        # else x^ of up to two hard channels and where they are.
        side = 2 * 32 * 2 + n * 4 if linear else 0
        weight = 8 * n * 2
        copies = 1 if linear else 2
        assert held - weight <= copies * 32 * n * 2 + 32 * 4 + side
        dy = torch.randn_like(out)
        out.backward(dy)
        dnorm = (dy.double() @ last.weight.detach().double()).float()
        _, expected = reference(
            x, norm.weight, norm.bias if kind == "layer" else None, dnorm, kind, eps=norm.eps
        )
        assert relative(leaf.grad, expected[0]) <= 2e-2
        assert worst_channel(norm.weight.grad, expected[1]) <= 5e-2


def test_dtypes_as_eager(device):
    x = torch.randn(4, 32, device=device).bfloat16()
    w = torch.ones(32, device=device)
    assert inv.rms_norm(x, 32, w).dtype == torch.bfloat16
    assert inv.rms_norm(x, 32, w, variant="llama").dtype == torch.float32
    assert inv.rms_norm(x, 32, w, variant="gemma").dtype == torch.bfloat16
    eager = x.float()
    eager = (eager * torch.rsqrt(eager.pow(2).mean(-1, keepdim=True) + 1e-6)).bfloat16()
    ours = inv.rms_norm(x, 32, (0.5 * w).bfloat16(), 1e-6, variant="llama")
    assert torch.equal(ours, eager * (0.5 * w).bfloat16())


def test_shapes_and_missing_parameters(device):
    x = torch.randn(3, 4, 5, 6, device=device, requires_grad=True)
    w, b = (torch.randn(5, 6, device=device, requires_grad=True) for _ in range(2))
    torch.testing.assert_close(inv.layer_norm(x, (5, 6), w, b), F.layer_norm(x, (5, 6), w, b))
    torch.testing.assert_close(inv.layer_norm(x, 6), F.layer_norm(x, (6,)))
    torch.testing.assert_close(inv.rms_norm(x, (5, 6), w), F.rms_norm(x, (5, 6), w))
    torch.testing.assert_close(inv.rms_norm(x.transpose(1, 2), 6), F.rms_norm(x.transpose(1, 2), (6,)))
    dy = torch.randn_like(x)
    ours = torch.autograd.grad(inv.layer_norm(x, (5, 6), w, b), (x, w, b), dy)
    theirs = torch.autograd.grad(F.layer_norm(x, (5, 6), w, b), (x, w, b), dy)
    for mine, expected in zip(ours, theirs):
        torch.testing.assert_close(mine, expected, atol=1e-4, rtol=1e-4)
    ours = torch.autograd.grad(inv.layer_norm(x, 6), x, dy)[0]
    torch.testing.assert_close(
        ours, torch.autograd.grad(F.layer_norm(x, (6,)), x, dy)[0], atol=1e-4, rtol=1e-4
    )
    assert inv.layer_norm(x[:0], (5, 6), w, b).shape == (0, 4, 5, 6)
    with pytest.raises(ValueError, match="does not end in"):
        inv.layer_norm(x, 5)
    with pytest.raises(ValueError, match="weight has shape"):
        inv.layer_norm(x, 6, w)


def test_frozen_parameters(device):
    x = torch.randn(8, 16, device=device, requires_grad=True)
    w, b = torch.ones(16, device=device), torch.zeros(16, device=device)
    inv.layer_norm(x, 16, w, b).square().sum().backward()
    assert x.grad is not None and w.grad is None
    w.requires_grad_()
    inv.layer_norm(x.detach(), 16, w, b).square().sum().backward()
    assert w.grad is not None


def test_long_rows_take_torch_operations(device):
    x = torch.randn(2, inv._LONGEST_ROW + 8, device=device, requires_grad=True)
    w = torch.ones(x.shape[1], device=device)
    torch.testing.assert_close(inv.rms_norm(x, x.shape[1], w), F.rms_norm(x, (x.shape[1],), w))


def test_state_dict_fits_torch(device):
    ours, theirs = inv.LayerNorm(8, device=device), nn.LayerNorm(8, device=device)
    theirs.load_state_dict(ours.state_dict())
    inv.RMSNorm(8, device=device).load_state_dict(nn.RMSNorm(8, device=device).state_dict())
    assert (inv.RMSNorm(8, variant="gemma", device=device).weight == 0).all()
