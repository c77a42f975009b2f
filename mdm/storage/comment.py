"""Comments beside tasks, and who is named in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, exists, func, select

from mdm.domain.review import Comment
from mdm.storage.database import insert_rows
from mdm.storage.schema import queue_line, task_comment, task_mention


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
