"""Settings: where the hub keeps its data, which database and broker it uses, and its secret key.

The only module that reads the environment: ``MDM_HOME``, ``MDM_DATABASE_URL``, ``MDM_BROKER_URL``,
``MDM_SECRET_KEY``, ``MDM_CHECKPOINT_FOLDERS``, ``MDM_CHECKPOINT_KEY``, ``MDM_SPARK_MASTER`` and
``MDM_SPARK_FOLDER``; an empty value counts as unset.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from mdm.domain.errors import MdmError

KEY_FILE = "secret_key"
MIN_KEY_LENGTH = 32
IN_PROCESS_BROKER = "memory://"
LOCAL_SPARK = "local[*]"


class SettingError(MdmError):
    """A setting does not fit, or its folder or key file cannot be used; the message never shows a secret."""

    code = "setting.invalid"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the hub runs on; ``secret_key`` stays out of every printed form."""

    home: Path
    database_url: str = field(repr=False)  # may hold a password
    broker_url: str = field(default=IN_PROCESS_BROKER, repr=False)
    secret_key: str = field(default="", repr=False)
    spark_master: str = LOCAL_SPARK
    spark_folder: Path = Path()
    checkpoint_folders: tuple[Path, ...] = ()
    checkpoint_key: Path = Path()

    DIRECTORIES: ClassVar[tuple[str, ...]] = ("scratch", "archive", "exports")

    @property
    def scratch(self) -> Path:
        """Folder of the matching engine; its content may be deleted whenever no job runs."""
        return self.home / "scratch"

    @property
    def archive(self) -> Path:
        """Folder where extracts are kept as they came."""
        return self.home / "archive"

    @property
    def exports(self) -> Path:
        """Folder of files made for people to fetch."""
        return self.home / "exports"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment; makes ``MDM_HOME`` and, once, the secret key; raises SettingError."""
    names = os.environ if environ is None else environ
    home = Path(names.get("MDM_HOME") or "var").expanduser().absolute()
    _make_folders(home)
    return Settings(
        home=home,
        database_url=names.get("MDM_DATABASE_URL") or f"sqlite:///{home / 'mdm.db'}",
        broker_url=names.get("MDM_BROKER_URL") or IN_PROCESS_BROKER,
        spark_master=names.get("MDM_SPARK_MASTER") or LOCAL_SPARK,
        spark_folder=Path(names.get("MDM_SPARK_FOLDER") or home / "scratch").expanduser().absolute(),
        checkpoint_folders=_folders(names.get("MDM_CHECKPOINT_FOLDERS") or str(home / "checkpoints")),
        checkpoint_key=Path(names.get("MDM_CHECKPOINT_KEY") or home / "checkpoint_key.pem")
        .expanduser()
        .absolute(),
        secret_key=_checked_key(names.get("MDM_SECRET_KEY") or _stored_key(home / KEY_FILE)),
    )


def _folders(told: str) -> tuple[Path, ...]:
    """Folders separated as in ``PATH``."""
    parts = [part for part in told.split(os.pathsep) if part]
    return tuple(dict.fromkeys(Path(part).expanduser().absolute() for part in parts))


def _make_folders(home: Path) -> None:
    try:
        # Extracts, exports and the key are for the hub's own account only.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in Settings.DIRECTORIES:
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SettingError(f"MDM_HOME {home} cannot be used: {error.strerror}", setting="MDM_HOME") from error


def _stored_key(path: Path) -> str:
    """The key in the file, made on first use; of several first starts at once one key wins for all."""
    try:
        create_key_file(path, lambda: f"{secrets.token_urlsafe(48)}\n".encode("ascii"))
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"the key file {path} cannot be used", setting="MDM_SECRET_KEY") from error


def create_key_file(path: Path, make: Callable[[], bytes]) -> None:
    """Make a key file for the hub's own account, unless it is there; of several first uses one key wins for all."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, unlike a rename, fails when another process was first: nobody's key is replaced.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _checked_key(key: str) -> str:
    if len(key) < MIN_KEY_LENGTH:
        raise SettingError(
            f"MDM_SECRET_KEY is shorter than {MIN_KEY_LENGTH} characters", setting="MDM_SECRET_KEY"
        )
    return key
