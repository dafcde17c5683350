# SPDX-License-Identifier: GPL-2.0
"""What the comparison looks like: text, reStructuredText, a page with the pictures."""

import html
import os

from common.picture import qemu_version


def worst(rows):
    """(lost, duplicated, longest gap in ms, all recovered) of some rows."""
    return (sum(r["lost"] for r in rows), sum(r["duplicated"] for r in rows),
            max(r["gap_ms"] for r in rows), all(r["recovered"] for r in rows))


def cell(rows):
    """One cell: lost datagrams, copies if any, the longest gap."""
    if not rows:
        return "n/a"
    lost, duplicated, gap, recovered = worst(rows)
    twice = f" +{duplicated}" if duplicated else ""
    return f"{lost}{twice} / {'' if recovered else '>'}{gap:.0f}"


def events_of(plays):
    """All events, in the order in which they were played."""
    order = {}
    for play in plays:
        for row in play.rows:
            order.setdefault(row["event"])
    full = max((list(dict.fromkeys(r["event"] for r in p.rows)) for p in plays), key=len,
               default=[])
    return full + [e for e in order if e not in full]


def grid(plays, peer=None):
    """A head and a line for each event."""
    yield ["event", *(play.setup.name for play in plays)]
    for event in events_of(plays):
        yield [event, *(cell([r for r in play.rows if r["event"] == event
                              and peer in (None, r["peer"])]) for play in plays)]


def turned(table):
    """Set-ups as lines: there are more events than a page is wide, but they have short names."""
    return [list(line) for line in zip(*table)]


def text(table):
    """Columns by blanks."""
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths)).rstrip()
                     for line in table)


def rst(table):
    """A simple table of reStructuredText."""
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    rule = " ".join("=" * w for w in widths)
    lines = [" ".join(c.ljust(w) for c, w in zip(line, widths)).rstrip() for line in table]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule])


def peers_of(plays):
    """The names of the guest's peers."""
    return list(dict.fromkeys(r["peer"] for play in plays for r in play.rows))


def page(out, plays):
    """index.html: the table, then the timelines."""
    table = list(grid(plays))
    rows = "\n".join("<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in line) + "</tr>"
                     for tag, line in zip(["th", *["td"] * len(table)], table))
    pictures = "\n".join(f"<h2>{html.escape(p.setup.name)}</h2>\n"
                         f"<img src=\"{p.setup.slug}.svg\" alt=\"{html.escape(p.setup.name)}\">\n"
                         + "".join(f"<p>{html.escape(n)}</p>\n" for n in p.notes)
                         for p in plays)
    with open(os.path.join(out, "index.html"), "w", encoding="utf-8") as f:
        f.write("<!doctype html>\n<meta charset=\"utf-8\">\n<title>vfpath and others</title>\n"
                "<style>body{font:14px sans-serif} td,th{padding:2px 8px;text-align:left}"
                " .side{display:flex;flex-wrap:wrap} img{width:100%}</style>\n"
                "<h1>Lost datagrams / longest gap in ms</h1>\n"
                f"<table>{rows}</table>\n{pictures}\n")


def heading(kernel):
    """What the figures are, and of what."""
    return (f"Kernel {kernel.version}, QEMU {qemu_version()}. Lost datagrams of all streams "
            "(+copies) / longest gap of any, in ms; ``>``: some stream was still silent at the "
            "end.\n")


def summary(kernel, plays):
    """The table for a terminal."""
    done = [play for play in plays if play.rows]
    if not done:
        return ""
    notes = [f"{play.setup.name}: {note}" for play in done for note in play.notes]
    return "\n".join(["", heading(kernel).replace("``", ""), text(list(grid(done))), *notes])


def write(out, kernel, plays):
    """table.rst and index.html."""
    done = [play for play in plays if play.rows]
    if not done:
        return
    parts = [heading(kernel), rst(list(grid(done)))]
    for peer in peers_of(done):
        parts += [f"\nThe same, with {peer} alone:\n", rst(list(grid(done, peer)))]
    for play in done:
        parts += [f"\n{play.setup.name}: {n}." for n in play.notes]
    with open(os.path.join(out, "table.rst"), "w", encoding="utf-8") as f:
        f.write("\n".join(parts) + "\n")
    page(out, done)
