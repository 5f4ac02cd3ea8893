"""Encoders and texts that the tests of the extractor share."""

import pytest

from langalign_sk._process import caches
from langalign_sk.encoders import NgramEncoder
from langalign_sk.store import DiskCache
from langalign_sk.text import EmbeddingExtractor
from tests.store.stores import forget

ENGLISH = ["where is my parcel", "cancel my order", "pay by card", "talk to a person"]
KOREAN = ["택배 어디 있어요", "주문 취소해 주세요", "카드 결제", "상담원 연결"]
MIXED = ["cancel my card", "카드 취소", "my parcel", "refund 해주세요", "카드 취소"]


@pytest.fixture(autouse=True)
def own_cache():
    """A process cache of the test's own: counts must not depend on other tests."""
    caches.vectors.clear()
    yield
    caches.vectors.clear()


@pytest.fixture(scope="session")
def english():
    return NgramEncoder(3).fit(ENGLISH)


@pytest.fixture(scope="session")
def korean():
    return NgramEncoder(2).fit(KOREAN)


@pytest.fixture
def blocks(english, korean):
    return EmbeddingExtractor({"en": english, "ko": korean})


@pytest.fixture
def disk_cache(tmp_path):
    """A cache on disk, empty, that this process knows nothing of before and after."""
    yield DiskCache(tmp_path / "cache")
    forget()
