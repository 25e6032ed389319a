"""Tables of the members: bodies, people, appointments, requests, imports."""

from members.models.appointments import Appointment, Role
from members.models.bodies import (
    Administration,
    AdministrationName,
    Group,
    Membership,
    Organisation,
    OrganisationKind,
    SubRegion,
)
from members.models.holidays import HolidayCorrection
from members.models.identities import Identity
from members.models.imports import Import, ImportKind, ImportRow
from members.models.joining import JoinRequest, NotTheSame
from members.models.people import English, Gender, MailLanguage, User
from members.models.privacy import ErasureRequest, Removal
from members.models.profiles import ELearning, Proposal

__all__ = [
    "Administration",
    "AdministrationName",
    "Appointment",
    "ELearning",
    "English",
    "ErasureRequest",
    "Gender",
    "Group",
    "HolidayCorrection",
    "Identity",
    "Import",
    "ImportKind",
    "ImportRow",
    "JoinRequest",
    "MailLanguage",
    "Membership",
    "NotTheSame",
    "Organisation",
    "OrganisationKind",
    "Proposal",
    "Removal",
    "Role",
    "SubRegion",
    "User",
]
