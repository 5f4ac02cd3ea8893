"""The fixtures themselves: they must not lie to the rooms that use them."""

import copy
import pickle
import socket

import numpy as np
import pytest

from tests.helpers import CountingEncoder


def test_no_test_reaches_the_network():
    with pytest.raises(OSError, match="tests have no network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OSError, match="tests have no network"):
        socket.getaddrinfo("example.org", 80)


def test_loopback_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_counting_encoder_counts_across_copies():
    encoder = CountingEncoder()
    first = encoder.encode(["a", "b"])
    np.testing.assert_array_equal(copy.deepcopy(encoder).encode(["b"])[0], first[1])
    assert encoder.n_texts == 3
    assert encoder.calls == 2
    loaded = pickle.loads(pickle.dumps(encoder))
    assert loaded.n_texts == 0
    np.testing.assert_array_equal(loaded.encode(["b"])[0], first[1])
    assert not np.array_equal(CountingEncoder(seed=1).vector("a"), encoder.vector("a"))
