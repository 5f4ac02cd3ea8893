import pytest

from langalign_sk._io import atomic_folder


def fill(folder, text):
    (folder / "marker").write_text("")
    (folder / "rows").write_text(text)


def test_a_folder_appears_whole_and_is_replaced_whole(tmp_path):
    target = tmp_path / "deep" / "f"
    for text in ("first", "second"):
        with atomic_folder(target, marker="marker") as folder:
            fill(folder, text)
        assert (target / "rows").read_text() == text
        assert [p.name for p in target.parent.iterdir()] == ["f"]
    with pytest.raises(TypeError), atomic_folder(target, marker="marker") as folder:
        fill(folder, 3)
    assert (target / "rows").read_text() == "second"
    assert [p.name for p in target.parent.iterdir()] == ["f"]


def test_foreign_things_are_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with (
        pytest.raises(ValueError, match="holds other files"),
        atomic_folder(tmp_path, marker="marker"),
    ):
        pytest.fail("must not be entered")
    with (
        pytest.raises(ValueError, match="is a file"),
        atomic_folder(tmp_path / "thesis.txt", marker="marker"),
    ):
        pytest.fail("must not be entered")
    (tmp_path / "empty").mkdir()
    with atomic_folder(tmp_path / "empty", marker="marker") as folder:
        fill(folder, "x")
    assert (tmp_path / "empty" / "rows").read_text() == "x"
