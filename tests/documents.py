"""The documents of the repository, and what a reader takes out of them: links, SQL, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[1]

_FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PROMPT = "$ "
_ASSIGNS = re.compile(r"[A-Z_]+=")
_SHELL = ("|", ">", "<", "&", ";", "2>", "&&")  # where the shell's own words begin


@dataclass(frozen=True, slots=True)
class Command:
    """What follows a prompt: its words, and the lines below it that it is said to print."""

    words: tuple[str, ...]
    printed: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """The variables set in front of the program."""
        return dict(word.split("=", 1) for word in takewhile(_ASSIGNS.match, self.words))

    @property
    def program(self) -> str:
        """What is run."""
        return self.words[len(self.environment)]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the program, without what is the shell's."""
        after = self.words[len(self.environment) + 1 :]
        return tuple(takewhile(lambda word: word not in _SHELL, after))


def documents() -> list[Path]:
    """Every document of the repository itself."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("design/*.md")])


def named(path: Path) -> str:
    """A document's path as a test's name."""
    return path.relative_to(ROOT).as_posix()


def fences(text: str, language: str) -> list[str]:
    """The fenced blocks in a language."""
    return [body for found, body in _FENCE.findall(text) if found == language]


def links(text: str) -> list[str]:
    """The targets of all links, those inside of fenced blocks left out."""
    return _LINK.findall(_FENCE.sub("", text))


def commands(text: str) -> Iterator[Command]:
    """The commands of all console blocks, in order, each with what it is said to print.

    A command goes on over the next lines while a quote is open.
    """
    for block in fences(text, "console"):
        lines = [line.strip("\n") for line in _dedented(block)]
        while lines:
            first = lines.pop(0)
            if not first.startswith(_PROMPT):
                raise ValueError(f"what prints this? {first!r}")
            typed = first.removeprefix(_PROMPT)
            while (words := _words(typed)) is None:
                typed = f"{typed}\n{lines.pop(0)}"
            printed = []
            while lines and not lines[0].startswith(_PROMPT):
                printed.append(lines.pop(0))
            yield Command(tuple(words), tuple(line for line in printed if line.strip()))


def _dedented(block: str) -> list[str]:
    lines = block.splitlines()
    margin = len(lines[0]) - len(lines[0].lstrip())
    return [line[margin:] for line in lines]


def _words(typed: str) -> list[str] | None:
    """The words as a shell reads them; None while a quote is open or a line goes on."""
    if typed.endswith("\\"):
        return None
    try:
        return shlex.split(typed, comments=True)
    except ValueError:
        return None
