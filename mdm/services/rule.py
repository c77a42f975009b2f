"""Rule sets and models in force: what one entity is matched by right now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import cast

from mdm.domain.dictionary import Dictionary
from mdm.domain.entity_type import EntityType
from mdm.domain.errors import RuleError
from mdm.domain.reason import Words
from mdm.domain.rule_file import check_rule_set, read_rule_set
from mdm.domain.rules import Action, RuleSet
from mdm.domain.standardise.record import STANDARDISER_VERSION
from mdm.linkage.model import Model, Weights, build_model, fingerprint_rules, load_weights, model_from_json
from mdm.linkage.score import Scorer
from mdm.linkage.statistics import Statistics
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store


@dataclass(frozen=True, slots=True)
class Matcher:
    """One entity's rules, model and compiled scorer; thresholds are match weights in bits.

    ``told``: the words for patterns of levels that were told already.
    """

    entity: EntityType
    rules: RuleSet
    model: Model
    scorer: Scorer
    rule_fingerprint: str
    model_fingerprint: str
    link_weight: float
    review_weight: float
    told: dict[object, tuple[Words, Words]] = field(default_factory=dict, compare=False, repr=False)


def load_rule_sets(dictionary: Dictionary, *folders: Path) -> dict[str, RuleSet]:
    """Rule sets of the package and of ``folders``, by entity; raises RuleError."""
    found: dict[str, RuleSet] = {}
    for file in _rule_files(*folders):
        rules = read_rule_set(_text(file), file.name)
        check_rule_set(rules, dictionary.entity(rules.entity))
        found[rules.entity] = rules
    return found


def load_rule_set(dictionary: Dictionary, entity: str) -> RuleSet:
    """The rule set that the package ships for one entity; raises RuleError."""
    file = _package_folder() / f"{entity}.py"
    rules = read_rule_set(file.read_text("utf-8"), file.name)
    check_rule_set(rules, dictionary.entity(entity))
    return rules


def shipped_weights(rules: RuleSet, *folders: Path) -> Weights | None:
    """Reviewed weights that lie beside the rule file of this entity, if any."""
    for folder in (*reversed(folders), _package_folder()):
        weights = load_weights(folder / f"{rules.entity}.weights.json")
        if weights is not None:
            return weights
    return None


def weights_in_force(hub: Hub, rules: RuleSet) -> Weights | None:
    """Weights that an approved change set, else those beside the rule file; None: a full run trains its own."""
    if rules.entity in hub.weights:
        return hub.weights[rules.entity]
    return shipped_weights(rules, *rule_folders(hub))


def rules_of(hub: Hub, entity: str) -> RuleSet:
    """The rule set of an entity; raises RuleError when it has none."""
    hub.dictionary.entity(entity)
    if entity not in hub.rules:
        raise RuleError(f"No matching rules are declared for {entity}.", entity=entity)
    return hub.rules[entity]


def matcher(uow: UnitOfWork, entity: str) -> Matcher:
    """The matcher in force: the active model, or the weights in force with the statistics of the last run, if any.

    A model made under other rules does not count: its weights belong to its own comparisons.
    """
    rules = rules_of(uow.hub, entity)
    stored = match_store.active_model(uow.connection, entity)
    if stored is None or stored[1] != _fingerprint(uow.hub, rules):
        return _provisional_matcher(uow, rules, None if stored is None else stored[0])
    known = uow.hub.cache.get(("matcher", entity, stored[0]))
    if isinstance(known, Matcher):
        return known
    return compile_matcher(uow.hub, rules, stored[0], match_store.model_content(uow.connection, stored[0]))


def _provisional_matcher(uow: UnitOfWork, rules: RuleSet, last: str | None) -> Matcher:
    """Rules and weights in force with the statistics of the ``last`` model; kept until one of the three changes."""
    hub, key = uow.hub, ("provisional matcher", rules.entity)
    own = hub.weights.get(rules.entity)
    known = cast("tuple[RuleSet, Weights | None, str | None, Matcher] | None", hub.cache.get(key))
    if known and known[0] is rules and known[1] is own and known[2] == last:
        return known[3]
    weights = weights_in_force(hub, rules)
    if weights is None:
        raise RuleError(
            f"{rules.entity} has no trained model yet: run `mdm match {rules.entity} --full` first.",
            entity=rules.entity,
        )
    statistics = Statistics()
    if last is not None:
        statistics = model_from_json(match_store.model_content(uow.connection, last)).statistics
    model = build_model(rules, weights, statistics)
    made = compile_matcher(hub, rules, model.fingerprint(), model.to_json())
    hub.cache[key] = (rules, own, last, made)
    return made


def has_current_model(uow: UnitOfWork, entity: str) -> bool:
    """Whether a full run under the rules and weights in force has left a model."""
    rules = rules_of(uow.hub, entity)
    stored = match_store.active_model(uow.connection, entity)
    if stored is None or stored[1] != _fingerprint(uow.hub, rules):
        return False
    weights = weights_in_force(uow.hub, rules)
    content = match_store.model_content(uow.connection, stored[0])
    return weights is None or model_from_json(content).weights == weights


def compile_matcher(hub: Hub, rules: RuleSet, fingerprint: str, content: str) -> Matcher:
    """A matcher from a stored model; kept for the life of the process."""
    key = ("matcher", rules.entity, fingerprint)
    known = hub.cache.get(key)
    if isinstance(known, Matcher):
        return known
    model = model_from_json(content)
    weights = {threshold.action: threshold.min_weight for threshold in rules.thresholds}
    made = Matcher(
        hub.dictionary.entity(rules.entity),
        rules,
        model,
        Scorer(rules, model),
        model.rule_fingerprint,
        fingerprint,
        weights[Action.LINK],
        weights[Action.REVIEW],
    )
    hub.cache[key] = made
    return made


def activate(uow: UnitOfWork, rules: RuleSet, model: Model) -> Matcher:
    """Store rule set and model and put them in force."""
    content = model.to_json()
    fingerprint = model.fingerprint()
    save_rules(uow, rules)
    match_store.activate_model(
        uow.connection, fingerprint, rules.entity, model.rule_fingerprint, content, uow.at
    )
    return compile_matcher(uow.hub, rules, fingerprint, content)


def keep(uow: UnitOfWork, used: Matcher) -> None:
    """Keep the rules and the model that evidence rests on, also when no full run has put them in force."""
    if not match_store.holds_model(uow.connection, used.model_fingerprint):
        save_rules(uow, used.rules)
        match_store.keep_model(
            uow.connection,
            used.model_fingerprint,
            used.entity.name,
            used.rule_fingerprint,
            used.model.to_json(),
            uow.at,
        )


def save_rules(uow: UnitOfWork, rules: RuleSet) -> None:
    """Keep the rule set under its fingerprint; writing it down each time would cost more than most decisions."""
    fingerprint = _fingerprint(uow.hub, rules)
    if not match_store.holds_rule_set(uow.connection, fingerprint):
        content = json.dumps(asdict(rules), ensure_ascii=False, sort_keys=True)
        match_store.save_rule_set(uow.connection, fingerprint, rules.entity, rules.version, content, uow.at)


def standardiser_id(hub: Hub, entity: str, profile: Mapping[str, object] | None) -> str:
    """Names the way a record was standardised: code version, dictionary, features, candidate keys and mapping."""
    key = ("standardiser", entity)
    base = hub.cache.get(key)
    if base is None:
        rules = hub.rules.get(entity)
        made_for = (
            (rules.features, [(block.on, block.refine_by) for block in rules.blocking]) if rules else ()
        )
        content = repr(
            (STANDARDISER_VERSION, hub.dictionary.entity(entity), hub.dictionary.code_lists, made_for)
        )
        base = hub.cache[key] = hashlib.sha256(content.encode()).hexdigest()
    mapping = json.dumps(profile, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{base}{mapping}".encode()).hexdigest()


def _fingerprint(hub: Hub, rules: RuleSet) -> str:
    """The fingerprint of a rule set, worked out once per set and not once per request."""
    key = ("fingerprint", rules.entity)
    known = cast("tuple[RuleSet, str] | None", hub.cache.get(key))
    if known is None or known[0] is not rules:
        known = (rules, fingerprint_rules(rules))
        hub.cache[key] = known
    return known[1]


def rule_folders(hub: Hub) -> tuple[Path, ...]:
    """Where an installation keeps rule files of its own."""
    return (hub.settings.home / "matching_rules",)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{file.name} cannot be read as UTF-8 text: {error}", file=file.name) from error


def _package_folder() -> Path:
    return Path(str(files("matching_rules")))


def _rule_files(*folders: Path) -> list[Path]:
    return [
        file
        for folder in (_package_folder(), *folders)
        if folder.is_dir()
        for file in sorted(folder.glob("*.py"))
        if not file.name.startswith("_")
    ]
