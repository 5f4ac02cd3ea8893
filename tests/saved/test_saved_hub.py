"""To the Hub and back, without one."""

from __future__ import annotations

import shutil
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from langalign_sk import from_pretrained, push_to_hub, save

S = np.random.default_rng(0).standard_normal((20, 3))
FITTED = LogisticRegression().fit(S, S[:, 0] > 0)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """What the Hub's client does, with a folder in the place of the Hub."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.asked: list[tuple] = []

    def create_repo(self, repo_id, *, private, exist_ok):
        self.asked.append(("create", repo_id, private, exist_ok))

    def create_branch(self, repo_id, *, branch, exist_ok):
        self.asked.append(("branch", branch))

    def upload_folder(self, *, repo_id, folder_path, revision, commit_message, delete_patterns):
        shutil.copytree(folder_path, self.place / "blobs" / repo_id, dirs_exist_ok=True)
        return f"https://hub/{repo_id}"

    def download(self, repo_id, name, *, revision, token):
        """Give a link in a folder of the commit, as the client's cache does."""
        self.asked.append((name, revision, token))
        blob = self.place / "blobs" / repo_id / name
        path = self.place / "snapshots" / COMMIT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.symlink_to(blob)
        return str(path)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    hub = Hub(tmp_path / "hub")
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda token: hub)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", hub.download)
    return hub


def test_there_and_back(hub):
    address = push_to_hub(FITTED, "me/intents", private=True, revision="next", token="secret")
    assert address == "https://hub/me/intents"
    assert hub.asked == [("create", "me/intents", True, True), ("branch", "next")]
    (hub.place / "blobs" / "me" / "intents" / "README.md").write_text("edited on the Hub")
    model = from_pretrained("me/intents", revision="next", token="secret")
    assert np.array_equal(model.predict_proba(S), FITTED.predict_proba(S))
    assert ("manifest.json", "next", "secret") in hub.asked
    # All of one commit, and no card.
    assert set(hub.asked[3:]) == {
        ("arrays.safetensors", COMMIT, "secret"),
        ("model.json", COMMIT, "secret"),
    }


def test_a_damaged_download_is_refused(hub):
    push_to_hub(FITTED, "me/intents")
    path = hub.place / "blobs" / "me" / "intents" / "model.json"
    path.write_text(path.read_text("utf-8").replace("lbfgs", "sagaa"))
    with pytest.raises(ValueError, match=r"model.json is not the file that was written"):
        from_pretrained("me/intents")


def test_a_folder_is_read_as_load_does(tmp_path):
    folder = save(FITTED, tmp_path / "m")
    assert np.array_equal(from_pretrained(folder).coef_, FITTED.coef_)
    with pytest.raises(ValueError, match="nothing was left out at 'x'"):
        from_pretrained(folder, given={"x": 1})
