"""Settings come from the environment, in one place, and the secret key is never a constant."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mdm.config import SettingError, Settings, load_settings


def load(home: Path, **names: str) -> Settings:
    return load_settings({"MDM_HOME": str(home), **names})


def test_defaults_live_in_the_home_folder(tmp_path: Path) -> None:
    settings = load(tmp_path / "var")
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'mdm.db'}"
    assert settings.broker_url == "memory://"
    assert settings.scratch.is_dir()
    assert settings.archive.is_dir()


def test_the_environment_overrides_every_default(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        MDM_DATABASE_URL="postgresql+psycopg://hub@db/mdm",
        MDM_BROKER_URL="amqp://broker",
        MDM_SECRET_KEY="k" * 40,
    )
    assert settings.database_url == "postgresql+psycopg://hub@db/mdm"
    assert settings.broker_url == "amqp://broker"
    assert settings.secret_key == "k" * 40
    assert not (tmp_path / "secret_key").exists()


def test_home_defaults_to_var_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({"MDM_HOME": ""}).home == tmp_path / "var"


def test_the_key_is_made_once_and_kept_for_the_owner_only(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["secret_key"]


def test_two_hubs_never_share_a_key(tmp_path: Path) -> None:
    assert load(tmp_path / "a").secret_key != load(tmp_path / "b").secret_key


def test_hubs_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load(tmp_path).secret_key, range(16)))
    assert len(keys) == 1


def test_a_short_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        load(tmp_path, MDM_SECRET_KEY="hunter2")
    assert "hunter2" not in str(caught.value)


def test_an_emptied_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(SettingError):
        load(tmp_path)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="MDM_HOME"):
        load(tmp_path / "file" / "var")


def test_no_secret_is_ever_printed(tmp_path: Path) -> None:
    settings = load(tmp_path, MDM_DATABASE_URL="postgresql+psycopg://hub:s3cret@db/mdm")
    assert "s3cret" not in repr(settings)
    assert settings.secret_key not in repr(settings)


def test_spark_runs_on_this_machine_unless_told_otherwise(tmp_path: Path) -> None:
    here = load(tmp_path)
    assert (here.spark_master, here.spark_folder) == ("local[*]", tmp_path / "scratch")

    there = load(tmp_path, MDM_SPARK_MASTER="spark://big:7077", MDM_SPARK_FOLDER="/mnt/shared")

    assert (there.spark_master, there.spark_folder) == ("spark://big:7077", Path("/mnt/shared"))
