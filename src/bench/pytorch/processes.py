"""A process for every job, forked from one that has imported PyTorch, several at once."""

import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NamedTuple, TypeVar

J = TypeVar("J")


class _Running(NamedTuple):
    job: Any
    process: Any
    messages: Connection
    since: float


def _child(work: Callable[[Any, Callable[[Any], None]], None], job: Any, card: str, pipe: Connection) -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = card
    try:
        work(job, lambda message: pipe.send((message, None)))
        pipe.send((None, ""))
    except Exception as error:
        traceback.print_exc()
        first_line = (str(error).strip().splitlines() or [""])[0]
        pipe.send((None, f"{type(error).__name__}: {first_line[:120]}"))


class Jobs(Generic[J]):
    """Runs jobs on cards.

    slots: the card of every process that may run at once, a card as often as it takes processes.
    work(job, send): runs in the job's process, which sees one card, as number 0.
    may_start(job, slot, seconds_left): whether a job may start on a slot, by its index.
    on_message(job, message) and on_end(job, card, seconds, error): called here; error is "" if all
    went well.
    """

    def __init__(
        self,
        slots: Sequence[str],
        work: Callable[[J, Callable[[Any], None]], None],
        may_start: Callable[[J, int, float], bool],
        on_message: Callable[[J, Any], None],
        on_end: Callable[[J, str, float, str], None],
        seconds: float,
        limit: float,
    ) -> None:
        self.slots, self.work, self.limit = slots, work, limit
        self.may_start, self.on_message, self.on_end = may_start, on_message, on_end
        self.end = time.monotonic() + seconds
        self.fork = multiprocessing.get_context("fork")
        self.running: dict[int, _Running] = {}

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.end - time.monotonic()

    def _start(self, slot: int, job: J) -> None:
        ours, theirs = self.fork.Pipe(duplex=False)
        process = self.fork.Process(target=_child, args=(self.work, job, self.slots[slot], theirs))
        process.start()
        theirs.close()
        self.running[slot] = _Running(job, process, ours, time.monotonic())

    def _finish(self, slot: int, error: str) -> None:
        run = self.running.pop(slot)
        if error and run.process.is_alive():
            run.process.kill()
        run.process.join()
        run.messages.close()
        self.on_end(run.job, self.slots[slot], time.monotonic() - run.since, error)

    def _receive(self) -> None:
        slot_of = {run.messages: slot for slot, run in self.running.items()}
        for pipe in wait(list(slot_of), timeout=0.2):
            slot = slot_of[pipe]  # type: ignore[index]
            try:
                message, end = pipe.recv()  # type: ignore[union-attr]
            except EOFError:
                self._finish(slot, "the process died")
                continue
            if end is None:
                self.on_message(self.running[slot].job, message)
            else:
                self._finish(slot, end)
        for slot, run in list(self.running.items()):
            seconds = time.monotonic() - run.since
            if self.left() < 0 or seconds > self.limit:
                self._finish(slot, f"not done within {seconds:.0f} s")

    def run(self, jobs: Sequence[J]) -> list[J]:
        """Runs jobs, the first ones first, until none is left or the time is over; those not started."""
        waiting = list(jobs)
        while True:
            for slot in range(len(self.slots)):
                if slot in self.running:
                    continue
                job = next((job for job in waiting if self.may_start(job, slot, self.left())), None)
                if job is not None:
                    waiting.remove(job)
                    self._start(slot, job)
            if not self.running:
                return waiting
            self._receive()


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
