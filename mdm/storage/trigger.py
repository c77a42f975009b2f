"""Triggers by which the database itself keeps the audit trail, on every write path.

Each insert, update and delete on a governed table writes one ``audit_event`` with the old and the new row, and is
refused without actor, reason and fact; TRUNCATE is refused altogether. Append-only tables refuse update and delete,
also by INSERT OR REPLACE.
Columns that hold secrets are masked in the trail.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, inspect, text

from mdm.storage.schema import APPEND_ONLY, GOVERNED, GOVERNED_ON_CHANGE, GOVERNED_ON_INSERT, metadata

SECRET_COLUMNS = frozenset({"password_hash", "token_hash"})
LARGE_COLUMNS = frozenset(
    {
        ("match_model", "content"),
        ("dictionary_version", "content"),
        ("rule_set", "content"),
        ("change_request", "content"),
        ("change_report", "content"),
        ("matching_version", "weights"),
        ("code_list_version", "content"),
    }
)
"""Named by their hash in the same row; copying them into the trail would only repeat them."""

_OPERATIONS = ("insert", "update", "delete")


def create_triggers(connection: Connection) -> None:
    """Create every trigger for the tables as they are now; drop_triggers first when tables change.

    Tables that a later migration adds are not there yet: it creates the triggers again.
    """
    if connection.dialect.name != "sqlite":
        _run(connection, _POSTGRES_FUNCTIONS)
    there = set(inspect(connection).get_table_names())
    for name in (name for name in GOVERNED if name in there):
        _govern(connection, metadata.tables[name], _OPERATIONS)
    for name in (name for name in GOVERNED_ON_CHANGE if name in there):
        _govern(connection, metadata.tables[name], ("update", "delete"))
    for name in (name for name in GOVERNED_ON_INSERT if name in there):
        _govern(connection, metadata.tables[name], ("insert",))
    for name in (name for name in APPEND_ONLY if name in there):
        _protect(connection, metadata.tables[name])


def drop_triggers(connection: Connection) -> None:
    """Take every trigger away, for a migration that changes tables; it must create them again before it commits."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text("select name from sqlite_master where type = 'trigger' and name like 'mdm_%'")
        )
        for (name,) in found.all():
            connection.exec_driver_sql(f'drop trigger "{name}"')
        return
    found = connection.execute(  # information_schema leaves out triggers on truncate
        text(
            "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = current_schema() and not t.tgisinternal and t.tgname like 'mdm_%'"
        )
    )
    for table, name in found.all():
        connection.exec_driver_sql(f'drop trigger "{name}" on "{table}"')


def _govern(connection: Connection, table: Table, operations: tuple[str, ...]) -> None:
    for operation in operations:
        name = f"mdm_audit_{table.name}_{operation}"
        if connection.dialect.name == "sqlite":
            _run(connection, _sqlite_audit(name, table, operation))
        else:
            key = ",".join(c.name for c in table.primary_key.columns)
            masked = ",".join(c.name for c in table.columns if is_masked(table, c.name))
            _run(
                connection,
                f"create trigger {name} after {operation} on {table.name} for each row "
                f"execute function mdm_audit('{key}', '{masked}')",
            )
    if connection.dialect.name != "sqlite" and table.name not in APPEND_ONLY:
        _refuse_truncate(connection, table)


def _refuse_truncate(connection: Connection, table: Table) -> None:
    """Emptying a table at a stroke, which fires no row trigger; SQLite knows no such statement."""
    _run(
        connection,
        f"create trigger mdm_keep_all_{table.name} before truncate on {table.name} execute function mdm_refuse()",
    )


def _protect(connection: Connection, table: Table) -> None:
    if connection.dialect.name != "sqlite":
        _run(
            connection,
            f"create trigger mdm_keep_{table.name} before update or delete on {table.name} for each row "
            "execute function mdm_refuse()",
        )
        _refuse_truncate(connection, table)
        return
    for operation in ("update", "delete"):
        _run(
            connection,
            f"create trigger mdm_keep_{table.name}_{operation} before {operation} on {table.name} "
            f"begin select raise(abort, '{table.name} is append-only'); end",
        )


def is_masked(table: Table, column: str) -> bool:
    """Whether the trail shows three stars for this column."""
    return column in SECRET_COLUMNS or (table.name, column) in LARGE_COLUMNS


def audit_row(table: Table, alias: str) -> str:
    """SQL of SQLite: a row as the trail holds it, an object of its columns."""
    cells = [
        f"'{c.name}', " + ("'***'" if is_masked(table, c.name) else f'{alias}."{c.name}"')
        for c in table.columns
    ]
    return f"json_object({', '.join(cells)})"


def audit_key(table: Table, alias: str, *, sqlite: bool = True) -> str:
    """SQL: the primary key of a row as the trail holds it, its columns joined by commas."""
    text = "" if sqlite else "::text"
    return " || ',' || ".join(f'{alias}."{c.name}"{text}' for c in table.primary_key.columns)


def _sqlite_audit(name: str, table: Table, operation: str) -> str:
    old = "null" if operation == "insert" else audit_row(table, "old")
    new = "null" if operation == "delete" else audit_row(table, "new")
    key = audit_key(table, "old" if operation == "delete" else "new")
    return f"""
create trigger {name} after {operation} on {table.name} begin
  select raise(abort, 'audit.actor_missing')
   where coalesce(mdm_context('actor'), '') = '' or coalesce(mdm_context('reason'), '') = ''
      or coalesce(mdm_context('fact'), '') = '';
  insert into audit_event (fact_id, at, actor, table_name, operation, row_key, content)
  values (mdm_context('fact'), mdm_context('at'), mdm_context('actor'), '{table.name}', '{operation}', {key},
          json_object('fact', mdm_context('fact'), 'at', mdm_context('at'), 'actor', mdm_context('actor'),
                      'reason', mdm_context('reason'), 'table', '{table.name}', 'operation', '{operation}',
                      'key', {key}, 'old', json({old}), 'new', json({new})));
end"""


_POSTGRES_FUNCTIONS = """
create or replace function mdm_refuse() returns trigger language plpgsql as $$
begin
  raise exception '%% is append-only', tg_table_name;
end $$;

create or replace function mdm_audit() returns trigger language plpgsql as $$
declare
  actor text := coalesce(current_setting('mdm.actor', true), '');
  reason text := coalesce(current_setting('mdm.reason', true), '');
  fact text := coalesce(current_setting('mdm.fact', true), '');
  at text := coalesce(current_setting('mdm.at', true), '');
  was jsonb; becomes jsonb; row_key text; name text;
begin
  if actor = '' or reason = '' or fact = '' then
    raise exception 'audit.actor_missing';
  end if;
  if tg_op <> 'INSERT' then was := to_jsonb(old); end if;
  if tg_op <> 'DELETE' then becomes := to_jsonb(new); end if;
  select string_agg(coalesce(becomes, was) ->> k, ',' order by i)
    into row_key from unnest(string_to_array(tg_argv[0], ',')) with ordinality as keys(k, i);
  foreach name in array string_to_array(tg_argv[1], ',') loop
    if was is not null then was := jsonb_set(was, array[name], '"***"'); end if;
    if becomes is not null then becomes := jsonb_set(becomes, array[name], '"***"'); end if;
  end loop;
  insert into audit_event (fact_id, at, actor, table_name, operation, row_key, content)
  values (fact, at, actor, tg_table_name, lower(tg_op), row_key,
          jsonb_build_object('fact', fact, 'at', at, 'actor', actor, 'reason', reason, 'table', tg_table_name,
                             'operation', lower(tg_op), 'key', row_key, 'old', was, 'new', becomes)::text);
  return null;
end $$;
"""


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
