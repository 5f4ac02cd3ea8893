"""Folders that look like saved models and mean harm, each sealed as if it were sound."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import load_file, save_file
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, HubModel, LangAligner, ParallelCorpus, save
from langalign_sk.saved import write_manifest

#: Where code that ran would leave a trace.
TRACE = "/tmp/langalign_sk_hostile_trace"


class Evil:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.system, (f"touch {TRACE}",)


class Hostile(NamedTuple):
    """How a sound folder is changed, and what must be said; None where it loads with a warning."""

    base: str
    change: Callable[[Path], Any]
    said: str | None
    warned: str = ""


def bases(folder: Path) -> dict[str, Path]:
    """Write the sound folders that are changed."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((40, 4))
    T, y = S[:, ::-1] + 9, (S[:, 0] > 0).astype(int)
    pairs = ParallelCorpus(S, T, target_lang="ko")
    names = {"en": HubModel("org/one"), "ko": "org/another"}
    models = {
        "rows": make_pipeline(LangAligner(pairs), LogisticRegression()).fit(S, y),
        "neighbours": KNeighborsClassifier(3).fit(S, y),
        "words": make_pipeline(CountVectorizer(), LogisticRegression()).fit(
            ["red car", "blue car"], [0, 1]
        ),
        "texts": EmbeddingExtractor(names, progress=False),
    }
    return {name: save(model, folder / name) for name, model in models.items()}


def reseal(folder: Path) -> None:
    """Write a manifest that fits what is in a folder by now."""
    about = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name in ("kind", "format", "files", "digest"):
        about.pop(name)
    (folder / "manifest.json").unlink()
    write_manifest(folder, about)


def tree(change: Callable[[Any], Any]) -> Callable[[Path], None]:
    """Return a change of the model's words."""

    def changed(folder: Path) -> None:
        path = folder / "model.json"
        made = json.loads(path.read_text("utf-8"))
        made = change(made) or made
        path.write_text(json.dumps(made), "utf-8")
        reseal(folder)

    return changed


def words(change: Callable[[str], str]) -> Callable[[Path], None]:
    """Return a change of the text of the model's words."""

    def changed(folder: Path) -> None:
        path = folder / "model.json"
        path.write_text(change(path.read_text("utf-8")), "utf-8")
        reseal(folder)

    return changed


def arrays(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Return a change of the model's arrays."""

    def changed(folder: Path) -> None:
        path = folder / "arrays.safetensors"
        made = load_file(path)
        change(made)
        save_file(made, path)
        reseal(folder)

    return changed


def header(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Return a change of what is said of the arrays."""

    def changed(folder: Path) -> None:
        path = folder / "arrays.safetensors"
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        made = json.loads(data[8 : 8 + length])
        change(made)
        text = json.dumps(made).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])
        reseal(folder)

    return changed


def content(name: str, data: Callable[[], bytes]) -> Callable[[Path], None]:
    """Return the change of one file into something else."""

    def changed(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data())
        reseal(folder)

    return changed


def listed(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Return a change of the manifest."""

    def changed(folder: Path) -> None:
        import langalign_sk.saved._folder as saved

        made = json.loads((folder / "manifest.json").read_text("utf-8"))
        made.pop("digest")
        change(made)
        (folder / "manifest.json").write_bytes(saved._sealed(made))

    return changed


def link(name: str, to: str) -> Callable[[Path], None]:
    """Return the change of a file into a link to a file elsewhere with the same content."""

    def changed(folder: Path) -> None:
        path, other = folder / name, folder.parent / to
        os.replace(path, other)
        path.symlink_to(other)

    return changed


def pipe(folder: Path) -> None:
    """Put a pipe, which would be waited on for ever, in the place of a file."""
    (folder / "model.json").unlink()
    os.mkfifo(folder / "model.json")


def zipped() -> bytes:
    """Return an archive that is large when it is unpacked."""
    path = Path(TRACE + ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arrays.npy", bytes(2**26))
    data = path.read_bytes()
    path.unlink()
    return data


def _first(made: dict[str, Any], end: str) -> str:
    return next(name for name in made if name.endswith(end))


def _fill(made: dict[str, Any], end: str, value: Any) -> None:
    made[_first(made, end)][...] = value


def _step(made: Any, number: int) -> Any:
    return made["of"]["steps"][number]["items"][1]


def _model(lang: str) -> Callable[[Any], Any]:
    return lambda made: made["of"]["model"]["of"][lang]


def _set(place: Callable[[Any], Any], name: str, value: Any) -> Callable[[Path], None]:
    return tree(lambda made: place(made)["of"].update({name: value}))


def _held(files: dict[str, str]) -> Any:
    """Return the node of a checkpoint in memory with such files."""
    nodes = {name: {"$": "array", "name": name} for name in files}
    return {
        "$": "object",
        "id": "held",
        "class": "langalign_sk:HeldCheckpoint",
        "of": {"files": {"$": "dict", "of": nodes}, "fingerprint": "folder:0"},
    }


def held(files: dict[str, str]) -> Callable[[Path], None]:
    """Return the change of an encoder into one that was tuned, with such files."""

    def changed(folder: Path) -> None:
        made = {name: np.frombuffer(text.encode(), np.uint8) for name, text in files.items()}
        save_file(made, folder / "arrays.safetensors")
        state = {"model": "org/one", "two_texts": "apart", "checkpoint_": _held(files)}
        tuned = {"$": "object", "id": "t", "class": "langalign_sk:TunedEncoder", "of": state}
        tree(lambda root: root["of"]["model"]["of"].update(en=tuned))(folder)

    return changed


def carried(files: dict[str, str]) -> Callable[[Path], None]:
    """Return the addition of an encoder that came along, with such files."""

    def changed(folder: Path) -> None:
        for name, text in files.items():
            content(f"encoders/0/{name}", text.encode)(folder)
        tree(lambda root: _model("ko")(root).update(carried="encoders/0"))(folder)

    return changed


def _far_column(made: Any) -> None:
    _step(made, 0)["of"]["vocabulary_"]["of"]["car"] = 10**9


def _self(made: Any) -> None:
    _step(made, 1)["of"]["C"] = {"$": "ref", "id": _step(made, 1)["id"]}


_LOGISTIC: Callable[[Any], Any] = lambda made: _step(made, 1)  # noqa: E731
_WHOLE: Callable[[Any], Any] = lambda made: made  # noqa: E731
_EVIL = "import os\nos.system('touch " + TRACE + "')"
_MODULES = '[{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]'
HOSTILE: dict[str, Hostile] = {
    "a pickled .npy beside it": Hostile(
        "rows", lambda f: (f / "more.npy").write_bytes(pickle.dumps(Evil())) and None, "belong"
    ),
    "a pickled .npy for arrays": Hostile(
        "rows", content("arrays.safetensors", lambda: pickle.dumps(Evil())), "header"
    ),
    "a pickle for words": Hostile(
        "rows", content("model.json", lambda: pickle.dumps(Evil())), "JSON"
    ),
    "a joblib file listed": Hostile(
        "rows", content("model.joblib", lambda: pickle.dumps(Evil())), "holds"
    ),
    "code listed": Hostile("rows", content("setup.py", _EVIL.encode), "holds"),
    "path traversal": Hostile(
        "rows",
        listed(lambda m: m["files"].update({"../../evil": m["files"]["model.json"]})),
        "lists",
    ),
    "an absolute path": Hostile(
        "rows",
        listed(lambda m: m["files"].update({"/etc/passwd": m["files"]["model.json"]})),
        "lists",
    ),
    "a link to a file": Hostile("rows", link("model.json", "elsewhere.json"), "link"),
    "a link to a folder": Hostile("rows", lambda f: (f / "encoders").symlink_to("/etc"), "link"),
    "a pipe": Hostile("rows", pipe, "no file"),
    "a huge header": Hostile(
        "rows", content("arrays.safetensors", lambda: (2**62).to_bytes(8, "little")), "header"
    ),
    "a huge shape": Hostile(
        "rows", header(lambda h: h[_first(h, "coef_")].update(shape=[10**9, 10**9])), "fit"
    ),
    "a negative shape": Hostile(
        "rows", header(lambda h: h[_first(h, "coef_")].update(shape=[-1, -4])), "shape"
    ),
    "an unknown type": Hostile(
        "rows", header(lambda h: h[_first(h, "coef_")].update(dtype="O")), "unknown type"
    ),
    "arrays that overlap": Hostile(
        "rows",
        header(lambda h: h[_first(h, "coef_")].update(data_offsets=[0, 32], shape=[1, 4])),
        "overlap",
    ),
    "NaN": Hostile("rows", arrays(lambda a: _fill(a, "[1][1].coef_", np.nan)), "finite"),
    "infinity in words": Hostile(
        "rows", words(lambda t: t.replace('"C": 1.0', '"C": Infinity')), "JSON"
    ),
    "wrong shapes": Hostile(
        "rows",
        arrays(lambda a: a.update({_first(a, "[1][1].coef_"): np.ones((1, 3))})),
        "LogisticRegression",
    ),
    "an array that belongs to nothing": Hostile(
        "rows", arrays(lambda a: a.update(more=np.ones(3))), "nothing"
    ),
    "an array that is missing": Hostile(
        "rows", arrays(lambda a: a.pop(_first(a, "[1][1].coef_"))), "not there"
    ),
    "a class of the system": Hostile(
        "rows", tree(lambda m: m.update({"class": "subprocess:Popen"})), "no class"
    ),
    "a class by its own module": Hostile(
        "rows",
        tree(lambda m: m.update({"class": "langalign_sk.encoders._http:HttpEncoder"})),
        "no class",
    ),
    "a forest": Hostile(
        "rows",
        tree(lambda m: m.update({"class": "sklearn.ensemble:RandomForestClassifier"})),
        "no class",
    ),
    "a function": Hostile(
        "rows", _set(_LOGISTIC, "C", {"$": "function", "name": "os:system"}), "may not"
    ),
    "an unknown kind": Hostile("rows", _set(_LOGISTIC, "C", {"$": "pickle"}), "unknown kind"),
    "a method's name": Hostile("rows", _set(_LOGISTIC, "predict", 1), "attribute"),
    "a model in itself": Hostile("rows", tree(_self), "not before"),
    "words without end": Hostile("rows", words(lambda t: "[" * 10**6), "deep"),
    "a name twice": Hostile(
        "rows", words(lambda t: t.replace('"C": 1.0', '"C": 1.0, "C": 2.0')), "twice"
    ),
    "a number of digits without end": Hostile(
        "rows", words(lambda t: t.replace('"C": 1.0', '"C": ' + "9" * 10**5)), "JSON"
    ),
    "a million columns": Hostile(
        "rows", _set(_LOGISTIC, "n_features_in_", 10**12), "n_features_in_"
    ),
    "words of endless length": Hostile(
        "rows",
        _set(_LOGISTIC, "C", {"$": "words", "length": 10**12, "shape": [1], "items": ["a"]}),
        "words",
    ),
    "a zip bomb": Hostile("rows", content("arrays.safetensors", zipped), "header"),
    "classes of neighbours out of range": Hostile(
        "neighbours", arrays(lambda a: _fill(a, "_y", 10**6)), "classes"
    ),
    "columns of words out of range": Hostile("words", tree(_far_column), "columns"),
    "texts that are names of files": Hostile(
        "words", words(lambda t: t.replace('"content"', '"filename"')), "files"
    ),
    "memory= of a pipeline": Hostile("rows", _set(_WHOLE, "memory", TRACE), None, "memory="),
    "cache= a folder": Hostile("texts", _set(_WHOLE, "cache", TRACE), None, "cache="),
    "trust_remote_code": Hostile(
        "texts", _set(_model("en"), "trust_remote_code", True), None, "trust_remote_code=True"
    ),
    "token_env": Hostile("texts", _set(_model("en"), "token_env", "HOME"), None, "token_env="),
    "an encoder's folder": Hostile(
        "texts", tree(lambda m: _model("ko")(m).update(name="/etc")), "model_map"
    ),
    "an encoder's folder by another name": Hostile(
        "texts", tree(lambda m: _model("ko")(m).update(name="../evil")), "model_map"
    ),
    "a server": Hostile(
        "texts",
        tree(lambda m: _model("ko")(m).update(kind="server", name="http://127.0.0.1:9/v1")),
        "model_map",
    ),
    "an encoder that did not come along": Hostile(
        "texts", tree(lambda m: _model("ko")(m).update(carried="../../etc")), "did not come along"
    ),
    "a tuned encoder that writes elsewhere": Hostile(
        "texts", held({"../../evil.json": "{}"}), "not taken along"
    ),
    "a tuned encoder with code": Hostile(
        "texts", held({"evil.py": _EVIL, "modules.json": _MODULES}), "not taken along"
    ),
    "a tuned encoder that names code": Hostile("texts", held({"modules.json": _MODULES}), "module"),
    "an encoder with code": Hostile("texts", carried({"evil.py": _EVIL}), "not taken along"),
    "an encoder in pickle": Hostile(
        "texts", carried({"pytorch_model.bin": "x"}), "not taken along"
    ),
    "an encoder that names code": Hostile("texts", carried({"modules.json": _MODULES}), "module"),
    "an encoder with a map to code": Hostile(
        "texts", carried({"config.json": '{"auto_map": {"AutoModel": "evil.Evil"}}'}), "auto_map"
    ),
    "an encoder with a function": Hostile(
        "texts",
        carried({"2_Dense/config.json": '{"activation_function": "os.getcwd"}'}),
        "function",
    ),
}
