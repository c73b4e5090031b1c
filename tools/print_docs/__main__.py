"""``python -m tools.print_docs``: write the printed pages, in the working directory."""

from __future__ import annotations

from pathlib import Path

from tools.print_docs import EXAMPLES, SHAPES, pages


def write(root: Path) -> None:
    """Write every printed page below ``root``."""
    for name, text in pages(_texts(root / EXAMPLES), _texts(root / SHAPES)).items():
        (root / name).write_text(text, encoding="utf-8")


def _texts(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.sql")}


if __name__ == "__main__":
    write(Path.cwd())
