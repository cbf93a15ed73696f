"""What submitters read of the life of a submission: sentences for stages, steps and what they did themselves."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from portal.reporting.protected.enums import Act, Note, Stage, Verb, WithdrawalWish

# What comes next, as the submitter has to know it.
NEXT: dict[Stage, Promise] = {
    Stage.RECEIVED: gettext_lazy(
        "The desk looks at it and determines in writing whether it is a closed record. Until then it is handled as "
        "closed, and no more than that is promised."
    ),
    Stage.DEFECT: gettext_lazy("Something is missing. Read the desk's message, and complete it below."),
    Stage.REVIEW: gettext_lazy("The desk reviews it. It is handled as closed, and not yet determined."),
    Stage.CLOSED: gettext_lazy(
        "The state has found in writing that the record is closed. It reviews by day 90 whether it must be kept."
    ),
    Stage.NOT_CLOSED: gettext_lazy(
        "The state did not find that the law closes it. You can respond or withdraw it; afterwards it is an open "
        "record."
    ),
    Stage.OPEN: gettext_lazy("It is an open record: whoever asks for it may get it. It is still reviewed by day 90."),
    Stage.WITHDRAWN: gettext_lazy("You have withdrawn it. The desk decides now what becomes of it."),
    Stage.RETAINED: gettext_lazy("It is a closed record, and the state still needs it. It is looked at again."),
    Stage.UNPROTECTED: gettext_lazy("It is kept without protection, as you asked. It is looked at again."),
    Stage.RETURNING: gettext_lazy(
        "Collect the originals: the desk has written how. When you have them, call the desk. It confirms the receipt; "
        "only then is what is here destroyed. What is not collected within 30 days may be destroyed without it."
    ),
    Stage.COLLECTED: gettext_lazy("The desk confirmed that you hold the originals. Two people destroy what is here."),
    Stage.DESTROYING: gettext_lazy("Two people of the desk destroy it. You get a certificate."),
    Stage.RETURNED: gettext_lazy("It was returned, and destroyed here. The certificate is below."),
    Stage.DESTROYED: gettext_lazy("It was destroyed. The certificate is below."),
}

STEPS: dict[Verb, Promise] = {
    Verb.BEGIN_REVIEW: gettext_lazy("The desk began its review."),
    Verb.NOTIFY_DEFECT: gettext_lazy("The desk sent a defect notice: something is missing."),
    Verb.CURE: gettext_lazy("It was completed."),
    Verb.LAPSE: gettext_lazy("The time to complete it passed; the desk reviews what it has."),
    Verb.CLOSE: gettext_lazy("The state determined that the record is closed."),
    Verb.REFUSE: gettext_lazy("The state determined that the record is not closed."),
    Verb.RESPOND: gettext_lazy("Your response is with the desk; the review goes on."),
    Verb.LEAVE_OPEN: gettext_lazy("The time to respond passed; it is an open record."),
    Verb.WITHDRAW: gettext_lazy("It was withdrawn."),
    Verb.RETAIN: gettext_lazy("The review found that the state still needs it."),
    Verb.UNPROTECT: gettext_lazy("It is kept without protection."),
    Verb.RETURN: gettext_lazy("The review decided that it goes back to you."),
    Verb.DESTROY: gettext_lazy("The review decided that it is to be destroyed."),
    Verb.COLLECT: gettext_lazy("The desk confirmed that you have the originals."),
    Verb.DISPOSE: gettext_lazy("It was destroyed here, by two people."),
}

SUBMITTED = gettext_lazy("It was submitted: handled as closed, not yet determined.")
ACTS: dict[str, Promise] = {
    Act.CURE.value: gettext_lazy("What was missing was sent to the desk."),
    Act.RESPOND.value: gettext_lazy("A response to the refusal was sent to the desk."),
    Act.WITHDRAW.value: gettext_lazy("The desk was asked to withdraw it."),
    Act.ALTERNATE.value: gettext_lazy("Another alternate contact was named."),
}


PLANNERS: dict[Note, Promise] = {
    Note.PLANNER: gettext_lazy("A planner of this agency was named who may open it: %(agency)s."),
    Note.PLANNER_ENDED: gettext_lazy("A planner of this agency may open it no longer: %(agency)s."),
}


def step_in_words(verb: str, note: str, agency: str = "") -> str:
    """One entry of the timeline. A note that is none of the list says no more than that there is one."""
    if verb in Verb.values:
        return str(STEPS[Verb(verb)])
    if agency and note in PLANNERS:
        return str(PLANNERS[Note(note)]) % {"agency": agency}
    said = str(Note(note).label) if note in Note.values else _("the desk noted something on it")
    return f"{said[:1].upper()}{said[1:]}."


def words_of(part: str, said: dict[str, Any]) -> str:
    """What a submitter added, as they read it again; empty where nothing opens."""
    words = [str(said.get(name, "")) for name in ("words", "alternate")]
    wish = said.get("wish", "")
    asked = [str(WithdrawalWish(wish).label)] if wish in WithdrawalWish.values else []
    told = "\n".join(line for line in [*asked, *words] if line)
    return f"{ACTS[part]}\n{told}" if told and part in ACTS else told
