"""A picture of a run: for each scenario one trial, who spoke when, and whether there was a gateway."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from proofs.lan.trial import Trial

LEFT, TOP, HEIGHT, WIDTH = 190, 70, 46, 900
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #222 } .small { font-size: 10px; fill: #666 }
.gateway { fill: #1f6fb4 } .robot { fill: #d9730d } .nobody { fill: #888 }
.up { fill: #2f9e61 } .away { fill: #d64545 } .line { stroke: #ccc } .asked { fill: #222 }
@media (prefers-color-scheme: dark) {
  .ground { fill: #16181c } text { fill: #e6e6e6 } .small { fill: #9aa0a8 } .line { stroke: #3a3e45 }
  .gateway { fill: #5aa9e6 } .robot { fill: #f2a154 } .asked { fill: #e6e6e6 }
}
@media (prefers-color-scheme: light) { .ground { fill: #fff } }
"""


def picture(trials: Sequence[Trial]) -> str:
    """SVG, for a light and a dark background."""
    shown = [trial for trial in {each.scenario: each for each in reversed(trials)}.values() if trial.ended]
    shown.sort(key=lambda trial: trial.began)
    seconds = max([trial.ended - trial.began for trial in shown], default=1.0)
    height = TOP + HEIGHT * len(shown) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" '
        'role="img" aria-label="Who spoke when, and whether there was a gateway">',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{LEFT + WIDTH + 20}" height="{height}" fill="#fff"/>',
        *_legend(),
        *_scale(seconds, height),
    ]
    for number, trial in enumerate(shown):
        parts += _lane(trial, TOP + HEIGHT * number, WIDTH / seconds)
    return "\n".join((*parts, "</svg>", ""))


def _legend() -> Iterable[str]:
    kinds = (
        ("gateway", "the gateway's voice"),
        ("robot", "the robot's own voice"),
        ("up", "gateway there"),
        ("away", "gateway gone"),
    )
    yield '<text x="10" y="24">One trial of each scenario; ▼ somebody asks for a line</text>'
    for number, (kind, text) in enumerate(kinds):
        x = LEFT + 210 + number * 160
        yield f'<rect class="{kind}" x="{x}" y="15" width="12" height="10"/>'
        yield f'<text x="{x + 18}" y="24">{text}</text>'


def _scale(seconds: float, height: int) -> Iterable[str]:
    step = next(step for step in (1, 2, 5, 10, 20, 60) if seconds / step < 15 or step == 60)
    for mark in range(0, int(seconds) + 1, step):
        x = LEFT + mark * WIDTH / seconds
        yield f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 16}" y2="{height - 16}"/>'
        yield f'<text class="small" x="{x + 3:.1f}" y="{TOP - 8}">{mark} s</text>'


def _lane(trial: Trial, y: int, scale: float) -> Iterable[str]:
    def x(moment: float) -> float:
        return LEFT + (min(max(moment, trial.began), trial.ended) - trial.began) * scale

    def bar(kind: str, began: float, ended: float, top: int, height: int, title: str) -> str:
        width = max(1.0, x(ended) - x(began))
        shape = f'x="{x(began):.1f}" y="{top}" width="{width:.1f}" height="{height}" rx="1"'
        return f'<rect class="{kind}" {shape}><title>{escape(title)}</title></rect>'

    yield f'<text x="10" y="{y + 22}">{escape(trial.scenario)}</text>'
    yield bar("up", trial.began, trial.ended, y + 32, 4, "the gateway is there")
    for began, ended in trial.away:
        yield bar("away", began, ended, y + 32, 4, f"the gateway is gone for {ended - began:.2f} s")
    for line in trial.lines:
        at = x(line.at)
        title = f"asked: {line.text}"
        yield f'<path class="asked" d="M{at - 4:.1f} {y + 2}h8l-4 6z"><title>{escape(title)}</title></path>'
    for sound in trial.sounds:
        title = f"{sound.text or '?'} ({sound.began - trial.began:.3f} to {sound.ended - trial.began:.3f} s)"
        yield bar(sound.who, sound.began, sound.ended, y + 11, 18, title)
