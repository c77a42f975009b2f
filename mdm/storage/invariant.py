"""Statements that find what must never be: each gives the subject of every violation as its one column, ``what``.

Plain SQL that both databases read alike. What constraints already forbid is asked all the same: an owner of the
database can take a constraint away.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

_CURRENT = """
select x.record_id, x.golden_id from xref x
  join source_record r on r.record_id = x.record_id and r.status = 'active'
  join standard_record s on s.record_id = x.record_id and s.matched
 where x.valid_to is null"""
"""Record -> golden ID of records that are current and matched; the others wait for the next run."""

VIOLATIONS: Mapping[str, tuple[str, ...]] = {
    "I1": (
        """select 'record ' || r.record_id || ' lacks a version or its present content' as what
             from source_record r
             left join (select record_id, count(*) as held, max(version) as newest
                          from source_version group by record_id) v on v.record_id = r.record_id
             left join source_version p on p.record_id = r.record_id and p.version = r.version
            where v.held is null or v.held <> r.version or v.newest <> r.version
               or p.content_hash <> r.content_hash""",
        """select 'the bytes of load ' || l.load_id || ' are gone' as what
             from load l left join landing_file f on f.file_hash = l.file_hash
            where f.file_hash is null""",
    ),
    "I2": (
        """select 'record ' || record_id || ' has ' || count(*) || ' golden IDs' as what
             from xref where valid_to is null group by record_id having count(*) > 1""",
        """select 'record ' || r.record_id || ' is matched and has no golden ID' as what
             from source_record r
             join standard_record s on s.record_id = r.record_id and s.matched
             left join xref x on x.record_id = r.record_id and x.valid_to is null
            where r.status = 'active' and x.id is null""",
        f"""select 'record ' || c.record_id || ' belongs to ' || g.status || ' ' || c.golden_id as what
              from ({_CURRENT}) c join golden_record g on g.golden_id = c.golden_id
             where g.status <> 'active'""",
    ),
    "I3": (
        """select g.golden_id || ' was issued ' || count(e.seq) || ' times' as what
             from golden_record g
             left join event e on e.subject = g.golden_id and e.type = 'golden.created'
            group by g.golden_id having count(e.seq) <> 1""",
        """select e.subject || ' was issued and is gone' as what
             from event e left join golden_record g on g.golden_id = e.subject
            where e.type = 'golden.created' and g.golden_id is null""",
    ),
    "I4": (
        """select g.golden_id || ' is ' || g.status || ' with ' || count(d.id) || ' merges in force' as what
             from golden_record g
             left join golden_redirect d
               on d.from_id = g.golden_id and d.kind = 'merged' and d.valid_to is null
            group by g.golden_id, g.status
           having (g.status = 'merged') <> (count(d.id) = 1)""",
        """with recursive led (origin, here, steps) as (
             select from_id, to_id, 1 from golden_redirect where kind = 'merged' and valid_to is null
             union all
             select l.origin, d.to_id, l.steps + 1 from led l
               join golden_redirect d on d.from_id = l.here and d.kind = 'merged' and d.valid_to is null
              where l.steps < 1000)
           select distinct origin || ' leads in a circle' as what from led where steps = 1000""",
    ),
    "I6": (
        f"""select 'records ' || p.left_id || ' and ' || p.right_id || ' are one against decision ' || p.decision_id
                   as what
              from pair_constraint p
              join ({_CURRENT}) a on a.record_id = p.left_id
              join ({_CURRENT}) b on b.record_id = p.right_id
             where p.active and not p.must_link and a.golden_id = b.golden_id""",
    ),
    "I8": (
        """select g.golden_id || ' was built under rules that are not kept' as what
             from golden_record g
             join golden_version v on v.golden_id = g.golden_id and v.version = g.version
             left join rule_set s on s.fingerprint = v.rule_fingerprint
            where g.status = 'active' and s.fingerprint is null""",
        """select g.golden_id || ' does not stand at its newest version' as what
             from golden_record g
             left join golden_version v on v.golden_id = g.golden_id and v.version = g.version
             left join golden_version n on n.golden_id = g.golden_id and n.version > g.version
            where v.golden_id is null or n.golden_id is not null
               or v.status <> g.status or v.content_hash <> g.content_hash""",
    ),
    "I10": (
        """select 'task ' || t.task_id || ' is ' || t.status || ' with ' || count(d.decision_id) || ' verdicts' as what
             from review_task t
             left join decision d on d.task_id = t.task_id and d.verdict <> 'unsure'
            group by t.task_id, t.status
           having (t.status = 'decided') <> (count(d.decision_id) = 1) or count(d.decision_id) > 1""",
    ),
    "I11": (
        """select 'facts have a gap or a double in their numbers' as what
             from (select count(*) as held, coalesce(max(commit_seq), 0) as newest from fact) n
            where held <> newest""",
        """select 'events have a gap in their numbers' as what
             from (select count(*) as held, coalesce(max(seq), 0) as newest from event) n
            where held <> newest""",
        """select 'changes under fact ' || a.fact_id || ', which is not kept' as what
             from audit_event a left join fact f on f.fact_id = a.fact_id
            where f.fact_id is null""",
        """select 'fact ' || fact_id || ' has no actor or reason' as what
             from fact where actor = '' or reason = ''""",
    ),
    "I12": (
        """select 'seals have a gap in their numbers' as what
             from (select count(*) as held, coalesce(max(seq), 0) as newest from audit_leaf) n
            where held <> newest""",
    ),
    "I14": (
        """select 'change ' || change_id || ' was decided by its author' as what
             from change_request where decided_by = author and state in ('approved', 'active')""",
        """select 'proposal ' || proposal_id || ' was confirmed by who made it' as what
             from match_proposal where state = 'confirmed' and closed_by = proposed_by""",
    ),
    "I17": (
        """select v.golden_id || ' version ' || v.version || ' is older than the one before it' as what
             from golden_version v
             join golden_version b on b.golden_id = v.golden_id and b.version = v.version - 1
            where v.valid_from < b.valid_from""",
    ),
    "I18": (
        """select 'task ' || task_id || ' ended without a reason' as what
             from review_task
            where status <> 'open' and (coalesce(closed_reason, '') = '' or closed_at is null)""",
        """select 'task ' || t.task_id || ' is ' || t.status || ', and the queue says otherwise' as what
             from review_task t left join queue_line q on q.task_id = t.task_id
            where (t.status = 'open') <> (q.task_id is not null)""",
        """select 'task ' || h.task_id || ' is held, but not open' as what
             from task_holder h left join queue_line q on q.task_id = h.task_id
            where q.task_id is null""",
    ),
    "I19": (
        """select 'load ' || load_id || ' does not balance' as what
             from load where received <> accepted + unchanged + rejected""",
        """select 'load ' || l.load_id || ' counts ' || l.rejected || ' rejects and keeps ' || count(r.id) as what
             from load l left join load_reject r on r.load_id = l.load_id
            group by l.load_id, l.rejected having l.rejected <> count(r.id)""",
    ),
}
"""Invariant (docs/invariants.md) -> what finds its violations."""


def violations(connection: Connection, invariant: str, limit: int) -> list[str]:
    """The first violations of an invariant, at most ``limit`` of each kind."""
    found: list[str] = []
    for statement in VIOLATIONS[invariant]:
        rows = connection.exec_driver_sql(f"{statement} order by 1 limit {int(limit)}")
        found += [str(row.what) for row in rows]
    return found
