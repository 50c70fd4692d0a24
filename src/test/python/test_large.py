"""Tensors of more than 2^31 elements on a card: offsets need 64 bits.

A small tensor is repeated until there are more than 2^31 elements. Each copy's results must equal the small tensor's.
"""

import pytest
import torch

import invact_torch as inv
from support import relative

pytestmark = pytest.mark.cuda

WIDTH = 4096
ROWS = 24
COPIES = 2**31 // (ROWS * WIDTH) + 1  # of the small tensor


@pytest.fixture
def large():
    if not torch.cuda.is_available():
        pytest.skip("torch.cuda.is_available() is false")
    torch.cuda.empty_cache()
    free = torch.cuda.mem_get_info()[0]
    if free < 45e9:
        pytest.skip(f"needs 45 GB of free GPU memory, there are {free / 1e9:.0f}")
    yield torch.device("cuda")
    torch.cuda.empty_cache()


def small(device, width=WIDTH):
    return torch.randn(ROWS, width, device=device).bfloat16()


def repeated(x):
    return x.repeat(COPIES, 1)


def assert_copies(large, x):
    for copies in large.view(COPIES, *x.shape).split(1000):
        assert torch.equal(copies, x.expand_as(copies))


def run(function, inputs, dy):
    inputs = [x.detach().requires_grad_() for x in inputs]
    y = function(*inputs)
    return y.detach(), *torch.autograd.grad(y, inputs, dy)


@pytest.mark.parametrize("exact", [False, True])
def test_activation(large, exact):
    x, dy = small(large), small(large)

    def function(x):
        return inv.activation("gelu", x, exact=exact)

    for mine, expected in zip(
        run(function, [repeated(x)], repeated(dy)), run(function, [x], dy), strict=True
    ):
        assert_copies(mine, expected)


def test_gated(large):
    a, b, dp = small(large), small(large), small(large)
    for mine, expected in zip(
        run(inv.swiglu, [repeated(a), repeated(b)], repeated(dp)), run(inv.swiglu, [a, b], dp), strict=True
    ):
        assert_copies(mine, expected)


def test_gated_of_a_fused_tensor(large):
    both, dp = small(large), small(large, width=WIDTH // 2)

    def function(x):
        return inv.swiglu_(x * 1.0)

    for mine, expected in zip(
        run(function, [repeated(both)], repeated(dp)), run(function, [both], dp), strict=True
    ):
        assert_copies(mine, expected)


@pytest.mark.parametrize("kind", ["layer", "rms"])
def test_norm(large, kind):
    x, dy = small(large), small(large)
    w = (1.0 + 0.1 * torch.randn(WIDTH, device=large)).bfloat16()
    b = (0.1 * torch.randn(WIDTH, device=large)).bfloat16()
    w[7], b[7] = 0.0, 1.0  # kept beside y

    def function(x, w):
        return inv.layer_norm(x, WIDTH, w, b) if kind == "layer" else inv.rms_norm(x, WIDTH, w)

    y, dx, dw = run(function, [repeated(x), w], repeated(dy))
    expected = run(function, [x, w], dy)
    assert_copies(y, expected[0])
    assert_copies(dx, expected[1])
    # dw is summed in fp32 and rounded to bf16 once, on both sides: an error of half an ulp, 2^-9, each.
    assert relative(dw, COPIES * expected[2].double()) <= 2 * 2.0**-9
