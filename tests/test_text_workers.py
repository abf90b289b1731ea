"""Processes that read texts: what they give back, and what becomes of those that fail."""

from __future__ import annotations

import operator
import os
import signal
from functools import partial

import polars as pl
import pytest

from cskpi.enrich import forms as forms_module
from cskpi.enrich.forms import read_words
from cskpi.enrich.workers import reading_processes


def test_a_process_gives_results_in_order_raises_errors_and_is_replaced_when_killed() -> None:
    with reading_processes(1) as each:
        assert each(abs, [-3, 2, -1]) == [3, 2, 1]
        # What a library prints is no result.
        assert each(print, ["said", "aside"]) == [None, None]
        with pytest.raises(ZeroDivisionError):
            each(partial(operator.truediv, 1), [1, 0])
        (worker,) = map(int, each(os.readlink, ["/proc/self"]))
        assert worker != os.getpid()
        # Ctrl-C reaches every process in front of a terminal; it is for the parent to end.
        os.kill(worker, signal.SIGINT)
        assert each(os.readlink, ["/proc/self"]) == [str(worker)]
        os.kill(worker, signal.SIGKILL)
        assert each(os.readlink, ["/proc/self"] * 2) == [str(os.getpid())] * 2


def test_texts_read_in_processes_are_those_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["亲，有货吗？", "24小时内给您发货", "电话13812345678", "", "😊"] * 5)
    here = read_words(texts)
    monkeypatch.setattr(forms_module, "TEXTS_WORTH_PROCESSES", 1)
    assert read_words(texts).equals(here)
