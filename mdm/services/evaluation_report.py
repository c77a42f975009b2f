"""The evaluation as one self-contained document in Chinese and English: figures, charts, worst errors side by side.

It loads nothing, runs nothing and names no time of its own: the same evaluation gives the same bytes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations

from mdm.domain.chart import Bar, Point, reliability_svg, weight_svg
from mdm.domain.cluster import Pair, Partition
from mdm.domain.interval import Share
from mdm.domain.source import Json
from mdm.linkage.evaluate import Evaluation, Score
from mdm.services.cluster import Scope
from mdm.services.evidence import evidence_of

ERRORS = 50
"""Errors that are shown: up to half of them wrong links, the rest missed ones."""

STEP = 1.0
"""Bits of match weight per bar of the histogram."""

_STYLE = """
:root{color-scheme:light}
body{font:10.5pt/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#16202a;background:#fff;
margin:2rem auto;max-width:64rem;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:2px solid #24506e}
h3{font-size:1rem;margin:1rem 0 .2rem}p{margin:.3rem 0}.small,figcaption{color:#51606d;font-size:.88em}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem}
th,td{border-bottom:1px solid #cfd8df;padding:.22rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{border-bottom:2px solid #8a99a5;color:#51606d;font-weight:600}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.7rem;margin:1rem 0}
.tile{border:1px solid #cfd8df;border-radius:6px;padding:.5rem .7rem}.tile b{display:block;font-size:1.35rem}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:1rem}figure{margin:0}
.chart{width:100%;height:auto}.chart text{fill:#51606d;font-size:12px}.chart .grid{stroke:#e1e7ec}
.chart .frame,.chart .whisker{stroke:#51606d}.chart .ideal{stroke:#8a99a5;stroke-dasharray:4 4}
.chart .curve{fill:none;stroke:#24506e;stroke-width:1.5}.chart .dot{fill:#24506e}
.chart .bar-a{fill:#24506e}.chart .bar-b{fill:#d98e4a}
.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;vertical-align:-.08em}
.key.a{background:#24506e}.key.b{background:#d98e4a}
.error{break-inside:avoid;border:1px solid #cfd8df;border-radius:6px;padding:.4rem .7rem;margin:.7rem 0}
.error table{table-layout:fixed;margin:.3rem 0}.error th{width:22%;font-weight:400;color:#51606d}
tr.differs td{background:#fbeee2}tr.differs th::before{content:"≠ ";font-weight:700;color:#a5480a}
tr{break-inside:avoid}h2,h3{break-after:avoid}@page{margin:15mm}
@media print{body{margin:0;max-width:none}.error,.tile{border-color:#999}}
@media (max-width:40rem){.charts{grid-template-columns:1fr}}
"""

_SLICES = {
    "zh-zh": "中文–中文 zh–zh",
    "en-en": "英文–英文 en–en",
    "zh-en": "中文–英文 zh–en",
    "sparse": "信息稀少 sparse",
}

_KINDS = {
    "branch": ("分支机构", "branch"),
    "foreign_parent_vs_china_sub": ("境外母公司与境内子公司", "foreign parent and its Chinese subsidiary"),
    "foreign_sister": ("境外姐妹公司", "foreign sister company"),
    "grade": ("牌号或等级不同", "another grade"),
    "homophone": ("同音字号", "names that sound alike"),
    "left_right": ("左右件", "left and right"),
    "one_dimension_or_parameter": ("一个尺寸或参数不同", "one dimension or parameter differs"),
    "one_parameter": ("一个参数不同", "one parameter differs"),
    "other_industry_same_owner": ("同一业主的其他行业公司", "other trade of the same owner"),
    "other_maker_same_spec": ("规格相同、厂家不同", "same specification of another maker"),
    "other_product_line": ("其他产品线", "another product line"),
    "parent_subsidiary": ("母公司与子公司", "parent and subsidiary"),
    "replacement_same_tag": ("同一位号的更换设备", "replacement under the same tag"),
    "same_address": ("同一地址", "same address"),
    "same_family": ("同一系列", "same family"),
    "same_model_next_serial": ("同型号相邻序列号", "same model, next serial number"),
    "same_model_other_site": ("同型号其他厂区", "same model at another site"),
    "same_name_other_drawing": ("同名不同图号", "same name, other drawing"),
    "same_serial_other_maker": ("同序列号不同厂家", "same serial number of another maker"),
    "same_trade_unrelated": ("同字号无关联", "same trade name, unrelated"),
    "sister_model_same_area": ("同区域姐妹型号", "sister model in the same area"),
    "sister_plant": ("姐妹工厂", "sister plant"),
    "sterile_vs_nonsterile": ("无菌与非无菌", "sterile and not sterile"),
    "sub_unit_same_line": ("同一产线的子单元", "unit of the same line"),
    "superseded_part_number": ("已替代的件号", "superseded part number"),
}
"""Kinds of hard negatives of generated worlds; a kind that a truth file brings along is shown as it is."""


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One attribute of the two records of an error."""

    label: str
    left: str
    right: str
    differs: bool


@dataclass(frozen=True, slots=True)
class PairError:
    """A wrong link or a missed match: the records, why the machine thought so, and what stood in the way."""

    wrong: bool
    weight: float
    left: str
    right: str
    rows: tuple[ErrorRow, ...]
    sentence_en: str
    sentence_zh: str
    levels: str
    vetoes: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything the document shows; ``weighed``: (match weight, is a match) of the pairs that were worth asking."""

    title: str
    evaluation: Evaluation
    weighed: Sequence[tuple[float, bool]]
    errors: Sequence[PairError]
    wrong: int
    missed: int


def judge_pairs(
    title: str,
    found: Evaluation,
    scope: Scope,
    grouped: Partition,
    truth: Mapping[int, str],
    values: Mapping[int, Mapping[str, Json]],
) -> Judgement:
    """What the document needs beside the evaluation; ``values``: standard values of each record."""
    home = {record: place for place, members in enumerate(grouped.clusters) for record in members}
    weights = {(pair.left, pair.right): pair.weight for pair in scope.pairs}
    made = [
        pair
        for members in grouped.clusters
        for pair in combinations(sorted(record for record in members if record in truth), 2)
    ]
    wrong = [pair for pair in made if truth[pair[0]] != truth[pair[1]]]
    missed = [pair for pair in _true_pairs(truth) if home.get(pair[0]) != home.get(pair[1])]
    shown = [(pair, True) for pair in _worst(wrong, weights, ERRORS // 2)]
    shown += [(pair, False) for pair in _worst(missed, weights, ERRORS - len(shown))]
    return Judgement(
        title,
        found,
        [(w, truth[a] == truth[b]) for (a, b), w in weights.items() if a in truth and b in truth],
        [_error(scope, pair, values, wrong=is_wrong) for pair, is_wrong in shown],
        len(wrong),
        len(missed),
    )


def document(judged: Sequence[Judgement]) -> str:
    """The whole document, one chapter per judgement."""
    chapters = "".join(_chapter(each) for each in judged)
    title = "匹配评估 Evaluation of matching"
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>{chapters}</body></html>\n"
    )


def _true_pairs(truth: Mapping[int, str]) -> Iterable[Pair]:
    things: dict[str, list[int]] = {}
    for record, thing in sorted(truth.items()):
        things.setdefault(thing, []).append(record)
    return (pair for members in things.values() for pair in combinations(members, 2))


def _worst(pairs: Sequence[Pair], weights: Mapping[Pair, float], number: int) -> list[Pair]:
    """The heaviest first: wrong ones the machine was surest of, missed ones it had most evidence for."""
    return sorted(pairs, key=lambda pair: (-weights.get(pair, -math.inf), pair))[:number]


def _error(scope: Scope, pair: Pair, values: Mapping[int, Mapping[str, Json]], *, wrong: bool) -> PairError:
    evidence = evidence_of(scope.matcher, *(scope.prepare(record) for record in pair))
    left, right = (values.get(record, {}) for record in pair)
    attributes = scope.matcher.entity.attributes
    rows = [
        _row(f"{attributes[name].zh} {attributes[name].en}", _text(left.get(name)), _text(right.get(name)))
        for name in attributes
        if _text(left.get(name)) or _text(right.get(name))
    ]
    said = [
        f"{item['zh']} {item['en']}: {item['level_zh']} {item['level_en']} {item['weight']:+.1f}"
        for item in evidence["comparisons"]
        if abs(item["weight"]) >= 0.05
    ]
    keys = [scope.records[record].key for record in pair]
    return PairError(
        wrong,
        float(evidence["weight"]),
        f"{keys[0].system}:{keys[0].key}",
        f"{keys[1].system}:{keys[1].key}",
        tuple(sorted(rows, key=lambda row: not row.differs)),
        str(evidence["sentence_en"]),
        str(evidence["sentence_zh"]),
        "; ".join(said),
        "; ".join(f"{veto['zh']} {veto['en']}" for veto in evidence["vetoes"]),
    )


def _row(label: str, left: str, right: str) -> ErrorRow:
    """What only one side tells is no difference."""
    return ErrorRow(label, left, right, bool(left and right) and left != right)


def _text(value: Json) -> str:
    return "" if value is None else str(value)


# -- chapters ----------------------------------------------------------------------------------------------


def _chapter(judged: Judgement) -> str:
    found = judged.evaluation
    return (
        f"<h1>{escape(judged.title)}</h1>"
        f'<p class="small">{found.records} 条记录 records · {found.entities} 个实体 entities · '
        f"{found.clusters} 条黄金记录 golden records. 判定不计入 Verdicts do not count.</p>"
        f"{_tiles(found)}{_scores(found)}{_kinds(found)}{_queue(found)}{_charts(judged)}{_errors(judged)}"
    )


def _tiles(found: Evaluation) -> str:
    precision = found.automatic.precision
    tiles = [
        (
            "准确率 precision of links",
            _percent(precision.value),
            f"≥ {_percent(precision.at_least)} (95 %, n = {precision.number})",
        ),
        ("召回率 pair recall", _percent(found.pairwise.recall), f"F1 {_percent(found.pairwise.f1)}"),
        (
            "B³ F1",
            _percent(found.b_cubed.f1),
            f"P {_percent(found.b_cubed.precision)} · R {_percent(found.b_cubed.recall)}",
        ),
        (
            "完整还原 entities recovered exactly",
            _percent(found.exact_share),
            f"{found.exact_entities} / {found.entities}",
        ),
        ("误并 hard negatives merged", _number(found.hard_per_1000), "每千实体 per 1,000 entities"),
        ("待审 decisions", _number(found.queue.decisions_per_1000_records), "每千记录 per 1,000 records"),
    ]
    inside = "".join(
        f'<div class="tile">{escape(name)}<b>{escape(value)}</b><span class="small">{escape(note)}</span></div>'
        for name, value, note in tiles
    )
    return f'<div class="tiles">{inside}</div>'


def _scores(found: Evaluation) -> str:
    rows = [("全部 all pairs", found.pairwise), ("B³ (记录 records)", found.b_cubed)]
    rows += [(_SLICES.get(name, name), score) for name, score in found.slices.items()]
    return _section(
        "按语言切片 By language slice",
        _table(
            ["", "准确率 precision", "召回率 recall", "F1"], [[name, *_score(score)] for name, score in rows]
        ),
        "切片按两条记录的书写语言；稀少：任一方少于三个值。 Slices by what the two records are written in; "
        "sparse: either holds fewer than three values.",
    )


def _kinds(found: Evaluation) -> str:
    if not found.false_merges:
        return ""
    rows = [
        [
            " ".join(_KINDS.get(kind, (kind,))),
            str(each.pairs),
            str(each.merged),
            _percent(each.share),
            f"{_percent(each.low)} – {_percent(each.high)}",
        ]
        for kind, each in sorted(found.false_merges.items(), key=lambda item: -(item[1].share or 0))
    ]
    heads = ["种类 kind", "对数 pairs", "误并 merged", "比例 share", "95 % 区间 interval"]
    return _section("按难例种类 By kind of hard negative", _table(heads, rows), "")


def _queue(found: Evaluation) -> str:
    queue, calibration = found.queue, found.calibration
    rows = [
        ["自动链接 automatic links", f"{found.automatic.links} ({_percent(found.automatic.share)})"],
        ["准确率 precision", _interval(found.automatic.precision)],
        ["待审记录对 queue pairs", f"{queue.pairs} ({_number(queue.per_1000_records)} / 1,000)"],
        ["所需判定 decisions", f"{queue.decisions} ({_number(queue.decisions_per_1000_records)} / 1,000)"],
        ["其中匹配 yield", _percent(queue.matches)],
        ["全部答对后的召回率 recall if answered", _percent(queue.recall_if_answered)],
        ["校准误差 ECE", _percent(calibration.ece)],
        ["Brier", "–" if calibration.brier is None else f"{calibration.brier:.3f}"],
    ]
    return _section("自动判定与待办队列 Automatic decisions and queue", _table(["", ""], rows), "")


def _charts(judged: Judgement) -> str:
    points = [
        Point(part.stated, part.found.value, part.found.low, part.found.high, part.pairs)
        for part in judged.evaluation.calibration.curve
        if part.found.value is not None and part.found.low is not None and part.found.high is not None
    ]
    bars = _bars(judged.weighed)
    reliability = reliability_svg(
        points, "显示概率 probability shown", "匹配比例 share of matches", "可靠性曲线 Reliability curve"
    )
    weights = weight_svg(bars, STEP, "匹配权重 match weight (bits)", "对数 pairs", "权重分布 Match weights")
    inside = (
        f"<figure>{reliability}<figcaption>可靠性曲线：待审问题；落在虚线上即所言属实。 Reliability of questions "
        f"in the queue; on the dashed line the machine is as sure as it says.</figcaption></figure>"
        f'<figure>{weights}<figcaption>复核阈值以上的记录对： <span class="key a"></span> 匹配 matches '
        f'<span class="key b"></span> 非匹配 others. Pairs from the review threshold upwards.</figcaption></figure>'
    )
    return _section("校准与权重 Calibration and weights", f'<div class="charts">{inside}</div>', "")


def _bars(weighed: Iterable[tuple[float, bool]]) -> list[Bar]:
    counted = Counter((math.floor(weight / STEP), is_match) for weight, is_match in weighed)
    if not counted:
        return []
    steps = [step for step, _ in counted]
    return [
        Bar(step * STEP, counted[step, True], counted[step, False])
        for step in range(min(steps), max(steps) + 1)
    ]


def _errors(judged: Judgement) -> str:
    parts = []
    for wrong, total, title in (
        (True, judged.wrong, "误链接 Wrong links"),
        (False, judged.missed, "漏匹配 Missed matches"),
    ):
        shown = [each for each in judged.errors if each.wrong is wrong]
        parts.append(f"<h3>{title}: {total} <span class='small'>(显示 shown {len(shown)})</span></h3>")
        parts += [_error_card(each) for each in shown]
    return _section("最严重的错误 The worst errors, side by side", "".join(parts), "")


def _error_card(error: PairError) -> str:
    rows = "".join(
        f'<tr{" class=differs" if row.differs else ""}><th scope="row">{escape(row.label)}</th>'
        f"<td>{escape(row.left) or '–'}</td><td>{escape(row.right) or '–'}</td></tr>"
        for row in error.rows
    )
    vetoes = f"<p>⚠ {escape(error.vetoes)}</p>" if error.vetoes else ""
    return (
        f'<section class="error"><p><b>{error.weight:+.1f} bits</b> {escape(error.sentence_zh)}<br>'
        f"{escape(error.sentence_en)}</p>{vetoes}"
        f'<table><thead><tr><th></th><th scope="col">{escape(error.left)}</th>'
        f'<th scope="col">{escape(error.right)}</th></tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="small">{escape(error.levels)}</p></section>'
    )


def _section(title: str, inside: str, note: str) -> str:
    below = f'<p class="small">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{inside}{below}</section>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(
        f'<th scope="col"{" class=n" if place else ""}>{escape(text)}</th>'
        for place, text in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="n">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _score(score: Score) -> list[str]:
    return [_percent(score.precision), _percent(score.recall), _percent(score.f1)]


def _interval(share: Share) -> str:
    return f"{_percent(share.value)} ({_percent(share.low)} – {_percent(share.high)}, n = {share.number})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _number(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"
