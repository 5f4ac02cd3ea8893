"""Whom `without_pairs` reaches: what is started inside it, and nobody who ran before."""

import asyncio
import multiprocessing
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest

from langalign_sk import LangAligner, ParallelCorpus, without_pairs
from langalign_sk.corpus import pairs_are_left_out

rng = np.random.default_rng(0)
PAIRS = ParallelCorpus(rng.normal(size=(500, 8)), rng.normal(size=(500, 8)), target_lang="ko")


def is_detached(pairs):
    return pairs.detached


def dumped(*args):
    """Tell whether the rows stayed out of a pickle."""
    return pickle.loads(pickle.dumps(PAIRS)).detached


def test_threads_started_inside():
    with without_pairs():
        assert dumped()
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(dumped, range(4))) == [True] * 4
        found = joblib.Parallel(n_jobs=2, backend="threading")(
            joblib.delayed(dumped)() for _ in range(4)
        )
        assert found == [True] * 4
    assert not dumped()
    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(dumped).result()


def test_threads_that_ran_before_and_those_that_go_on():
    go_on = threading.Event()
    with ThreadPoolExecutor(1) as old, ThreadPoolExecutor(1) as new:
        assert not old.submit(dumped).result()
        with without_pairs():
            assert not old.submit(dumped).result()
            assert new.submit(dumped).result()
            with pytest.raises(ZeroDivisionError), without_pairs():
                _ = 1 / 0
            assert new.submit(dumped).result()
            waiting = new.submit(lambda: go_on.wait(10) and dumped())
        go_on.set()
        assert not waiting.result()  # begun inside, pickled outside
        assert not old.submit(dumped).result()


def test_two_blocks_in_two_threads():
    inside, go_on = threading.Event(), threading.Event()

    def work():
        with without_pairs():
            inside.set()
            assert go_on.wait(10)
        return dumped()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(work)
        assert inside.wait(10)
        assert not dumped()
        with without_pairs():
            go_on.set()
            # Born before this block, and in one of its own: neither is left open.
            assert not other.result()
            assert dumped()
    assert not dumped()


def test_pools_of_processes_that_were_there_before():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert not pool.apply(is_detached, (PAIRS,))
        with without_pairs():
            assert pool.apply(is_detached, (PAIRS,))
        assert not pool.apply(is_detached, (PAIRS,))


def test_joblib_with_workers_that_were_there_before():
    def ask():
        return joblib.Parallel(n_jobs=2)(joblib.delayed(is_detached)(PAIRS) for _ in range(2))

    assert ask() == [False, False]
    with without_pairs():
        assert ask() == [True, True]
    assert ask() == [False, False]


def test_tasks_of_one_thread_are_told_apart():
    async def main():
        inside, go_on = asyncio.Event(), asyncio.Event()

        async def leave_out():
            with without_pairs():
                inside.set()
                await go_on.wait()
                return dumped(), await asyncio.to_thread(dumped)

        task = asyncio.create_task(leave_out())
        await inside.wait()
        found = dumped()
        go_on.set()
        return found, await task

    assert asyncio.run(main()) == (False, (True, True))


def test_unfitted_aligners_and_the_question_itself():
    whole = len(pickle.dumps(LangAligner(PAIRS)))
    assert not pairs_are_left_out()
    with without_pairs():
        assert pairs_are_left_out()
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: len(pickle.dumps(LangAligner(PAIRS)))).result() < whole / 10
    assert not pairs_are_left_out()
