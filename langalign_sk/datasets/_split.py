"""Which meanings each part of the demo corpus may use: every meaning belongs to one part only."""

from __future__ import annotations

from collections.abc import Iterator

from langalign_sk._process import computed_once
from langalign_sk.datasets._account import ACCOUNT
from langalign_sk.datasets._chat import CHAT
from langalign_sk.datasets._draws import Draws
from langalign_sk.datasets._goods import GOODS
from langalign_sk.datasets._grammar import Frame, parse_frames
from langalign_sk.datasets._money import MONEY
from langalign_sk.datasets._orders import ORDERS

Meaning = tuple[Frame, int]

# Shares of the meanings of each frame, in hundredths.
REQUEST_SHARES = {
    "train": 20,
    "target_train": 20,
    "test": 20,
    "pairs": 24,
    "unlabeled_source": 8,
    "unlabeled_target": 8,
}
CHAT_SHARES = {"pairs": 50, "unlabeled_source": 25, "unlabeled_target": 25}
# Of ten unlabelled sentences, how many are requests.
_REQUESTS_IN_TEN = 4


@computed_once
def request_frames() -> tuple[Frame, ...]:
    """Frames of the labelled requests."""
    return parse_frames(ORDERS + MONEY + ACCOUNT + GOODS)


@computed_once
def chat_frames() -> tuple[Frame, ...]:
    """Frames of unlabelled sentences."""
    return parse_frames(CHAT)


@computed_once
def intents() -> tuple[str, ...]:
    """Sorted names of the intents."""
    return tuple(sorted({frame.intent for frame in request_frames()}))


class Split:
    """Deals the meanings out to the parts, for one seed."""

    def __init__(self, entropy: int) -> None:
        self._entropy = entropy
        self._requests = self._deal(request_frames(), REQUEST_SHARES)
        self._chat = self._deal(chat_frames(), CHAT_SHARES)

    def labelled_capacity(self, part: str) -> int:
        """How many balanced requests a part can hold."""
        cells = self._requests[part]
        sizes = dict.fromkeys(intents(), 0)
        for frame, numbers in cells:
            sizes[frame.intent] += len(numbers)
        return min(sizes.values()) * len(sizes)

    def mixed_capacity(self, part: str) -> int:
        """How many unlabelled sentences a part can hold at the fixed share of requests."""
        requests = sum(len(numbers) for _, numbers in self._requests[part])
        chat = sum(len(numbers) for _, numbers in self._chat[part])
        return min(requests * 10 // _REQUESTS_IN_TEN, chat * 10 // (10 - _REQUESTS_IN_TEN))

    def labelled(self, part: str) -> Iterator[Meaning]:
        """Requests of a part, every intent once in each run of as many as there are intents."""
        draws = Draws(self._entropy, "order", part)
        cells = self._requests[part]
        queues = {
            intent: _take_turns([cell for cell in cells if cell[0].intent == intent], draws)
            for intent in intents()
        }
        for _ in range(self.labelled_capacity(part) // len(queues)):
            for i in draws.permutation(len(queues)):
                yield next(queues[intents()[i]])

    def mixed(self, part: str) -> Iterator[Meaning]:
        """Unlabelled sentences of a part: requests and chat."""
        draws = Draws(self._entropy, "order", part)
        requests = _take_turns(self._requests[part], draws)
        chat = _take_turns(self._chat[part], draws)
        for i in range(self.mixed_capacity(part)):
            request = i * _REQUESTS_IN_TEN // 10 != (i + 1) * _REQUESTS_IN_TEN // 10
            yield next(requests if request else chat)

    def _deal(
        self, frames: tuple[Frame, ...], shares: dict[str, int]
    ) -> dict[str, list[tuple[Frame, list[int]]]]:
        """Numbers of the meanings of every frame, cut into parts."""
        draws = Draws(self._entropy, "split", *shares)
        dealt: dict[str, list[tuple[Frame, list[int]]]] = {part: [] for part in shares}
        for frame in frames:
            numbers = draws.permutation(frame.n_meanings).tolist()
            start = share = 0
            for part in shares:
                share += shares[part]
                stop = len(numbers) * share // 100
                dealt[part].append((frame, numbers[start:stop]))
                start = stop
        return dealt


def _take_turns(cells: list[tuple[Frame, list[int]]], draws: Draws) -> Iterator[Meaning]:
    """Frames take turns, in a new order each time, until all their meanings are used."""
    for turn in range(max(len(numbers) for _, numbers in cells)):
        left = [cell for cell in cells if turn < len(cell[1])]
        for i in draws.permutation(len(left)):
            frame, numbers = left[i]
            yield frame, numbers[turn]
