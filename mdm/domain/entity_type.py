"""Entity types and their attributes: what a value means, what it may hold, who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mdm.domain.errors import UnknownAttributeError

KINDS = frozenset(
    [
        "text",
        "name",
        "company_name",
        "person_name",
        "identifier",
        "uscc",
        "tax_id",
        "vat",
        "duns",
        "lei",
        "gtin",
        "gln",
        "cas_no",
        "country",
        "city",
        "region",
        "postal_code",
        "address",
        "phone",
        "email",
        "website",
        "bank_account",
        "code",
        "currency",
        "date",
        "flag",
        "integer",
        "decimal",
        "quantity",
        "dimension_text",
        "grade",
        "uom",
        "mpn",
        "part_number",
        "revision",
        "drawing_number",
        "catalog_number",
        "registration_no",
        "asset_tag",
        "serial_number",
        "model",
        "location",
        "equipment_name",
        "material_text",
        "status",
        "reference",
    ]
)
"""The closed set of standardiser kinds; each has a function in ``mdm.domain.standardise``."""

CHECKS = frozenset(["uscc", "gtin", "gln", "lei", "vat", "cas", "duns", "udi"])
"""The closed set of identifier checks; each has a function in ``mdm.domain.quality``."""


DUE_DAYS = 10
"""Days a steward has where the dictionary says nothing: two working weeks."""
OTHER_REASONS = "other"
"""Key of ``due_days`` for the reasons it does not name."""


class ValueType(StrEnum):
    """What a value of an attribute is."""

    TEXT = "text"
    CODE = "code"
    IDENTIFIER = "identifier"
    DATE = "date"
    QUANTITY = "quantity"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLAG = "flag"
    REFERENCE = "reference"


class Required(StrEnum):
    """Whether a golden record must have a value."""

    ALWAYS = "always"
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"


class Sensitivity(StrEnum):
    """Who may read a value: special values are need-to-know and their reading is audited."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field with meaning; ``required_when`` (attribute to values) says when a conditional one is due."""

    name: str
    zh: str
    en: str
    meaning: str
    owner: str
    kind: str
    type: ValueType = ValueType.TEXT
    required: Required = Required.OPTIONAL
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    max_length: int | None = None
    standard: str = ""
    check: str = ""
    unit: str = ""
    code_list: str = ""
    refers_to: str = ""
    latin_to: str = ""
    han_to: str = ""
    multiple: bool = False
    alias_group: str = ""
    example: str = ""
    required_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """The name people read, in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class EntityType:
    """A kind of thing the hub masters: ``matched`` by evidence, else told apart by the ``key`` attributes.

    ``due_days``: reason of a review task -> days until it should be decided; ``other`` stands for the rest.
    """

    name: str
    zh: str
    en: str
    id_prefix: str
    owner: str
    identity: str
    title: tuple[str, ...]
    summary: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    matched: bool = True
    key: tuple[str, ...] = ()
    due_days: Mapping[str, int] = field(default_factory=dict)

    def days_to_decide(self, reason: str) -> int:
        """Days after which a review task that waits for this reason is overdue."""
        return self.due_days.get(reason, self.due_days.get(OTHER_REASONS, DUE_DAYS))

    def attribute(self, name: str) -> Attribute:
        """The attribute of this name; raises UnknownAttributeError."""
        if name not in self.attributes:
            raise UnknownAttributeError(
                f"{self.name} has no attribute {name!r}", entity=self.name, attribute=name
            )
        return self.attributes[name]

    def label(self, language: str) -> str:
        """The name people read, in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en

    def title_of(self, values: Mapping[str, object]) -> str:
        """What to call a thing with these values on a page: the first title attribute present, else ''."""
        return next((str(values[name]) for name in self.title if values.get(name)), "")
