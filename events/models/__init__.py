"""Tables of the stages, in the order of the river."""

from events.models.attendance import Attendance, Source
from events.models.baselines import BaselineLine, PlanClause, PlanRevision
from events.models.certificates import Certificate
from events.models.checklist import CheckItem
from events.models.evaluations import Evaluation
from events.models.feeds import CalendarFeed, FeedKind
from events.models.followups import FollowUp
from events.models.invitations import Invitation
from events.models.kinds import Duty, KindItem, KindTemplate
from events.models.neighbours import OtherCalendar, OtherMeeting
from events.models.outcomes import Comment, Corrigendum, Intervention, Outcome, Paragraph, Record, Signature, Verb
from events.models.papers import AgendaItem, Paper, PaperAccess, Purpose
from events.models.programme import Access, Chairing, Event, Platform, Revision, Series, Session
from events.models.registrations import Delegation, Registration
from events.models.workplan import Activity, Kind, Mode, OfficeRole, Pillar, PlanImport, WorkPlan

__all__ = [
    "Access",
    "Activity",
    "AgendaItem",
    "Attendance",
    "BaselineLine",
    "CalendarFeed",
    "Certificate",
    "Chairing",
    "CheckItem",
    "Comment",
    "Corrigendum",
    "Delegation",
    "Duty",
    "Evaluation",
    "Event",
    "FeedKind",
    "FollowUp",
    "Intervention",
    "Invitation",
    "Kind",
    "KindItem",
    "KindTemplate",
    "Mode",
    "OfficeRole",
    "OtherCalendar",
    "OtherMeeting",
    "Outcome",
    "Paper",
    "PaperAccess",
    "Paragraph",
    "Pillar",
    "PlanClause",
    "PlanImport",
    "PlanRevision",
    "Platform",
    "Purpose",
    "Record",
    "Registration",
    "Revision",
    "Series",
    "Session",
    "Signature",
    "Source",
    "Verb",
    "WorkPlan",
]
