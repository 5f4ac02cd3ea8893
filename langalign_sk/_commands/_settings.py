"""Settings of a command: from its line, from a file, or as they are by default."""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from langalign_sk._commands._sources import Source

#: The file in a model's folder that says how it was made.
SETTINGS_FILE = "settings.toml"
#: What belongs to one run alone, and no file of settings holds.
_OF_THE_RUN = ("config", "help", "out", "log_json", "dry_run", "anyway", "keep_old")


class Settings:
    """The options of a parser, each from the line, else from a file, else by default.

    The parser is changed: what was required may now come from the file.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        With all its options; a ``--config`` is added.
    """

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            help=f"a {SETTINGS_FILE} of an earlier run, or your own; options given here win",
        )
        self.options: dict[str, argparse.Action] = {}
        self.defaults: dict[str, Any] = {}
        self.required: list[str] = []
        for action in parser._actions:
            if action.option_strings and action.dest not in _OF_THE_RUN:
                self.options[action.dest] = action
                self.defaults[action.dest] = action.default
                if action.required:
                    self.required.append(action.dest)
                action.default, action.required = None, False
        parser.set_defaults(settings=self)

    def settle(self, args: argparse.Namespace) -> None:
        """Fill in what the line leaves open; refuse to go on without what is required."""
        found = {} if args.config is None else self.read(args.config)
        self.fill(args, found)

    def fill(self, args: argparse.Namespace, found: Mapping[str, Any]) -> None:
        """Fill in what the line leaves open from values of a file, then from the defaults."""
        for name, default in self.defaults.items():
            if getattr(args, name) is None:
                setattr(args, name, found.get(name, default))
        missing = [name for name in self.required if not getattr(args, name)]
        if missing:
            raise ValueError(f"{_listed(missing)} must be given, on the line or in a --config FILE")

    def read(self, path: Path) -> dict[str, Any]:
        """Read values by name; paths in the file are those seen from its folder."""
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ValueError(f"{path} does not exist") from None
        except UnicodeDecodeError:
            raise ValueError(f"{path} is no text in UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path} is not valid TOML: {error}") from None
        known = {name.replace("_", "-"): name for name in self.options}
        found = {}
        for key, value in told.items():
            name = known.get(key.replace("_", "-"))
            if name is None:
                raise ValueError(f"{path}: there is no setting {key!r}{_nearest(key, known)}")
            found[name] = self._value(path, name, value)
        return found

    def adds_up(self, name: str) -> bool:
        """Tell whether an option may be given several times."""
        return isinstance(self.options[name], argparse._AppendAction | argparse._ExtendAction)

    def files_of(self, values: Mapping[str, Any]) -> list[Path]:
        """Return the files that values name, but for folders that are made when needed."""
        found = []
        for name, value in values.items():
            paths = map(_file_of, value if isinstance(value, list) else [value])
            found += [one for one in paths if one is not None and name != "cache"]
        return found

    def written(self, args: argparse.Namespace, head: str) -> str:
        """Return the file of these settings, with a comment before them."""
        lines = [*(f"# {line}" for line in head.splitlines()), ""]
        for name in self.options:
            value = getattr(args, name)
            if value is not None and value is not False and value != []:
                told = _whole(value, of_models=name == "encoder")
                lines.append(f"{name.replace('_', '-')} = {_toml(told)}")
        return "\n".join(lines) + "\n"

    def _value(self, path: Path, name: str, value: Any) -> Any:
        """Return a value of the file as the line would have given it."""
        action, wanted = self.options[name], f"{path}: {name.replace('_', '-')}"
        if action.nargs == 0:  # a switch
            if not isinstance(value, bool):
                raise ValueError(f"{wanted} must be true or false, not {value!r}")
            return value
        several = isinstance(action, argparse._AppendAction | argparse._ExtendAction)
        rows = action.nargs not in (None, "?")
        if several or rows:
            given = value if isinstance(value, list) else [value]
            if several and rows and not isinstance(action, argparse._ExtendAction):
                given = given if given and isinstance(given[0], list) else [given]
                return [[self._one(action, wanted, one, path) for one in row] for row in given]
            return [self._one(action, wanted, one, path) for one in given]
        return self._one(action, wanted, value, path)

    def _one(self, action: argparse.Action, wanted: str, value: Any, path: Path) -> Any:
        """Return one value, read as the line would have been."""
        if isinstance(value, bool | list | dict):
            raise ValueError(f"{wanted} can't be {value!r:.60}")
        read: Any = action.type or str
        try:
            found = read(str(value))
        except (argparse.ArgumentTypeError, TypeError, ValueError) as error:
            told = str(error) if isinstance(error, argparse.ArgumentTypeError) else "not as needed"
            raise ValueError(f"{wanted} = {value!r}: {told}") from None
        if action.choices is not None and found not in action.choices:
            chosen = ", ".join(map(str, action.choices))
            raise ValueError(f"{wanted} = {value!r} must be one of {chosen}")
        file = _file_of(found)
        if file is not None and not file.is_absolute() and str(file) != "-":
            found = read(str(path.parent / str(value)))
        return found


def _nearest(key: str, known: Mapping[str, Any]) -> str:
    """Return the name that was probably meant, or all of them."""
    near = difflib.get_close_matches(key.replace("_", "-"), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known))}"


def _listed(names: list[str]) -> str:
    """Return names as options."""
    return " and ".join(f"--{name.replace('_', '-')}" for name in names)


def _file_of(value: Any) -> Path | None:
    """Return the file that a value names, if it names one."""
    if isinstance(value, Source):
        return value.path
    return value if isinstance(value, Path) else None


def _whole(value: Any, *, of_models: bool = False) -> Any:
    """Return a value whose paths do not depend on the folder of the run."""
    if isinstance(value, Source):
        sheet = f"#{value.sheet}" if value.sheet else ""
        names = io.StringIO()
        csv.writer(names, lineterminator="").writerow(value.columns)
        return f"{_whole(value.path)}{sheet}" + (f":{names.getvalue()}" if value.columns else "")
    if isinstance(value, list | tuple):
        return [_whole(one, of_models=of_models) for one in value]
    if isinstance(value, Path):
        return value if str(value) == "-" else value.absolute()
    if of_models:  # perhaps a folder, LANG=FOLDER
        lang, sign, name = value.partition("=") if "=" in value else ("", "", value)
        return f"{lang}{sign}{Path(name).absolute()}" if Path(name).is_dir() else value
    return value


def _toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    # What TOML escapes in a text, JSON does, but for one character.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
