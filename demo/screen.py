"""Draw the last lines of the demo as a terminal: ``python -m demo.screen 24``.

Reads what ``make demo`` printed from standard input and writes an SVG to standard
output, for ``docs/pictures/demo.svg``.
"""

import html
import sys
from collections.abc import Sequence

from demo.terminal import WIDTH_COLUMNS

_LETTER, _LINE, _MARGIN = 8.0, 19, 18
_BACKGROUND, _INK, _PROMPT = "#0d1117", "#e6edf3", "#7ee787"


def draw(lines: Sequence[str]) -> str:
    """Return the lines as an SVG, wide as the demo's own terminal."""
    width = WIDTH_COLUMNS * _LETTER + 2 * _MARGIN
    height = len(lines) * _LINE + 2 * _MARGIN
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" font-size="13"',
        '  font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"',
        f'  viewBox="0 0 {width:.0f} {height}">',
        "<title>The last screen of the demo</title>",
        f'<rect width="{width:.0f}" height="{height}" rx="8" fill="{_BACKGROUND}"/>',
    ]
    for number, line in enumerate(lines):
        y = _MARGIN + number * _LINE + 14
        # What the reader types, and titles, start at the left.
        strong = line[:1].strip() != ""
        colour = _PROMPT if line.startswith("$ ") else _INK
        weight = ' font-weight="bold"' if strong else ""
        parts.append(
            f'<text x="{_MARGIN}" y="{y}" fill="{colour}"{weight} xml:space="preserve">'
            f"{html.escape(line[:WIDTH_COLUMNS])}</text>"
        )
    return "\n".join((*parts, "</svg>", ""))


def main() -> None:
    """Draw as many of the last lines as the argument says."""
    printed = sys.stdin.read().rstrip("\n").splitlines()
    print(draw(printed[-int(sys.argv[1]) :]), end="")


if __name__ == "__main__":
    main()
