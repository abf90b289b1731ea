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
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Each = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
    """Does a work on each of many pieces and returns the results in order."""
    _Process = subprocess.Popen[bytes]

_HEARKEN_SECONDS = 0.2

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
        workers = _Workers([stack.enter_context(_worker()) for _ in range(count)])
        yield workers.each


@contextmanager
def _worker() -> Iterator[_Process]:
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


class _Workers:
    """Some processes, and a thread for each while a work is done."""

    def __init__(self, processes: Sequence[_Process]) -> None:
        self._processes = processes
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._is_over = False
        for process in processes:
            self._idle.put(process)

    def each(self, work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
        """Return what the work makes of each piece."""
        with ThreadPoolExecutor(len(self._processes)) as pool:
            try:
                done = [pool.submit(self._done, work, piece) for piece in pieces]
                # Polars' own handler of Ctrl-C lets a wait without end go on.
                while wait(done, timeout=_HEARKEN_SECONDS).not_done:
                    continue
                return [one.result() for one in done]
            except KeyboardInterrupt:
                self._is_over = True
                pool.shutdown(wait=False, cancel_futures=True)
                for process in self._processes:
                    process.kill()
                raise

    def _done(self, work: Callable[[Piece], Result], piece: Piece) -> Result:
        process = self._idle.get()
        try:
            succeeded, result = _asked(process, work, piece)
        except (OSError, EOFError, pickle.UnpicklingError):
            if self._is_over:
                raise
            return work(piece)
        finally:
            self._idle.put(process)
        if not succeeded:
            raise result
        return result  # type: ignore[no-any-return]


def _asked(process: _Process, work: Callable[[Piece], Any], piece: Piece) -> tuple[bool, Any]:
    """Return whether a work succeeded in a process, and its result or error.

    Raises:
        OSError, EOFError, UnpicklingError: the process is gone.
    """
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(pickle.dumps((work, piece), protocol=pickle.HIGHEST_PROTOCOL))
    process.stdin.flush()
    answer: tuple[bool, Any] = pickle.load(process.stdout)  # noqa: S301 (our own process wrote it)
    return answer


def _serve(asked: IO[bytes], told: IO[bytes]) -> None:
    """Do what is asked until the input ends."""
    while True:
        try:
            work, piece = pickle.load(asked)  # noqa: S301 (our own process wrote it)
        except EOFError:
            return
        try:
            answer = pickle.dumps((True, work(piece)), protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 (raised where the work was asked for)
            answer = pickle.dumps((False, error))
        told.write(answer)
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
