"""What the tests of this room share."""

from tests.encoding import blocks, disk_cache, english, korean, own_cache  # noqa: F401  (fixtures)
