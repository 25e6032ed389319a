"""Forms of the delegation desk; every choice is limited to the reader's own administrations."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Invitation, Registration
from events.models.invitations import InvitationQuerySet
from members.models import Administration, User
from members.models.people import UserQuerySet
from members.pages.forms_people import PERSON, PersonFields
from portal.kit.forms import Clean


class OfficialChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    """Officials by name and position: two people of one name are told apart."""

    def label_from_instance(self, obj: Any) -> str:
        return ", ".join(filter(None, (obj.name, obj.position, obj.unit)))


class NominationForm(PersonFields):
    """An official of the administration, chosen or new."""

    official = OfficialChoice(
        User.objects.none(), label=_("Official"), required=False, empty_label=_("Choose an official")
    )
    motivation = forms.CharField(
        label=_("Why this person?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Tasks at work, and what the person will do with the knowledge. One or two sentences."),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        colleagues = User.objects.colleagues_of(invitation.administration)
        if not self.is_bound:  # when the form comes back, the service says who stands already
            colleagues = colleagues.exclude(pk__in=invitation.event.registrations.live().values("official"))
        cast(OfficialChoice, self.fields["official"]).queryset = colleagues
        self.fields["name"].required = self.fields["email"].required = False
        self.helper.layout = Layout(
            "official",
            HTML(
                f'<details class="new-person"{" open" if self._writes_new() else ""}>'
                f"<summary>{gettext('Somebody who is not in this list')}</summary>"
                f'<fieldset><legend class="visually-hidden">{gettext("A new person")}</legend>'
            ),
            Div(Div("name", css_class="col-md-6"), Div("email", css_class="col-md-6"), css_class="row"),
            Div(
                Div("title", css_class="col-md-2"),
                Div("position", css_class="col-md-5"),
                Div("unit", css_class="col-md-5"),
                css_class="row",
            ),
            HTML("</fieldset></details>"),
            "motivation",
        )

    def _writes_new(self) -> bool:
        """The fields of a new person are in sight when they were used, and when there is nobody to choose."""
        if self.is_bound:
            return any(self.data.get(name, "").strip() for name in PERSON)
        return not cast(OfficialChoice, self.fields["official"]).queryset.exists()  # type: ignore[union-attr]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("official"):
            if any(found.get(name) for name in PERSON):
                self.add_error("official", gettext("Choose an official or write a new person, not both."))
        elif "official" not in self.errors:
            if not any(self.data.get(name, "").strip() for name in PERSON):
                self.add_error("official", gettext("Choose an official, or write name and address of a new person."))
            else:
                for name in ("name", "email"):
                    if not found.get(name) and name not in self.errors:
                        self.add_error(name, gettext("This is needed for a new person."))
        return found

    @property
    def new_person(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PERSON}


class ReplaceForm(Clean):
    official = OfficialChoice(User.objects.none(), label=_("New nominee"), empty_label=_("Choose an official"))

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any):
        super().__init__(*args, **kwargs)
        colleagues: UserQuerySet = User.objects.colleagues_of(registration.administration)
        if not self.is_bound:
            colleagues = colleagues.exclude(pk__in=registration.event.registrations.live().values("official"))
        cast(OfficialChoice, self.fields["official"]).queryset = colleagues


class ReasonForm(Clean):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("One sentence.")
    )


class NewOfficialForm(PersonFields):
    administration = forms.ModelChoiceField(Administration.objects.none(), label=_("Administration"), empty_label=None)

    field_order = ("administration", *PERSON)

    def __init__(self, *args: Any, reader: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        administration.queryset = Administration.objects.filter(pk__in=[row.pk for row in reader.represented])
        if len(reader.represented) == 1:
            del self.fields["administration"]
        self.first = reader.represented[0]

    def clean(self) -> dict[str, Any]:
        return {"administration": self.first, **(super().clean() or {})}


class InvitationFilter(Clean):
    q = forms.CharField(label=_("Title or reference"), max_length=100, required=False)
    show = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def narrow(self, rows: InvitationQuerySet) -> InvitationQuerySet:
        self.is_valid()
        text = self.cleaned_data.get("q")
        if text:
            rows = rows.filter(Q(event__title__icontains=text) | Q(reference__icontains=text))
        return rows


class PeopleFilter(Clean):
    """The filters of our people; closed accounts are left out until they are asked for."""

    q = forms.CharField(label=_("Name, position, unit or mail address"), max_length=100, required=False)
    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration"), empty_label=_("All"), required=False
    )
    closed = forms.BooleanField(label=_("Closed accounts too"), required=False)

    def __init__(self, *args: Any, reader: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if len(reader.represented) < 2:
            del self.fields["administration"]
            return
        administration = cast("forms.ModelChoiceField[Administration]", self.fields["administration"])
        administration.queryset = Administration.objects.filter(pk__in=[row.pk for row in reader.represented])

    def narrow(self, rows: UserQuerySet) -> UserQuerySet:
        self.is_valid()
        if self.cleaned_data.get("q"):
            rows = rows.matching(self.cleaned_data["q"])
        if self.cleaned_data.get("administration"):
            rows = rows.filter(administration=self.cleaned_data["administration"])
        return rows if self.cleaned_data.get("closed") else rows.open()
