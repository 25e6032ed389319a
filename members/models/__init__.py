"""Tables of the members: bodies, people, appointments."""

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
from members.models.people import Gender, User

__all__ = [
    "Administration",
    "AdministrationName",
    "Appointment",
    "Gender",
    "Group",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "Role",
    "SubRegion",
    "User",
]
