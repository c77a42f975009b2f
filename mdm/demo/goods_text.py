"""How catalogues and people describe branded goods: maker, line, qualities, noun, colour and model code, in prose.

No two writers name all of it, nor in one order; the letters behind a model that tell its colour come and go.
"""

from __future__ import annotations

from random import Random

from mdm.demo import dirt, measure
from mdm.demo.dirt import Pen, weighted
from mdm.demo.part import Part
from mdm.demo.vocabulary import words

_SHORT, _LONG = 0.55, 0.85
"""Share of the qualities that a short and a long text name."""


def is_goods(part: Part) -> bool:
    """Whether people describe the part in words."""
    return bool(part.kind["identity"] == "goods")


def title(part: Part, pen: Pen, language: str, *, long: bool = False) -> str:
    """One line of a catalogue."""
    rng = pen.rng
    maker = _maker(part, rng, language)
    line = str(part.values[0]) if rng.random() < 0.75 else ""
    told = qualities(part, pen, language, share=_LONG if long else _SHORT)
    noun = _noun(part, rng, language)
    colour = _colour(part, rng, language)
    code = model(part, rng) if rng.random() < 0.8 and not (pen.sparse and rng.random() < 0.4) else ""
    fits = _fits(part, rng, language)
    pieces = weighted(
        rng,
        (
            ((maker, line, *told, noun, colour, fits, code), 40.0),
            ((maker, code, *told, noun, colour, fits), 22.0),
            ((maker, line, code, noun, *told, colour, fits), 18.0),
            ((maker, *told, noun, line, fits, colour), 10.0),
            ((noun, *told, colour, maker, code, fits), 10.0),
        ),
    )
    return _cased(" ".join(piece for piece in pieces if piece), rng)


def prose(part: Part, pen: Pen, language: str) -> str:
    """A longer description: the title, or part of it, and what advertising adds."""
    rng = pen.rng
    extra = rng.sample(words("parts")["prose"][language], rng.randint(1, 5))
    head = title(part, pen, language, long=True) if rng.random() < 0.7 else ""
    more = qualities(part, pen, language, share=_LONG)
    rng.shuffle(more)
    return _cased(" ".join((head, *more, *extra)).strip(), rng)


def qualities(part: Part, pen: Pen, language: str, *, share: float) -> list[str]:
    """Some of what the thing is like; little of it in a sparse record."""
    told = part.params[1:-1], part.values[1:-1]
    share = share / 2 if pen.sparse else share
    return [
        measure.write(kind, value, pen.rng, language)
        for (kind, _), value in zip(*told, strict=True)
        if pen.rng.random() < share
    ]


def model(part: Part, rng: Random) -> str:
    """The model as typed: whole, without its colour, set apart by hyphens, with a packing, or a shop's own number."""
    if rng.random() < 0.1:
        return part.old
    number = part.number if rng.random() < 0.84 else part.stem
    roll = rng.random()
    place = next((i for i, char in enumerate(number) if char.isdigit()), 0)
    if roll < 0.2 and place:
        number = number[:place] + rng.choice(("-", "-", " ")) + number[place:]
    elif roll < 0.27 and number != part.stem:
        number = part.stem + rng.choice(("-", "/", " / ")) + number[len(part.stem) :]
    elif roll < 0.31:
        number += rng.choice(("-EU", "NA", "-CN", "/A"))
    return dirt.spoil_code(rng, number, 0.6)


def _maker(part: Part, rng: Random, language: str) -> str:
    if rng.random() < 0.1:
        return ""
    own = part.maker.zh if language == "zh" and rng.random() < 0.6 else part.maker.brand
    return f"{own} {part.maker.brand}" if own != part.maker.brand and rng.random() < 0.15 else own


def _noun(part: Part, rng: Random, language: str) -> str:
    forms = part.kind[language]
    return str(forms[0] if rng.random() < 0.6 else rng.choice(forms))


def _colour(part: Part, rng: Random, language: str) -> str:
    if rng.random() < 0.3:
        return ""
    text = measure.write("colour", part.values[-1], rng, language)
    return f"in {text}" if language == "en" and rng.random() < 0.3 else text


def _fits(part: Part, rng: Random, language: str) -> str:
    if not part.fits:
        return ""
    return rng.choice(
        ("适用于{}", "配{}用", "用于 {}") if language == "zh" else ("for {}", "for the {}", "fits {}")
    ).format(part.fits)


def _cased(text: str, rng: Random) -> str:
    roll = rng.random()
    return text.lower() if roll < 0.35 else text.upper() if roll < 0.4 else text
