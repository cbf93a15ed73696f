"""The agreements that a new installation begins with. Its owners read them, and write versions of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from portal.members.agreements import kinds_without
from portal.members.enums import AgreementKind
from portal.members.models import Agreement


@dataclass(frozen=True)
class Text:
    """The title and the words of one agreement."""

    title: str
    words: str


TEXTS = {
    AgreementKind.CONDUCT: Text(
        "Rules of behaviour",
        """
<p>This portal is a restricted system. Your use of it is monitored, recorded and audited.</p>
<h3>Your account is yours alone</h3>
<ul>
<li>You sign in only as yourself. You share neither your password nor your codes, not with a colleague either.</li>
<li>You use the portal for the protection of infrastructure and of the people who depend on it, and for nothing
else.</li>
<li>You leave no signed-in screen where others can use it, and you sign out on a device that is not your own.</li>
</ul>
<h3>Tell us at once</h3>
<ul>
<li>when a device on which you signed in is lost, or when somebody else may know your password;</li>
<li>when you see something that was not meant for you;</li>
<li>when your employer, your work, your telephone number or your sponsor changes.</li>
</ul>
<h3>What you do not do</h3>
<ul>
<li>You do not collect pages or names by program, and you do not look for a way round a limit.</li>
<li>You report behaviour, not people's looks. Race, ethnicity, national origin, religion, gender, gender identity and
sexual orientation are not suspicious.</li>
</ul>
<p>Whoever breaks these rules loses access. What breaks the law is handed on.</p>
""",
    ),
    AgreementKind.NON_DISCLOSURE: Text(
        "Non-disclosure",
        """
<p>You will read what others have trusted the partnership with. You keep it to those for whom it is meant.</p>
<ul>
<li>You pass nothing on further than its label allows. If you think that it should go further, ask first: every page
has a way to do so.</li>
<li>You do not use what you read here against the company that reported it: not in a bid, not in a lawsuit, not in
dealings on a market.</li>
<li>You keep copies only as long as you need them, where only those may see them who may read the page, and you destroy
them when a bulletin is recalled or when you leave.</li>
<li>If a court, a regulator or a records request asks you for something from the portal, tell us before you answer, as
far as the law lets you.</li>
</ul>
<p>This goes on after your membership has ended. It does not keep you from reporting a crime, a danger or wrongdoing to
those whose task that is.</p>
""",
    ),
    AgreementKind.TLP: Text(
        "Handling by the Traffic Light Protocol",
        """
<p>Every page carries a label of the Traffic Light Protocol, version 2.0. The label says how far you may share it.</p>
<ul>
<li><b>TLP:RED</b>: for your eyes and ears only. You share it with nobody.</li>
<li><b>TLP:AMBER+STRICT</b>: within your own organisation, with those who need to know.</li>
<li><b>TLP:AMBER</b>: within your own organisation and with its clients, with those who need to know in order to
protect themselves or to prevent harm.</li>
<li><b>TLP:GREEN</b>: within your community, but not through channels that the public can reach.</li>
<li><b>TLP:CLEAR</b>: with everybody.</li>
</ul>
<p>If a page names its readers more narrowly than its label, the narrower limit holds. What carries the caveat of law
enforcement is for those alone who hold that clearance.</p>
<p>You leave the label on every copy: at the top and bottom of each sheet, and in the subject of a mail. You put the
content of nothing labelled TLP:AMBER or TLP:RED into mail or text messages.</p>
<p>A label is a promise among those who share. It does not close a record under the open-records law.</p>
""",
    ),
    AgreementKind.PRIVACY: Text(
        "Privacy",
        """
<p>What the portal knows about you, and what happens with it.</p>
<h3>What is kept</h3>
<ul>
<li>Your name and work e-mail address: without them you could not sign in.</li>
<li>Your position, telephone number and supervisor, encrypted so that only the vetting desk can open them.</li>
<li>Of a records check: cleared or not, the day and the officer. Nothing else of it. We ask for no social security
number and no date of birth.</li>
<li>Which agreements you accepted, when, and from which network address.</li>
<li>When you signed in, from which network, and which marked pages you opened.</li>
</ul>
<h3>Who sees it</h3>
<p>Staff who need it for their task. Other members do not: there is no list of members. The point of contact of your
organisation sees your name, and confirms once a year that you still work there.</p>
<h3>What you can do</h3>
<ul>
<li>Ask what is kept about you, and have mistakes put right.</li>
<li>End your membership at any time. Records of who read and did what are kept as long as the law asks.</li>
<li>Complain to the privacy officer; the address stands at the foot of every page.</li>
</ul>
""",
    ),
}


def begin() -> int:
    """Put version 1 in force for each kind that has no version at all; returns how many were made."""
    there = set(Agreement.objects.values_list("kind", flat=True))
    made = [kind for kind in kinds_without() if kind not in there]
    for kind in made:
        text = TEXTS[AgreementKind(kind)]
        Agreement.objects.create(
            kind=kind, number=1, title=text.title, text=text.words.strip(), in_force_from=timezone.now()
        )
    return len(made)
