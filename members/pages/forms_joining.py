"""Forms of the way in: asking to join, the code of the letter, the answer, and inviting a contact point."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Administration, Role, User
from members.models.appointments import SPEAKING_ROLES
from members.models.joining import JoinRequestQuerySet
from members.models.people import UserQuerySet
from members.pages.account_forms import digits_of, factor_code
from members.pages.forms_appointments import within_reason
from members.services.duplicates import Pair
from members.services.merging import Difference
from members.states import JoinState
from portal.kit.forms import Clean

ALL = "all"


class JoinForm(Clean):
    """What an official says who asks to join."""

    administration = forms.ModelChoiceField(
        Administration.objects.none(),
        label=_("Your administration"),
        empty_label=_("Choose the administration that you work for"),
    )
    name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As on certificates: first name and family name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        help_text=_("Use your address at work. A letter with a code goes to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=120, required=False, help_text=_("Department or section."))
    reason = forms.CharField(
        label=_("Why do you ask to join?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences for your contact point. For example the event that you want to attend."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        administration.queryset = Administration.objects.members_on(today)


class JoinCodeForm(Clean):
    """The code of the letter: spaces and hyphens do not matter, and digits of every script count."""

    code = factor_code(_("Nine digits, as in the letter."))

    def clean_code(self) -> str:
        return digits_of(self.cleaned_data["code"])


class DeclineForm(Clean):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence. The person reads it in a letter."),
    )


class SamePersonForm(Clean):
    person = forms.ModelChoiceField(User.objects.none())

    def __init__(self, *args: Any, administration: Administration, **kwargs: Any):
        super().__init__(*args, **kwargs)
        person = cast("forms.ModelChoiceField[User]", self.fields["person"])
        person.queryset = User.objects.colleagues_of(administration)


class JoinRequestFilter(Clean):
    """The filter of the requests, from the address bar; without a word it shows those that wait."""

    q = forms.CharField(label=_("Name, position or address"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Waiting for an answer")),
            *((state.value, state.label) for state in (JoinState.ENDORSED, JoinState.DECLINED, JoinState.LAPSED)),
            (ALL, _("All")),
        ],
        required=False,
    )
    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration"), empty_label=_("All"), required=False
    )

    def __init__(self, *args: Any, reader: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        mine = [row.pk for row in reader.represented]
        if not reader.is_office and len(mine) < 2:
            del self.fields["administration"]
            return
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        administration.queryset = (
            Administration.objects.all() if reader.is_office else Administration.objects.filter(pk__in=mine)
        )

    def narrow(self, rows: JoinRequestQuerySet) -> JoinRequestQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            rows = rows.matching(asked["q"])
        if asked.get("administration"):
            rows = rows.filter(administration=asked["administration"])
        if asked.get("state") == ALL:
            return rows
        return rows.filter(state=asked.get("state") or JoinState.ASKED)


class InviteForm(Clean):
    """A new person who will speak for an administration."""

    name = forms.CharField(
        label=_("Full name"), max_length=200, help_text=_("As on certificates: first name and family name.")
    )
    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        help_text=_("The letter of welcome and the codes to sign in go to this address."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[(role, Role(role).label) for role in SPEAKING_ROLES])
    from_on = forms.DateField(label=_("From"), help_text=_("The first day with this role."))

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        kwargs.setdefault("initial", {"from_on": today})
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_from_on(self) -> date:
        return within_reason(self.cleaned_data["from_on"], self.today)


class DuplicatesFilter(Clean):
    """The filter of the pairs, from the address bar."""

    administration = forms.ModelChoiceField(
        Administration.objects.all(), label=_("Administration"), empty_label=_("All"), required=False
    )
    kind = forms.ChoiceField(
        label=_("Names"),
        choices=[("", _("The same or nearly the same")), ("same", _("The same")), ("near", _("Nearly the same"))],
        required=False,
    )

    def narrow(self, rows: UserQuerySet) -> UserQuerySet:
        self.is_valid()
        body = self.cleaned_data.get("administration")
        return rows.filter(administration=body) if body else rows

    def choose(self, pairs: list[Pair]) -> list[Pair]:
        kind = self.cleaned_data.get("kind")
        return [pair for pair in pairs if pair.same_name == (kind == "same")] if kind else pairs


class MergeForm(Clean):
    """Which of two accounts stays, and whose value where they differ."""

    FIRST, SECOND = "first", "second"

    def __init__(self, *args: Any, first: User, second: User, differences: list[Difference], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.differences = differences
        stays = self.FIRST if _used(first) >= _used(second) else self.SECOND
        self.fields["kept"] = forms.ChoiceField(
            label=_("Which account stays?"),
            choices=[(self.FIRST, first.username), (self.SECOND, second.username)],
            initial=stays,
            widget=forms.RadioSelect,
            help_text=_("Its sign-in name, its password and its second factor stay. The other account is closed."),
        )
        for one in differences:
            filled = [side for side, value in zip((self.FIRST, self.SECOND), one.values, strict=True) if value]
            self.fields[one.field] = forms.ChoiceField(
                label=one.label,
                choices=list(zip((self.FIRST, self.SECOND), one.words, strict=True)),
                initial=stays if stays in filled or not filled else filled[0],
                widget=forms.RadioSelect,
            )

    @property
    def keeps_first(self) -> bool:
        return bool(self.cleaned_data["kept"] == self.FIRST)

    @property
    def values(self) -> dict[str, Any]:
        """What the account that stays takes over from the other one."""
        kept = self.cleaned_data["kept"]
        other = 1 if self.keeps_first else 0
        return {one.field: one.values[other] for one in self.differences if self.cleaned_data[one.field] != kept}


def _used(person: User) -> float:
    """When the account was used last; an open account that was never used stands before a closed one."""
    return (person.last_login.timestamp() if person.last_login else 0) if person.is_active else -1
