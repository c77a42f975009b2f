"""The words in which a rule file declares how records of one entity are compared and merged.

A rule file (``matching_rules/<entity>.py``) builds exactly one ``RULES = RuleSet(...)`` from the names below and
contains nothing else: no function, no SQL, no condition. Each level kind has a DuckDB and a plain-Python form in
``mdm.linkage.levels``; each feature kind is a function in ``mdm.domain.features``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Feature:
    """A comparable column derived from attributes.

    ``kind`` names a function of ``mdm.domain.features``; ``of`` lists ``attribute`` or ``attribute.part``
    references, pooled in order. ``array`` columns hold a set of texts, others one text; ``number`` one float.
    ``weighted`` sets are expanded at match time so that rare members count more (idf, whole bits); ``counted`` ones
    know how many things each of their members fits, which ``rare`` asks for.
    """

    name: str
    kind: str
    of: tuple[str, ...]
    array: bool = True
    number: bool = False
    weighted: bool = False
    counted: bool = False


def attributes_of(feature: Feature) -> tuple[str, ...]:
    """The attributes a feature is made of, each once; ``@source`` and its like are no attributes."""
    names = (reference.partition(".")[0] for reference in feature.of)
    return tuple(dict.fromkeys(name for name in names if not name.startswith("@")))


def parts(attributes: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """References to these parts of each attribute: ``parts(("material_name", "name_en"), "noun")``."""
    return tuple(f"{attribute}.{name}" for name in names for attribute in attributes)


def each(prefix: str, names: tuple[str, ...], of: tuple[str, ...]) -> tuple[Feature, ...]:
    """One feature per name, of the kind that is called so behind ``prefix``, all of the same references."""
    return tuple(Feature(name, prefix + name, of) for name in names)


class LevelKind(StrEnum):
    """The closed set of ways to judge two values; see ``mdm.linkage.levels`` for both forms of each."""

    EXACT = "exact"
    """Both present and equal."""
    SHARED = "shared"
    """Both sets hold at least ``threshold`` common members."""
    OVERLAP = "overlap"
    """|A∩B| / min(|A|,|B|) >= threshold."""
    JACCARD = "jaccard"
    """|A∩B| / |A∪B| >= threshold."""
    RARE = "rare"
    """Both sets hold a member that at most ``threshold`` things fit, these two among them."""
    SUBSET = "subset"
    """One set holds the other."""
    DISJOINT = "disjoint"
    """Both present, nothing in common: they contradict each other."""
    JARO_WINKLER = "jaro_winkler"
    """Jaro-Winkler similarity >= threshold, ASCII keys only."""
    EDITS = "edits"
    """Levenshtein distance <= threshold, ASCII keys only."""
    WITHIN = "within"
    """Numbers whose difference is <= threshold."""
    MISSING = "missing"
    """At least one side has no value."""
    ALL = "all"
    """Every one of ``parts`` holds."""
    ANY = "any"
    """At least one of ``parts`` holds."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a comparison: ``kind`` on ``column`` (a feature name), labelled for people."""

    kind: LevelKind
    column: str = ""
    threshold: float = 1.0
    en: str = ""
    zh: str = ""
    parts: tuple[Level, ...] = ()


def exact(column: str, en: str = "", zh: str = "") -> Level:
    """Both present and equal."""
    return Level(LevelKind.EXACT, column, 1.0, en, zh)


def shared(column: str, en: str = "", zh: str = "", *, at_least: int = 1) -> Level:
    """The two sets have ``at_least`` members in common."""
    return Level(LevelKind.SHARED, column, float(at_least), en, zh)


def overlap(column: str, at_least: float, en: str = "", zh: str = "") -> Level:
    """The smaller set lies at least this far (0 to 1) inside the larger."""
    return Level(LevelKind.OVERLAP, column, at_least, en, zh)


def jaccard(column: str, at_least: float, en: str = "", zh: str = "") -> Level:
    """Common share of all members (0 to 1)."""
    return Level(LevelKind.JACCARD, column, at_least, en, zh)


def rare(column: str, at_most: int, en: str = "", zh: str = "") -> Level:
    """Both sides hold a member that at most so many things fit, as far as the last full run knew."""
    return Level(LevelKind.RARE, column, float(at_most), en, zh)


def subset(column: str, en: str = "", zh: str = "") -> Level:
    """One set holds the other."""
    return Level(LevelKind.SUBSET, column, 1.0, en, zh)


def disjoint(column: str, en: str = "", zh: str = "") -> Level:
    """Both present and nothing in common."""
    return Level(LevelKind.DISJOINT, column, 1.0, en, zh)


def jaro_winkler(column: str, at_least: float, en: str = "", zh: str = "") -> Level:
    """Alike by Jaro-Winkler on an ASCII key."""
    return Level(LevelKind.JARO_WINKLER, column, at_least, en, zh)


def edits(column: str, at_most: int, en: str = "", zh: str = "") -> Level:
    """At most this many typing errors apart on an ASCII key."""
    return Level(LevelKind.EDITS, column, float(at_most), en, zh)


def within(column: str, at_most: float, en: str = "", zh: str = "") -> Level:
    """Numbers no further apart than this."""
    return Level(LevelKind.WITHIN, column, at_most, en, zh)


def missing(column: str, en: str = "", zh: str = "") -> Level:
    """At least one side is empty."""
    return Level(LevelKind.MISSING, column, 1.0, en, zh)


def all_of(*parts: Level, en: str = "", zh: str = "") -> Level:
    """Every part holds."""
    return Level(LevelKind.ALL, "", 1.0, en, zh, parts)


def any_of(*parts: Level, en: str = "", zh: str = "") -> Level:
    """At least one part holds."""
    return Level(LevelKind.ANY, "", 1.0, en, zh, parts)


def contradict(*columns: str, en: str = "", zh: str = "") -> Level:
    """Both sides state at least one of these and have nothing in common there."""
    return any_of(*map(disjoint, columns), en=en, zh=zh)


def graded(
    level: Level, on: str, amounts: tuple[tuple[int, str, str], ...], en: str, zh: str
) -> tuple[Level, ...]:
    """A simple level in steps of how much of ``on`` is shared, the most first.

    ``amounts``: least weight or number of shared members, and the word for it in both languages; 0 asks for none.
    Raises ValueError for a level made of others.
    """
    if level.parts:
        raise ValueError("only a simple level comes in steps")
    return tuple(
        _step(level, on, least, f"{en} ({much})", f"{zh}（{how_much}）") for least, much, how_much in amounts
    )


def _step(level: Level, on: str, least: int, en: str, zh: str) -> Level:
    if least <= 0:
        return replace(level, en=en, zh=zh)
    return all_of(level, shared(on, at_least=least), en=en, zh=zh)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one subject of a pair is judged: the first level that holds counts, else ``otherwise``.

    ``null`` says when the comparison is silent (weight 0); by default when any column of the levels is missing
    on either side.
    """

    name: str
    en: str
    zh: str
    levels: tuple[Level, ...]
    null: Level | None = None
    otherwise_en: str = "differ"
    otherwise_zh: str = "不同"


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """A pair is worth comparing when both hold a common member of array feature ``on``.

    A key held by more than ``max_records`` records is hot: it is left out and reported. Where the rule names a feature
    in ``refine_by``, both must hold a member of that as well, and such a combination may be hot in its turn.
    """

    on: str
    max_records: int = 50
    refine_by: str = ""


@dataclass(frozen=True, slots=True)
class Veto:
    """What forbids an automatic link, however alike the rest is.

    ``hard`` contradictions forbid a merge if any cross pair of the two clusters shows them; soft ones if the pair
    itself, or more than ``contradiction_share`` of the cross pairs, does. ``unless`` names what overrules it.
    ``parts``: two records that differ so are two things, so that one that fits both may belong to either; without it
    they may be one thing written down differently, and are nobody's rivals.
    """

    name: str
    when: Level
    en: str
    zh: str
    clause: str = ""
    unless: Level | None = None
    hard: bool = True
    regulated: bool = False
    parts: bool = True


class Action(StrEnum):
    """The three outcomes for a pair."""

    LINK = "link"
    REVIEW = "review"
    NON_LINK = "non_link"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this match weight (bits) upwards the pair gets this outcome, unless a higher threshold holds."""

    action: Action
    min_weight: float
    label: str


class Criterion(StrEnum):
    """How the surviving value is chosen; criteria apply in order until one candidate is left."""

    VERIFIED = "verified"
    """Values that passed their check (check digit, code list) before those that did not."""
    TRUST = "trust"
    """Trust of the source kind in the attribute, decaying with the age of the value."""
    MOST_COMMON = "most_common"
    MOST_COMPLETE = "most_complete"
    MOST_RECENT = "most_recent"


@dataclass(frozen=True, slots=True)
class Survivorship:
    """Rule for ``attribute`` (``*`` = every attribute without its own): criteria in order, trust by source kind."""

    attribute: str
    criteria: tuple[Criterion, ...]
    trust: tuple[str, ...] = ()
    half_life_days: float = 1825.0


@dataclass(frozen=True, slots=True)
class Risk:
    """A wrong verdict costs more where ``attribute`` holds one of ``values`` (empty: any value); weight 0 to 1."""

    attribute: str
    values: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Partners:
    """Two records that fit each other best are linked where ``when`` holds, if their sources hold each thing once.

    From ``least`` bits on and without an anchor, where neither fits another record of the other's source within
    ``margin`` bits: since either source holds the thing at most once, the second best speaks against nobody else.
    """

    when: Level
    least: float
    margin: float


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All declarations for one entity; ``version`` is the author's, the fingerprint comes from the content.

    ``anchors``: evidence of which at least one must hold for an automatic link (empty: none needed).
    ``rival_margin``: no automatic link to one of two records that contradict each other while the other fits as well
    but for so many bits (None: the heavier link wins).
    ``partners``: what is linked between two sources that hold each thing once (None: as between any two sources).
    ``risks``: whose questions the queue asks first.
    ``identifiers``: features whose members name a thing: records that share one count once where things are counted.
    ``apart``: features that tell things apart where they are counted: a record without any of them is no further thing
    (empty: every record that shares no identifier is one).
    """

    entity: str
    version: str
    features: tuple[Feature, ...]
    comparisons: tuple[Comparison, ...]
    blocking: tuple[BlockingRule, ...]
    thresholds: tuple[Threshold, ...]
    vetoes: tuple[Veto, ...] = ()
    anchors: tuple[Level, ...] = ()
    survivorship: tuple[Survivorship, ...] = ()
    prior: float = 0.05
    contradiction_share: float = 0.2
    rival_margin: float | None = None
    partners: Partners | None = None
    training: tuple[str, ...] = field(default=())
    """Array features that block the EM passes when no shipped weights exist."""
    risks: tuple[Risk, ...] = ()
    identifiers: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
