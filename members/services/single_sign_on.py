"""Single sign-on of the office: which person an identity of the provider is. Nobody is added by it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members import notices
from members.models import Identity, User
from members.services import devices
from members.services.provider import Claims
from members.services.sign_in import people_behind
from portal.kit import trail
from portal.kit.states import Refused

LINKED = "linked the single sign-on"
UNLINKED = "removed the single sign-on"


def person_of(claims: Claims, *, at: datetime) -> User:
    """The person of the office who signs in with this identity; the first time it is linked by a verified address.

    Raises `Refused` when the identity is nobody's, or when the person has no role in the office today.
    """
    known = Identity.objects.select_related("person").filter(issuer=claims.issuer, subject=claims.subject).first()
    if not known:
        return _link(claims, at=at)
    if not known.person.is_office:
        raise Refused(_("You have no role in the office today. Sign in with your password or with a code."))
    return known.person


def _link(claims: Claims, *, at: datetime) -> User:
    """Once, and told: from then on the address at the provider says nothing any more."""
    person = _behind(claims.email)
    try:
        with transaction.atomic():
            Identity.objects.create(person=person, issuer=claims.issuer, subject=claims.subject, linked_at=at)
            trail.record(person, LINKED, person)
            notices.single_sign_on_changed(person, LINKED, at=at)
    except IntegrityError as error:
        raise Refused(
            _("Your account is linked with another sign-in of %(name)s. Ask who keeps the portal running.")
            % {"name": settings.OIDC["name"]}
        ) from error
    return person


def _behind(address: str) -> User:
    """The one active person of this address, who has a role in the office today.

    One sentence for all who are not: it does not tell a stranger which addresses are known.
    """
    domain = settings.OIDC["email_domain"].lower()
    ours = "@" in address and (not domain or address.lower().endswith(f"@{domain}"))
    people = people_behind(address) if ours else []
    if len(people) != 1 or not people[0].is_office:
        raise Refused(
            _(
                "%(name)s gives no verified mail address of one person of the office. Sign in with your password or"
                " with a code, and compare the address in your profile."
            )
            % {"name": settings.OIDC["name"]}
        )
    return people[0]


@transaction.atomic
def unlink(person: User, *, by: User, at: datetime) -> None:
    """Undo a wrong link and end every session. Raises `Refused` when there is none."""
    gone, _kinds = Identity.objects.filter(person=person).delete()
    if not gone:
        raise Refused(_("%(person)s has no single sign-on.") % {"person": person})
    devices.end_all(person, by=by)
    trail.record(by, UNLINKED, person)
    notices.single_sign_on_changed(person, UNLINKED, at=at)
