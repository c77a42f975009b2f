"""The report of a change as one self-contained document in Chinese and English, to be printed, filed and signed.

It names no time of its own: the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from mdm.domain.change import Change
from mdm.domain.dictionary import Dictionary
from mdm.domain.machine_reason import in_words
from mdm.domain.source import Json
from mdm.domain.whatif import ChangeLine, Example, Quality, Report, Share, Tally, WhatIf

MOST_LISTED = 200
"""Golden IDs and verdicts that are printed one by one; the figures count all."""

_STYLE = """
body{font:10.5pt/1.45 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#111;margin:2rem auto;
max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #888}h3{font-size:1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
th,td{border:1px solid #999;padding:.2rem .45rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#eee}td.n{text-align:right;white-space:nowrap}.bad{font-weight:700}.small{font-size:.85em;color:#444}
section.example{break-inside:avoid}tr{break-inside:avoid}h2,h3{break-after:avoid}
@page{margin:16mm}@media print{body{margin:0;max-width:none}}
"""

_PARTS = {
    "threshold": ("阈值", "threshold"),
    "feature": ("特征", "feature"),
    "blocking": ("候选规则", "blocking rule"),
    "comparison": ("比较", "comparison"),
    "level": ("比较等级", "comparison level"),
    "veto": ("否决", "veto"),
    "anchor": ("必要证据", "anchor"),
    "partners": ("一一对应规则", "partners"),
    "survivorship": ("存续规则", "survivorship"),
    "share": ("矛盾比例", "contradiction share"),
    "trained_on": ("训练来源", "trained on"),
    "prior": ("先验", "prior"),
    "weight": ("权重", "weight"),
    "calibration": ("校准", "calibration"),
    "code": ("代码", "code"),
    "code_zh": ("中文名", "Chinese name"),
    "code_en": ("英文名", "English name"),
    "code_parent": ("上级", "parent"),
    "synonym": ("同义词", "synonym"),
}


_KINDS = {
    "model": ("权重", "weights"),
    "rules": ("规则", "rules"),
    "threshold": ("阈值", "thresholds"),
    "code_list": ("代码表", "code list"),
}
_STATES = {
    "proposed": ("已提出", "proposed"),
    "examined": ("已评估", "examined"),
    "approved": ("已批准", "approved"),
    "rejected": ("已拒绝", "rejected"),
    "activated": ("已生效", "in force"),
    "withdrawn": ("已撤回", "withdrawn"),
}
_IN_ONE = (
    "同一黄金记录中的记录对（直接或经由他者），按源系统 "
    "Pairs in one golden record, directly or through others, by source"
)
_OUTCOMES = {"link": ("链接", "link"), "review": ("复核", "ask"), "non_link": ("分开", "keep apart")}
_VERDICTS = {"match": ("匹配", "match"), "non-match": ("不匹配", "not a match")}
_EXAMPLES = {
    "verdict": ("与判定相反", "against a verdict"),
    "merge": ("合并", "would become one"),
    "split": ("拆分", "would come apart"),
}


def title_of(dictionary: Dictionary, entity: str) -> str:
    """What the report of a draft on one entity is called."""
    return f"假设分析 What if: {_entity(dictionary, entity)}"


def title_of_change(change_id: str) -> str:
    """What the report of a change request is called."""
    return f"变更申请 Change {change_id}"


def document(report: Report, title: str, dictionary: Dictionary, change: Change | None = None) -> str:
    """The whole document; ``change``: the request the report belongs to, with who decided it."""
    head = _request(change) if change else ""
    parts = "".join(_part(part, dictionary) for part in report.parts)
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{head}{parts}"
        f'<p class="small">内容指纹 content sha256: {escape(report.fingerprint)}</p></body></html>\n'
    )


def _reason(text: str) -> str:
    """The words of a person, or those of the machine in both languages."""
    words = in_words(text)
    return text if words.en == words.zh else f"{words.zh} {words.en}"


def _request(change: Change) -> str:
    rows = [
        ("变更申请 change request", change.change_id),
        ("种类 kind", _both(_KINDS[change.kind.value])),
        ("状态 state", _both(_STATES[change.state.value])),
        ("申请人 proposed by", f"{change.author}, {change.created_at}"),
        ("理由 reason", _reason(change.reason)),
        ("决定 decided by", f"{change.decided_by}, {change.decided_at}" if change.decided_by else "-"),
        ("决定理由 reason of the decision", change.decided_reason or "-"),
        ("报告指纹 report sha256", change.report_hash or "-"),
    ]
    return _table([], [[name, value] for name, value in rows])


def _part(part: WhatIf, dictionary: Dictionary) -> str:
    lines = [
        [
            _both(_PARTS.get(line.part, (line.part, line.part))),
            _line_name(line),
            line.was or "-",
            line.becomes or "-",
        ]
        for line in part.changes
    ]
    listed = [
        [
            _both(_VERDICTS[each.verdict]),
            each.left,
            each.right,
            _both(_OUTCOMES[each.was.value]),
            _both(_OUTCOMES[each.becomes.value]),
            "新 new" if each.is_new else "-",
        ]
        for each in part.contradicted[:MOST_LISTED]
    ]
    pairs = [
        [f"{each.left} - {each.right}", each.was, each.becomes, each.gained, each.lost]
        for each in part.source_pairs
    ]
    examples = "".join(
        _example(number, each, part.entity, dictionary) for number, each in enumerate(part.examples, 1)
    )
    return (
        f"<h2>{escape(_entity(dictionary, part.entity))}</h2>"
        + _titled("改什么 What changes", ["种类 part", "名称 name", "现在 now", "以后 then"], lines)
        + _titled("影响 Effect", ["", "现在 now", "以后 then", "增加 more", "减少 fewer"], _effect(part))
        + _titled(
            "质量 Quality", ["", "现在 now", "以后 then"], _quality(part.quality_was, part.quality_becomes)
        )
        + _titled(
            "与人的判定相反 Against people's verdicts",
            ["判定 verdict", "左 left", "右 right", "现在 now", "以后 then", ""],
            listed,
        )
        + _titled(
            _IN_ONE,
            ["", "现在 now", "以后 then", "增加 more", "减少 fewer"],
            pairs,
        )
        + _titled(
            "退役的黄金ID Golden IDs retired", [], [[each] for each in part.moved.retired[:MOST_LISTED]]
        )
        + (f"<h3>最差的例子 Worst examples</h3>{examples}" if examples else "")
    )


def _effect(part: WhatIf) -> list[list[object]]:
    def row(name: str, count: Tally) -> list[object]:
        return [name, count.was, count.becomes, count.gained, count.lost]

    moved = part.moved
    return [
        row("黄金记录 golden records", part.golden),
        row("人工复核任务 review tasks", part.tasks),
        row(
            "证据足以链接的记录对（含被否决的） pairs with evidence enough to link, vetoed ones too",
            part.links,
        ),
        row(
            "证据足以提问的记录对（含前一行） pairs with evidence enough to ask, the line above too",
            part.compared,
        ),
        ["合并的黄金记录 golden records that absorb others", "", len(moved.merged), "", ""],
        ["拆开的黄金记录 golden records that come apart", "", len(moved.split), "", ""],
        ["改投的ID IDs that redirect", "", len(moved.retired), "", ""],
        ["新发的ID IDs newly issued", "", moved.issued, "", ""],
        ["恢复的ID IDs restored", "", len(moved.restored), "", ""],
        ["换ID的源记录 source records that change their ID", "", moved.records, "", ""],
        ["重新标准化的记录 records standardised differently", "", part.restandardised, "", ""],
        ["取值变化的黄金记录 golden records with other values", "", part.values_changed, "", ""],
        ["新的相反判定 verdicts newly contradicted", "", part.newly_contradicted, "", ""],
    ]


def _quality(was: Quality, becomes: Quality) -> list[list[object]]:
    names = {
        "precision": "准确率 precision",
        "recall": "召回率 recall",
        "reach": "链接或询问 linked or asked",
    }
    return [
        [name, _share(getattr(was, field)), _share(getattr(becomes, field))] for field, name in names.items()
    ]


def _share(share: Share) -> str:
    if share.rate is None:
        return "- (n = 0)"
    return f"{share.rate:.3f} [{share.low:.3f}, {share.high:.3f}], n = {share.n}"


def _example(number: int, example: Example, entity: str, dictionary: Dictionary) -> str:
    rows = [
        [_attribute(dictionary, entity, cell.attribute)]
        + [_value(dictionary, entity, cell.attribute, value) for value in (cell.left, cell.right)]
        for cell in example.cells
    ]
    heads = [
        f"{title} ({key})" if title else key
        for title, key in ((example.left_title, example.left), (example.right_title, example.right))
    ]
    weights = f"{_bits(example.weight_was)} → {_bits(example.weight_becomes)}"
    return (
        f'<section class="example"><h3>{number}. {_both(_EXAMPLES[example.kind.value])} · {weights}</h3>'
        + _table(["", *heads], rows)
        + "</section>"
    )


def _entity(dictionary: Dictionary, name: str) -> str:
    found = dictionary.entities.get(name)
    return f"{found.zh} {found.en}" if found else name


def _attribute(dictionary: Dictionary, entity: str, name: str) -> str:
    found = dictionary.entities.get(entity)
    known = found.attributes.get(name) if found else None
    return f"{known.zh} {known.en}" if known else name


def _value(dictionary: Dictionary, entity: str, name: str, value: Json) -> str:
    """A value as text; codes by their names in both languages, quantities as number and unit."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part is not None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_value(dictionary, entity, name, each) for each in value)
    found = dictionary.entities.get(entity)
    known = found.attributes.get(name) if found else None
    codes = dictionary.code_lists.get(known.code_list or "") if known else None
    entry = codes.by_code.get(str(value)) if codes else None
    return " ".join(dict.fromkeys((entry.label("zh"), entry.label("en")))) if entry else str(value)


def _line_name(line: ChangeLine) -> str:
    return " ".join(dict.fromkeys(text for text in (line.zh, line.en) if text)) or line.name


def _bits(weight: float | None) -> str:
    return "-" if weight is None else f"{weight:+.2f} bit"


def _both(words: tuple[str, str]) -> str:
    return f"{words[0]} {words[1]}"


def _titled(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return f'<h3>{title}</h3><p class="small">无 none</p>'
    return f"<h3>{title}</h3>{_table(head, rows)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "<tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    return f"<table>{top}{body}</table>"


def _cell(value: object) -> str:
    shown = escape(str(value))
    return f'<td class="n">{shown}</td>' if isinstance(value, int) else f"<td>{shown}</td>"
