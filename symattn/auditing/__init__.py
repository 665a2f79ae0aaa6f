"""Auditing: what somebody claims of a mechanism, compared with it, and the usual mistake that explains a difference."""

from symattn.auditing.choosing import audit
from symattn.auditing.mistakes import ROWS as MISTAKES
from symattn.auditing.mistakes import Mistake
from symattn.auditing.outcome import Audit, exit_status, verdict_as_dict

__all__ = ["MISTAKES", "Audit", "Mistake", "audit", "exit_status", "verdict_as_dict"]
