"""Comments beside tasks and golden records, and who is named in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, exists, func, or_, select

from mdm.domain.golden import GoldenComment
from mdm.domain.review import Comment
from mdm.storage.database import among, insert_rows
from mdm.storage.schema import (
    golden_comment,
    golden_mention,
    golden_record,
    golden_redirect,
    queue_line,
    task_comment,
    task_mention,
)


def add(connection: Connection, comment: Comment) -> None:
    """Keep a comment with its mentions."""
    insert_rows(
        connection,
        task_comment,
        [
            {
                "comment_id": comment.comment_id,
                "task_id": comment.task_id,
                "author": comment.author,
                "at": comment.at,
                "text": comment.text,
            }
        ],
    )
    insert_rows(
        connection,
        task_mention,
        [
            {"login_key": login, "comment_id": comment.comment_id, "task_id": comment.task_id}
            for login in comment.mentions
        ],
    )


def of_task(connection: Connection, task_id: int, limit: int) -> tuple[Comment, ...]:
    """The newest comments of a task, the oldest of them first."""
    rows = connection.execute(
        select(task_comment)
        .where(task_comment.c.task_id == task_id)
        .order_by(task_comment.c.comment_id.desc())
        .limit(limit)
    ).all()
    return tuple(Comment(r.comment_id, r.task_id, r.author, r.at, r.text) for r in reversed(rows))


def tasks_that_mention(connection: Connection, login_key: str, limit: int) -> Sequence[int]:
    """Open tasks where this person is named and has not written since, the latest mention first."""
    later = task_comment.alias("later")
    answered = exists().where(
        later.c.task_id == task_mention.c.task_id,
        later.c.author == login_key,
        later.c.comment_id > task_mention.c.comment_id,
    )
    query = (
        select(task_mention.c.task_id)
        .join(queue_line, queue_line.c.task_id == task_mention.c.task_id)
        .where(task_mention.c.login_key == login_key, ~answered)
        .group_by(task_mention.c.task_id)
        .order_by(func.max(task_mention.c.comment_id).desc())
    )
    return list(connection.scalars(query.limit(limit)))


def add_to_golden(connection: Connection, comment: GoldenComment) -> None:
    """Keep a comment on a golden record with its mentions."""
    insert_rows(
        connection,
        golden_comment,
        [
            {
                "comment_id": comment.comment_id,
                "golden_id": comment.golden_id,
                "author": comment.author,
                "at": comment.at,
                "text": comment.text,
            }
        ],
    )
    insert_rows(
        connection,
        golden_mention,
        [
            {"login_key": login, "comment_id": comment.comment_id, "golden_id": comment.golden_id}
            for login in comment.mentions
        ],
    )


def of_golden(connection: Connection, golden_ids: Iterable[str], limit: int) -> tuple[GoldenComment, ...]:
    """The newest comments on these golden records, the oldest of them first."""
    rows = connection.execute(
        select(golden_comment)
        .where(among(connection, golden_comment.c.golden_id, golden_ids))
        .order_by(golden_comment.c.comment_id.desc())
        .limit(limit)
    ).all()
    return tuple(GoldenComment(r.comment_id, r.golden_id, r.author, r.at, r.text) for r in reversed(rows))


def goldens_that_mention(connection: Connection, login_key: str, limit: int) -> list[tuple[str, str]]:
    """(entity, golden ID) where this person is named and has not written since, the latest mention first."""
    later = golden_comment.alias("later")
    moved = exists().where(  # the answer may stand beside the record that it was merged into
        golden_redirect.c.from_id == golden_mention.c.golden_id,
        golden_redirect.c.to_id == later.c.golden_id,
        golden_redirect.c.valid_to.is_(None),
    )
    answered = exists().where(
        or_(later.c.golden_id == golden_mention.c.golden_id, moved),
        later.c.author == login_key,
        later.c.comment_id > golden_mention.c.comment_id,
    )
    query = (
        select(golden_record.c.entity, golden_mention.c.golden_id)
        .join(golden_record, golden_record.c.golden_id == golden_mention.c.golden_id)
        .where(golden_mention.c.login_key == login_key, ~answered)
        .group_by(golden_record.c.entity, golden_mention.c.golden_id)
        .order_by(func.max(golden_mention.c.comment_id).desc())
    )
    return [(entity, golden_id) for entity, golden_id in connection.execute(query.limit(limit))]
