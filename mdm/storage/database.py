"""One database, SQLite or PostgreSQL: connections, transactions and the few places where the two differ.

SQLite runs in WAL mode with synchronous=FULL; writing transactions start with BEGIN IMMEDIATE, because a deferred
one that reads first fails at once as locked. The actor of a transaction is put where triggers can read it:
a connection function on SQLite, transaction-local settings on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    any_,
    create_engine,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from mdm.domain.errors import WriteConflictError

__all__ = [
    "Connection",
    "Database",
    "Row",
    "among",
    "counted_queries",
    "insert_rows",
    "open_database",
    "raw_rows",
    "take_turn",
    "time_text",
    "upsert_rows",
]

Row: TypeAlias = Any
"""A table row with the columns of its query; services turn it into a domain type before it leaves them."""

COPY_FROM = 100
"""PostgreSQL gets so many rows or more by COPY."""

CONTEXT_NAMES = ("actor", "reason", "fact", "at")


class Database:
    """An open database; ``reading`` and ``writing`` give connections inside a transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on one consistent snapshot; nothing it does is kept."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect() as connection:
            connection.execution_options(**level)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def writing(self, context: Mapping[str, str]) -> Iterator[Connection]:
        """A connection in a writing transaction that triggers know the actor of; commits on leaving.

        Raises WriteConflictError, with nothing changed, when another transaction wrote the same meanwhile.
        """
        try:
            with self.engine.connect() as connection:
                connection.execution_options(mdm_write=True)
                with connection.begin():
                    set_context(connection, context)
                    try:
                        yield connection
                    finally:
                        clear_context(connection)
        except DBAPIError as error:
            if _is_conflict(error):
                raise WriteConflictError("Somebody else wrote the same at the same moment.") from error
            raise

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``) without touching its tables."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=16)
    return Database(engine)


@contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    """The statements that the database is sent meanwhile, in any thread."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def set_context(connection: Connection, context: Mapping[str, str]) -> None:
    """Tell the triggers of this transaction who acts, why, and under which fact."""
    if connection.dialect.name == "sqlite":
        connection.info["context"].update(context)
        return
    for name in CONTEXT_NAMES:
        value = context.get(name, "")
        connection.execute(select(func.set_config(f"mdm.{name}", value, True)))


def clear_context(connection: Connection) -> None:
    """Forget the actor, so that a pooled connection cannot act in somebody's name."""
    if connection.dialect.name == "sqlite":
        connection.info["context"].clear()


def take_turn(connection: Connection, name: str) -> None:
    """Wait until no other transaction has the turn of this name; it is given back with the transaction.

    SQLite lets one transaction write at a time anyway.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def among(connection: Connection, of: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """``of`` is one of ``values``, however many: json_each on SQLite, an array on PostgreSQL (both use the index)."""
    listed = list(values)
    if connection.dialect.name == "sqlite":
        each = func.json_each(json.dumps(listed)).table_valued("value")
        return of.in_(select(each.c.value))
    return of == any_(literal(listed, ARRAY(of.type)))


def raw_rows(connection: Connection, statement: str, values: Sequence[Any]) -> list[Any]:
    """Rows of a statement handed straight to the driver, for the few look-ups that every request waits for.

    ``?`` stands for a value and ``?*`` for a list of values after ``in``. ``Any``: values, cursor and rows are the
    driver's.
    """
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        listed = [json.dumps(value) if isinstance(value, list) else value for value in values]
        cursor.execute(statement.replace("(?*)", "(select value from json_each(?))"), listed)
    else:
        cursor.execute(statement.replace("in (?*)", "= any(%s)").replace("?", "%s"), values)
    rows: list[Any] = cursor.fetchall()
    cursor.close()
    return rows


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows with the same columns in one statement."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        if len(rows) >= COPY_FROM:
            _copy_rows(connection, table, rows)
        else:
            connection.execute(table.insert(), list(rows))
        return
    _insert_plainly(connection, table, rows)


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its primary key is there; False when it is, whoever races."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    keys = [c.name for c in table.primary_key.columns]
    statement = make(table).values(**row).on_conflict_do_nothing(index_elements=keys)
    # Not rowcount, which PostgreSQL's driver does not tell where the key itself is returned
    return connection.execute(statement.returning(table.c[keys[0]])).first() is not None


def _copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows by COPY, which fires the same triggers and checks as INSERT at a tenth of its cost in this process."""
    names = list(rows[0])
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    cursor: Any = connection.connection.cursor()  # Any: the driver's
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except psycopg.Error as error:  # told apart like those of every other statement
        raise DBAPIError.instance(
            str(table), None, error, psycopg.Error, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key exists."""
    if not rows:
        return
    keys = [c.name for c in table.primary_key.columns]
    others = [name for name in rows[0] if name not in keys]
    if connection.dialect.name == "sqlite":
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
        named = ", ".join(f'"{name}"' for name in keys)
        _insert_plainly(connection, table, rows, f" ON CONFLICT ({named}) DO UPDATE SET {updates}")
        return
    statement = postgres_insert(table)
    set_ = {name: statement.excluded[name] for name in others}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=set_), list(rows))


def _insert_plainly(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], otherwise: str = ""
) -> None:
    """Past SQLAlchemy, whose parameters cost more than the rows: tables hold texts, numbers and bytes as given."""
    names = list(rows[0])
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}){otherwise}'
    take = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    connection.exec_driver_sql(statement, [take(row) for row in rows])


def time_text(moment: datetime) -> str:
    """UTC with microseconds, as stored: ``2026-11-23T08:00:00.000000Z``."""
    # Not strftime: it writes the year 999 with three digits, which as text is later than 2026.
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _is_conflict(error: DBAPIError) -> bool:
    """Whether the transaction lost against another one: a key both gave out, a deadlock, a failed serialisation,
    or, on SQLite, half a minute of waiting for one's turn to write.
    """
    if getattr(error.orig, "sqlstate", None) in {"23505", "40001", "40P01"}:
        return True
    told = str(error.orig)
    return (isinstance(error, IntegrityError) and told.startswith("UNIQUE constraint failed")) or (
        told == "database is locked"
    )


def _prepare_sqlite(dbapi_connection: Any, entry: ConnectionPoolEntry) -> None:
    """``Any``: the driver's connection type differs by driver."""
    dbapi_connection.isolation_level = None
    context: dict[str, str] = {}
    entry.info["context"] = context
    dbapi_connection.create_function("mdm_context", 1, context.get)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "busy_timeout=30000",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("mdm_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
