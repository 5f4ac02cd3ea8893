"""``python -m langalign_sk``: the same as the command ``langalign-sk``."""

from langalign_sk.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
