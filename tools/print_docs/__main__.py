"""``python -m tools.print_docs``: write the printed pages, in the working directory."""

from __future__ import annotations

from pathlib import Path

from tools.print_docs import EXAMPLES, pages


def write(root: Path) -> None:
    """Write every printed page below ``root``."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in root.glob(f"{EXAMPLES}/*.sql")}
    for name, text in pages(found).items():
        (root / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path.cwd())
