"""The one writer of tables: every column is there at every width, and every word of every cell."""

from collections.abc import Collection, Iterator, Sequence

from robotvoice.console.wrapping import WORD, cells, padded, wrapped

GAP = "  "


def table(rows: Sequence[Sequence[str]], width: int | None = None, *, right: Collection[int] = ()) -> str:
    """The first row is the headings. `right`: the columns whose cells end at the same place.

    Columns are as wide as they must be. If that is more than `width`, cells are wrapped between words, those
    of the widest column first; if no column can give way any more, each row becomes a block with a line for
    each of its cells. None: as wide as it comes.
    """
    natural = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    widths = natural if width is None else _fitted(rows, natural, width - len(GAP) * (len(natural) - 1))
    if widths is None:
        assert width is not None, "without a limit every column has its room"
        blocks = ([pair for pair in zip(rows[0], row, strict=True) if pair[1]] for row in rows[1:])
        return "\n\n".join(sheet(block, width) for block in blocks)
    return "\n".join(line for row in rows for line in _lines(row, widths, right))


def sheet(pairs: Sequence[tuple[str, str]], width: int | None = None, gap: str = GAP) -> str:
    """A line for each name and what is said of it, wrapped between words; none of the names need be there."""
    before = max((cells(name) for name, _ in pairs), default=0)
    lines: list[str] = []
    for name, said in pairs:
        # Without a width as it is, as its spaces may mean something.
        first, *more = [said] if width is None else wrapped(said, width - before - len(gap))
        lines.append(f"{padded(name, before)}{gap}{first}".rstrip())
        lines += [f"{' ' * before}{gap}{line}" for line in more]
    return "\n".join(lines)


def _fitted(rows: Sequence[Sequence[str]], natural: list[int], room: int) -> list[int] | None:
    """Widths that fit; None if the longest words do not."""
    columns = zip(*rows, strict=True)
    least = [max(cells(word) for cell in column for word in [*WORD.findall(cell), ""]) for column in columns]
    if sum(least) > room:
        return None
    widths = list(natural)
    while sum(widths) > room:
        widest = max((n for n in range(len(widths)) if widths[n] > least[n]), key=lambda n: widths[n])
        widths[widest] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> Iterator[str]:
    columns = [
        [cell] if cells(cell) <= width else wrapped(cell, width)
        for cell, width in zip(row, widths, strict=True)
    ]
    for number in range(max(map(len, columns))):
        line = (column[number] if number < len(column) else "" for column in columns)
        shown = (padded(cell, widths[n], right=n in right) for n, cell in enumerate(line))
        yield GAP.join(shown).rstrip()
