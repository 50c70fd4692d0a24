"""Output discarding: f(x) is freed once its reader has kept it, and computed again."""

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

import invact_torch as inv
from support import DTYPES, NAMES


def layers(device, dtype, gated=False):
    first = nn.Linear(8, 64 if gated else 32, device=device, dtype=dtype)
    return first, nn.Linear(32, 8, device=device, dtype=dtype)


class Watched(nn.Module):
    """A layer that remembers its input's storage."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, y):
        self.storage = y.untyped_storage()
        return self.layer(y)


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("name", [*NAMES, "swiglu"])
def test_gradients_are_those_of_keeping_everything(device, name, label):
    gated = name == "swiglu"
    first, last = layers(device, DTYPES[label], gated)
    parameters = [*first.parameters(), *last.parameters()]
    x = torch.randn(20, 8, device=device, dtype=DTYPES[label])
    if gated:
        plain = last(inv.gated("silu", *first(x).chunk(2, -1), exact=True))
    else:
        plain = last(inv.activation(name, first(x), exact=True))
    expected = torch.autograd.grad(plain.float().square().sum(), parameters)
    watched = Watched(last)
    if gated:
        out = inv.recompute("silu", tuple(first(x).chunk(2, -1)), watched)
    else:
        out = inv.recompute(name, first(x), watched)
    assert torch.equal(out, plain) and watched.storage.nbytes() == 0
    loss = out.float().square().sum()
    actual = torch.autograd.grad(loss, parameters, retain_graph=True)
    again = torch.autograd.grad(loss, parameters)
    for a, b, e in zip(actual, again, expected):
        assert torch.equal(a, e) and torch.equal(b, e)


def test_module(device):
    first, last = layers(device, torch.float32)
    module = nn.Sequential(first, inv.Recompute("gelu", last))
    x = torch.randn(20, 8, device=device)
    torch.testing.assert_close(module(x), last(inv.gelu(first(x))))
    module(x).sum().backward()
    assert sorted(module.state_dict()) == ["0.bias", "0.weight", "1.reader.bias", "1.reader.weight"]


@pytest.mark.parametrize("reentrant", [False, True])
def test_inside_checkpointing(device, reentrant):
    first, last = layers(device, torch.float32)
    parameters = [*first.parameters(), *last.parameters()]
    x = torch.randn(20, 8, device=device, requires_grad=True)

    def block(x):
        return inv.recompute("silu", first(x), last)

    expected = torch.autograd.grad(
        last(inv.activation("silu", first(x), exact=True)).square().sum(), parameters
    )
    out = checkpoint(block, x, use_reentrant=reentrant)
    out.square().sum().backward()
    for parameter, e in zip(parameters, expected):
        torch.testing.assert_close(parameter.grad, e)


def test_plain_where_it_cannot_be_followed(device):
    first, last = layers(device, torch.float32)
    x = torch.randn(20, 8, device=device)
    watched = Watched(last)
    with torch.no_grad():
        inv.recompute("gelu", first(x), watched)
        assert watched.storage.nbytes() > 0
    with torch.autograd.graph.save_on_cpu(pin_memory=False):
        inv.recompute("gelu", first(x), watched).sum().backward()
        assert watched.storage.nbytes() > 0
    same = inv.recompute("gelu", first(x), lambda y: y)
    same.sum().backward()
    view = inv.recompute("gelu", first(x), lambda y: y.t())
    view.sum().backward()


def test_frozen_reader_and_dropout(device):
    first, last = layers(device, torch.float32)
    last.requires_grad_(False)
    x = torch.randn(20, 8, device=device)
    inv.recompute("gelu", first(x), last).square().sum().backward()
    expected = torch.autograd.grad(last(inv.gelu(first(x))).square().sum(), first.weight)[0]
    torch.testing.assert_close(first.weight.grad, expected, atol=1e-4, rtol=1e-4)
    first.zero_grad()
    inv.recompute("gelu", first(x), nn.Sequential(nn.Dropout(0.5), last)).square().sum().backward()
    assert torch.isfinite(first.weight.grad).all()


def test_autocast(device):
    first, last = layers(device, torch.float32)
    x = torch.randn(20, 8, device=device)
    parameters = [*first.parameters(), *last.parameters()]
    with torch.autocast(device.type, dtype=torch.bfloat16):
        plain = last(inv.activation("gelu", first(x), exact=True))
        out = inv.recompute("gelu", first(x), last)
    expected = torch.autograd.grad(plain.float().square().sum(), parameters)
    actual = torch.autograd.grad(out.float().square().sum(), parameters)
    for a, e in zip(actual, expected):
        assert torch.equal(a, e)
