"""Turns a part into the descriptions people type: words and measures in any order, language and separator."""

from __future__ import annotations

from random import Random

from mdm.demo import dirt, goods_text, measure
from mdm.demo.dirt import Pen, weighted
from mdm.demo.part import Part

_MARKS = (
    (" ", 34.0),
    (",", 17.0),
    ("-", 9.0),
    ("/", 7.0),
    (" / ", 5.0),
    ("_", 5.0),
    (";", 5.0),
    ("，", 7.0),
    ("", 4.0),
    ("、", 2.0),
    (", ", 5.0),
)


def noun(part: Part, rng: Random, language: str) -> str:
    """What the thing is called: mostly by its first word, else by another one in use; goods by a line of words."""
    if goods_text.is_goods(part):
        return goods_text.title(part, Pen(rng), language)
    forms = part.kind[language]
    word = str(forms[0] if rng.random() < 0.58 else rng.choice(forms))
    return word.upper() if language == "en" and rng.random() < 0.18 else word


def measures(part: Part, pen: Pen, language: str, *, lose: float = 0.03) -> str:
    """The parameters as one text; each is lost now and then, in sparse records mostly all of them."""
    rng = pen.rng
    if goods_text.is_goods(part):
        return " ".join(goods_text.qualities(part, pen, language, share=1 - lose))
    if pen.sparse and rng.random() < 0.5:
        return ""
    texts = [
        measure.write(kind, value, rng, _spoken(rng, language))
        for (kind, _), value in zip(part.params, part.values, strict=True)
        if rng.random() > (0.3 if pen.sparse else lose)
    ]
    if rng.random() < 0.14:
        rng.shuffle(texts)
    return weighted(rng, _MARKS).join(texts)


def _spoken(rng: Random, language: str) -> str:
    """Chinese texts borrow English words and the other way round."""
    if language == "zh":
        return "zh" if rng.random() < 0.74 else "en"
    return "en" if rng.random() < 0.48 else "zh"


def description(part: Part, pen: Pen, language: str) -> str:
    """Noun, measures, perhaps a standard and perhaps the number under which the part is known."""
    rng = pen.rng
    if goods_text.is_goods(part):
        long = rng.random() < 0.4
        return finish(
            goods_text.prose(part, pen, language) if long else goods_text.title(part, pen, language), rng
        )
    body = measures(part, pen, language)
    text = noun(part, rng, language)
    if body:
        text += weighted(rng, [(" ", 50.0), ("-", 18.0), (",", 16.0), (", ", 8.0), ("，", 8.0)]) + body
    text += tail(part, pen)
    return finish(text, rng)


def specification(part: Part, pen: Pen, language: str) -> str:
    """A specification field: measures, perhaps standard and number beside them, or the number alone."""
    rng = pen.rng
    if goods_text.is_goods(part):
        told = goods_text.qualities(part, pen, language, share=0.7)
        return finish(
            " ".join((goods_text.model(part, rng) if rng.random() < 0.75 else "", *told)).strip(), rng
        )
    body, key = measures(part, pen, language), part.key
    if key and rng.random() < 0.45:
        spoiled = dirt.spoil_code(rng, with_revision(part, rng))
        body = rng.choice((f"{spoiled} {body}", f"{body} {spoiled}", spoiled)).strip()
    return finish(body + (tail(part, pen) if rng.random() < 0.5 else ""), rng)


def tail(part: Part, pen: Pen) -> str:
    """Standard, identifying number, a word on what it replaces."""
    rng = pen.rng
    text = ""
    standards = part.kind.get("standards", ())
    if standards and rng.random() < 0.18:
        standard = str(rng.choice(standards))
        text += " " + (standard.replace(" ", "").replace("/", "") if rng.random() < 0.3 else standard)
    if part.key and rng.random() < (0.12 if pen.sparse else 0.38):
        text += " " + dirt.spoil_code(rng, with_revision(part, rng), 0.7)
    if part.replaces and rng.random() < 0.3:
        text += rng.choice((" 替代{}", " (replaces {})", " 代替{}", " supersedes {}")).format(part.replaces)
    return text


def with_revision(part: Part, rng: Random) -> str:
    """The number, for own drawings sometimes with the revision stuck to it in one of five ways."""
    if not part.drawing or rng.random() < 0.62:
        return part.key
    form = rng.choice(("{} REV {}", "{}-{}", "{}({}版)", "{}/{}", "{} Rev.{}", "{}_{}"))
    return form.format(part.key, revision(rng))


def revision(rng: Random) -> str:
    """A revision mark; every writer has another style."""
    return rng.choice(("A", "B", "C", "D", "E", "0", "1", "2", "3", "001", "002"))


def finish(text: str, rng: Random) -> str:
    """The whole text as it got into the field."""
    roll = rng.random()
    if roll < 0.025:
        return dirt.full_width(text)
    if roll < 0.05:
        return text.upper()
    return dirt.spoil_name(rng, text, 0.8)
