"""A kernel launched from where it was compiled gets what Triton's own launch gives it. No card is needed."""

import functools

import pytest
import torch

import invact_torch as inv

triton = pytest.importorskip("triton", reason="Triton is not installed")
from triton.backends.compiler import GPUTarget  # noqa: E402
from triton.runtime.driver import driver  # noqa: E402

CURRENT = -1  # what get_device() is for a tensor on the CPU


class Driver:
    """Stands in for CUDA's: compiles for an H100 and records launches."""

    def __init__(self):
        self.launches = []
        self.utils = self
        self.launcher_cls = lambda source, metadata: lambda *given: self.launches.append(given)
        self.get_current_device = lambda: 0
        self.get_current_stream = lambda device: 7
        self.get_current_target = lambda: GPUTarget("cuda", 90, 32)
        self.get_device_properties = lambda device: {"max_shared_mem": 232448}
        self.load_binary = lambda *binary: (object(), object(), 32, 0, 1024)
        self.unload_module = lambda module: None


@pytest.fixture
def launches(monkeypatch):
    if inv._INTERPRET:
        pytest.skip("Triton's interpreter launches nothing")
    if torch.version.cuda is None:
        pytest.skip("this PyTorch is not built for CUDA")
    fake = Driver()
    monkeypatch.setattr(inv, "_current_device", lambda: CURRENT)
    monkeypatch.setattr(inv, "_raw_stream", lambda index: 7)
    monkeypatch.setattr(driver, "_active", fake)
    yield fake.launches
    for kernel in KERNELS:
        for compiled in kernel.device_caches[0][0].values():
            compiled.module = None  # nothing is to be unloaded
    KERNELS.clear()


KERNELS = []


def program(dtype):
    """One of its own, so that no handle of a real card is in it."""
    KERNELS.append(triton.jit(inv._activation_forward_kernel.fn))
    forward = inv._coefficients("silu", dtype).forward
    return inv._Program(KERNELS[-1], FORWARD=forward, THRESHOLD=-1.0, INDICATOR=True, PTX=True, BLOCK=1024)


def plain(launch):
    """A launch with addresses for tensors, and without the hooks of profilers."""
    given = [x.data_ptr() if isinstance(x, torch.Tensor) else x for x in launch]
    return given[:6] + given[9:]


@pytest.mark.parametrize("n", [1, 16, 4097])
def test_same_launch(launches, n):
    tensors = [torch.empty(n, dtype=dtype) for dtype in (torch.bfloat16, torch.bfloat16, torch.uint8)]
    assert all(t.data_ptr() % 16 == 0 for t in tensors)
    run = program(torch.bfloat16)
    for _ in range(3):
        run(-(-n // 1024), tensors, n)
    first, second, third = launches
    assert plain(first) == plain(second) == plain(third)
    assert first[:4] == (-(-n // 1024), 1, 1, 7)
    assert any(isinstance(x, torch.Tensor) for x in first)
    assert not any(isinstance(x, torch.Tensor) for x in second)  # the second was not Triton's


def test_what_is_compiled_for_multiples_of_16_gets_no_others(launches):
    buffers = [torch.empty(80, dtype=dtype) for dtype in (torch.bfloat16, torch.bfloat16, torch.uint8)]
    tensors = [t[:64] for t in buffers]
    run = program(torch.bfloat16)
    run(1, tensors, 64)
    shifted = [tensors[0], buffers[1][1:65], tensors[2]]
    run(1, shifted, 64)
    run(1, shifted, 64)
    run(1, [t[:63] for t in tensors], 63)
    run(1, tensors, 64)
    functions = [launch[4] for launch in launches]
    assert functions[0] is functions[4]
    assert functions[1] is functions[2] and len({*map(id, functions)}) == 3
    assert launches[1][10].data_ptr() == buffers[1].data_ptr() + 2


def test_profilers_see_launches(launches):
    tensors = [torch.empty(64, dtype=dtype) for dtype in (torch.bfloat16, torch.bfloat16, torch.uint8)]
    run = program(torch.bfloat16)
    run(1, tensors, 64)
    hook = triton.knobs.runtime.launch_enter_hook
    seen = functools.partial(print)
    hook.add(seen)
    try:
        run(1, tensors, 64)
    finally:
        hook.remove(seen)
    assert launches[1][7] is hook and launches[1][6] is not None
    run(1, tensors, 64)
    assert launches[2][6:9] == (None, None, None)


def test_few_launches_are_kept(launches, monkeypatch):
    monkeypatch.setattr(inv, "_MOST_LAUNCHES", 4)
    run = program(torch.bfloat16)
    for n in range(32, 32 + 16 * 6, 16):
        tensors = [torch.empty(n, dtype=dtype) for dtype in (torch.bfloat16, torch.bfloat16, torch.uint8)]
        run(1, tensors, n)
    assert len(run.compiled) <= 4
    run(0, tensors, 0)
    assert len(launches) == 6
