"""DDP, FSDP2 and DTensor with two processes over gloo, or over NCCL where there are two cards."""

import os
import socket
import traceback

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch import nn

import invact_torch as inv


def block():
    torch.manual_seed(5)
    return Block()


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = inv.LayerNorm(16)
        self.gate_up = nn.Linear(16, 64)
        self.down = nn.Linear(32, 16)
        self.rms = inv.RMSNorm(16, eps=1e-6)
        self.up = nn.Linear(16, 64)
        self.last = nn.Linear(64, 16)

    def forward(self, x):
        x = x + self.down(inv.swiglu_(self.gate_up(self.norm(x))))
        return x + self.last(inv.gelu(self.up(self.rms(x))))


def plain(m, x):
    """The same in PyTorch's own functions."""
    a, b = m.gate_up(F.layer_norm(x, (16,), m.norm.weight, m.norm.bias)).chunk(2, -1)
    x = x + m.down(F.silu(a) * b)
    return x + m.last(F.gelu(m.up(F.rms_norm(x, (16,), m.rms.weight, 1e-6))))


def data(step, device):
    generator = torch.Generator().manual_seed(step)
    return torch.randn(8, 16, generator=generator).to(device)


STEPS = 4


def train(model, forward, inputs, hard):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for step in range(STEPS):
        loss = forward(inputs(step)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step == 1:
            hard(model)


def harden(model):
    """Makes a channel hard, through local parts where parameters are sharded, and says so."""
    with torch.no_grad():
        for parameter, value in ((model.norm.weight, 1e-3), (model.norm.bias, 3.0)):
            local = parameter.to_local() if hasattr(parameter, "to_local") else parameter
            rank = dist.get_rank() if hasattr(parameter, "to_local") else 0
            if rank == 0:
                local[2] = value
    inv.weights_changed()


def expected(device):
    model = block().to(device)
    train(model, lambda x: plain(model, x), lambda step: data(step, device), harden_plain)
    return model


def harden_plain(model):
    with torch.no_grad():
        model.norm.weight[2] = 1e-3
        model.norm.bias[2] = 3.0


def half(rank, device):
    return lambda step: data(step, device)[4 * rank : 4 * rank + 4]


def assert_close_to(model, other, full=lambda p: p):
    for mine, theirs in zip(model.parameters(), other.parameters()):
        torch.testing.assert_close(full(mine.detach()), theirs.detach(), atol=2e-4, rtol=2e-3)


def run_ddp(rank, device):
    model = nn.parallel.DistributedDataParallel(block().to(device))
    train(model, model, half(rank, device), lambda m: harden(m.module))
    assert_close_to(model.module, expected(device))


def run_fsdp(rank, device):
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    model = block().to(device)
    fully_shard(model, mesh=init_device_mesh(device.type, (2,)))
    train(model, model, half(rank, device), harden)
    assert_close_to(model, expected(device), lambda p: p.full_tensor())


def run_dtensor(rank, device):
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Partial, Replicate, Shard, distribute_tensor

    mesh = init_device_mesh(device.type, (2,))
    x = data(0, device)
    for placement in (Shard(0), Shard(1), Replicate()):
        leaf = distribute_tensor(x, mesh, [placement]).requires_grad_()
        y = inv.gelu(leaf)
        assert y.placements == leaf.placements
        torch.testing.assert_close(y.full_tensor(), F.gelu(x), atol=1e-6, rtol=1e-4)
        (dx,) = torch.autograd.grad(y.sum(), leaf)
        wide = x.clone().requires_grad_()
        torch.testing.assert_close(
            dx.full_tensor(), torch.autograd.grad(F.gelu(wide).sum(), wide)[0], atol=1e-5, rtol=1e-4
        )
        torch.testing.assert_close(inv.swiglu(leaf, leaf).full_tensor(), F.silu(x) * x, atol=1e-6, rtol=1e-4)
    sharded = distribute_tensor(x, mesh, [Shard(0)])
    partial = type(sharded).from_local(x, mesh, [Partial()])
    for refused, function in (
        (NotImplementedError, lambda: inv.gelu(partial)),
        (NotImplementedError, lambda: inv.swiglu(sharded, distribute_tensor(x, mesh, [Shard(1)]))),
        (TypeError, lambda: inv.swiglu(sharded, x)),
        (NotImplementedError, lambda: inv.swiglu_(sharded)),
        (NotImplementedError, lambda: inv.layer_norm(sharded, 16)),
    ):
        with pytest.raises(refused):
            function()


def worker(rank, case, port, device_type, errors):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    device = torch.device(device_type, rank) if device_type == "cuda" else torch.device("cpu")
    if device_type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device_type == "cuda" else "gloo", rank=rank, world_size=2)
    try:
        {"ddp": run_ddp, "fsdp": run_fsdp, "dtensor": run_dtensor}[case](rank, device)
    except BaseException:
        errors.put(traceback.format_exc())
    finally:
        dist.destroy_process_group()


@pytest.mark.parametrize("case", ["ddp", "fsdp", "dtensor"])
def test_two_processes(case, device):
    if device.type == "cuda" and torch.cuda.device_count() < 2:
        pytest.skip("needs two CUDA devices")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = mp.get_context("spawn")
    errors = context.SimpleQueue()
    processes = [
        context.Process(target=worker, args=(rank, case, port, device.type, errors)) for rank in (0, 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        if process.is_alive():
            process.kill()
    assert errors.empty(), errors.get()
    assert all(process.exitcode == 0 for process in processes)
