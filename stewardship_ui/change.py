"""Change requests: the list, and the page on which somebody reads what a change would do and decides."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from mdm.domain.change import ChangeKind, ChangeState, Step
from mdm.domain.errors import (
    ChangeStateError,
    FourEyesError,
    InvalidInputError,
    StaleReportError,
    StaleVersionError,
)
from mdm.domain.rules import Action
from mdm.domain.whatif_document import document, title_of_change
from mdm.services import access, alias_approval, change, whatif
from stewardship_ui import wording
from stewardship_ui.door import allowed, current_actor, current_hub, entity_or_404, page, reading, writing

blueprint = Blueprint("change", __name__)

_DECISIONS = {Step.APPROVE: change.approve, Step.REJECT: change.reject, Step.WITHDRAW: change.withdraw}


@blueprint.get("/changes")
@page
def changes() -> str:
    """Change requests, the newest first, and the form that proposes other thresholds."""
    return _list_page()


@blueprint.post("/changes")
@page
def propose() -> Response | tuple[str, int]:
    """Propose other thresholds of an entity."""
    entity = entity_or_404(request.form.get("entity", ""))
    reason = request.form.get("reason", "").strip()
    try:
        limits = {name.value: _limit(name) for name in Action if request.form.get(name, "").strip()}
        with writing(reason or "?") as uow:
            change_id = change.propose_thresholds(uow, entity, limits, reason)
    except InvalidInputError as error:
        return _list_page(fault=error.message), 422
    return redirect(url_for("ui.change.show", change_id=change_id), 303)


@blueprint.get("/changes/aliases")
@page
def aliases() -> str:
    """Aliases that verdicts show, to be approved together."""
    return _aliases_page()


@blueprint.post("/changes/aliases")
@page
def approve_aliases() -> Response | tuple[str, int]:
    """Examine, approve and put in force the aliases that were chosen."""
    if not allowed("change.approve"):
        abort(403)
    chosen, reason = request.form.getlist("change_id"), request.form.get("reason", "").strip()
    if not chosen or not reason:
        return _aliases_page(fault=gettext("Choose at least one alias and give a reason.")), 422
    try:
        answers = alias_approval.approve_many(current_hub(), current_actor(), chosen, reason)
    except InvalidInputError as error:
        return _aliases_page(fault=error.message), 422
    for each in answers:
        flash(f"{' = '.join(each.names)}: {wording.alias_outcome(each.outcome)}", "status")
    return redirect(url_for("ui.change.aliases"), 303)


@blueprint.get("/changes/<change_id>")
@page
def show(change_id: str) -> str:
    """What changes, what it would do to the live records, and who may decide."""
    return _page(change_id)


@blueprint.get("/changes/<change_id>/report")
@page
def report(change_id: str) -> Response:
    """The report as a document of its own, to be printed, filed and signed."""
    with reading() as uow:
        found, held, dictionary = (
            change.get(uow, change_id),
            change.report(uow, change_id),
            uow.hub.dictionary,
        )
    if held is None:
        abort(404)
    answer = make_response(document(held, title_of_change(change_id), dictionary, found))
    answer.headers["Content-Disposition"] = f"attachment; filename=change-{change_id}.html"
    return answer


@blueprint.post("/changes/<change_id>/<step>")
@page
def decide(change_id: str, step: str) -> Response | tuple[str, int]:
    """Examine, approve, reject, withdraw or put in force."""
    if step not in set(Step):
        abort(404)
    reason = request.form.get("reason", "").strip()
    if Step(step) in _DECISIONS and not reason:
        return _page(change_id, fault=gettext("A decision needs a reason.")), 422
    try:
        _take(change_id, Step(step), reason)
    except StaleReportError:
        told = gettext("Records, verdicts or rules have changed since the report was made: examine it again.")
        return _page(change_id, fault=told), 409
    except FourEyesError:
        return _page(change_id, fault=gettext("Nobody decides a change of their own.")), 403
    except (ChangeStateError, StaleVersionError):
        return _page(change_id, fault=_refusal(change_id, Step(step))), 409
    return redirect(url_for("ui.change.show", change_id=change_id), 303)


def _refusal(change_id: str, step: Step) -> str:
    """Why a step cannot be taken where the change stands."""
    with reading() as uow:
        state = change.get(uow, change_id).state
    if step is Step.APPROVE and state is ChangeState.PROPOSED:
        told = gettext(
            "Nobody has examined this change yet: examine it first, then approve it on its report."
        )
    else:
        told = gettext("The change has moved on: this step is not possible any more.")
    return str(told)


def _take(change_id: str, step: Step, reason: str) -> None:
    if step is Step.EXAMINE:
        whatif.examine(current_hub(), current_actor(), change_id)
        flash(gettext("The report is up to date."), "status")
    elif step is Step.ACTIVATE:
        with writing(f"activate change {change_id}"[:2000]) as uow:
            change.activate(uow, change_id)
    else:
        with writing(reason) as uow:
            _DECISIONS[step](uow, change_id, reason)


def _limit(name: str) -> float:
    text = request.form.get(name, "").strip()
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(gettext("A threshold is a number of bits."), field=name) from None


def _list_page(fault: str = "") -> str:
    entity = request.values.get("entity") or current_hub().dictionary.matched[0].name
    with reading() as uow:
        found = change.list_changes(uow)
        limits = {
            entity: {each.action.value: each.min_weight for each in rules.thresholds}
            for entity, rules in uow.hub.rules.items()
        }
    return render_template(
        "changes.html",
        changes=found,
        entity=entity if entity in limits else next(iter(limits), ""),
        limits=limits,
        form=request.form,
        fault=fault,
        now=current_hub().now(),
    )


def _aliases_page(fault: str = "") -> str:
    with reading() as uow:
        waiting = alias_approval.list_proposed(uow)
    return render_template(
        "aliases.html", aliases=waiting, most=alias_approval.MOST, fault=fault, now=current_hub().now()
    )


def _page(change_id: str, fault: str = "") -> str:
    with reading() as uow:
        found, held = change.get(uow, change_id), change.report(uow, change_id)
        is_fresh = found.examined_state == change.state_of(uow, found.entity)
        in_doubt = change.is_in_doubt(uow, found)
        mine = access.person_behind(uow, found.author) == access.person_behind(uow, current_actor().name)
        lines = held.parts[0].changes if held and held.parts else whatif.lines_of(uow, found)
    return render_template(
        "change.html",
        change=found,
        report=held,
        lines=lines,
        in_doubt=in_doubt,
        is_fresh=is_fresh,
        mine=mine,
        can_withdraw=found.is_open and (allowed("change.approve") or (mine and allowed("change.propose"))),
        is_codes=found.kind is ChangeKind.CODE_LIST,
        fault=fault,
        now=current_hub().now(),
    )
