"""Children forked in the middle of things."""

import faulthandler
import os
import signal
import threading
import traceback
from contextlib import contextmanager


def in_child(work, seconds=30, meanwhile=lambda: None):
    """Run `work` in a forked child; its exit status, or minus the signal that ended it.

    `meanwhile` is done here.
    """
    pid = os.fork()
    if pid == 0:  # in the child
        signal.alarm(seconds)
        faulthandler.dump_traceback_later(seconds / 2)  # where it hangs
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    meanwhile()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Gate:
    """Where a thread stops until the block of `held` ends."""

    def __init__(self):
        self.reached, self.open = threading.Event(), threading.Event()

    def pass_through(self, *args, **kwargs):
        self.reached.set()
        assert self.open.wait(60)


@contextmanager
def held(use, gate):
    """Let a thread run `use` up to the gate, and on when the block ends."""
    failed = []

    def run():
        try:
            use()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert gate.reached.wait(60)
        yield
    finally:
        gate.open.set()
        thread.join()
    assert not failed
