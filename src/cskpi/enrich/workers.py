"""Processes that read many texts: where the interpreter itself reads, threads wait for one another.

A worker is `python -m cskpi.enrich.workers`: it takes pieces of work from its standard input and
gives the results to its standard output until the input ends, as it does when the parent is killed.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Each = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
    """Does a work on each of many pieces and returns the results in order."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")


@contextmanager
def reading_processes(count: int) -> Iterator[Each]:
    """Give a function that does a work on each of many pieces, in so many processes at once.

    It takes the work, which a module must hold under its name or which is a `partial` of such, and the
    pieces; it returns the results in order and raises what a work raises. A piece whose process ends
    in the middle (killed, out of memory) is done in the process that asked.
    """
    with ExitStack() as stack:
        idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        for _ in range(count):
            idle.put(stack.enter_context(_worker()))

        def each(work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
            with ThreadPoolExecutor(count) as pool:
                return list(pool.map(partial(_done, idle, work), pieces))

        yield each


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    # -P: the folder one stands in is no place to import from.
    command = [sys.executable, "-P", "-m", __name__]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    try:
        yield worker
    except BaseException:
        worker.kill()
        raise
    finally:
        for stream in (worker.stdin, worker.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        worker.wait()


def _done(
    idle: queue.SimpleQueue[subprocess.Popen[bytes]],
    work: Callable[[Piece], Result],
    piece: Piece,
) -> Result:
    worker = idle.get()
    try:
        if worker.stdin is None or worker.stdout is None:
            return work(piece)
        pickle.dump((work, piece), worker.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        worker.stdin.flush()
        succeeded, result = pickle.load(worker.stdout)  # noqa: S301 (our own process wrote it)
    except (OSError, EOFError, pickle.UnpicklingError):
        return work(piece)
    finally:
        idle.put(worker)
    if not succeeded:
        raise result
    return result  # type: ignore[no-any-return]


def _serve(asked: IO[bytes], told: IO[bytes]) -> None:
    """Do what is asked until the input ends."""
    while True:
        try:
            work, piece = pickle.load(asked)  # noqa: S301 (our own process wrote it)
        except EOFError:
            return
        try:
            answer = True, work(piece)
        except Exception as error:  # noqa: BLE001 (raised where the work was asked for)
            answer = False, error
        pickle.dump(answer, told, protocol=pickle.HIGHEST_PROTOCOL)
        told.flush()


def main() -> None:
    """Serve one parent; Ctrl-C is for the parent, and what a library prints is no result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["POLARS_MAX_THREADS"] = "1"
    with os.fdopen(os.dup(1), "wb") as told, suppress(BrokenPipeError):
        os.dup2(2, 1)
        _serve(sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
