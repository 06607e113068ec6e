"""Our three dashboards, by the names of their files."""
from dashboard_applications import APPLICATIONS
from dashboard_collectors import COLLECTORS
from dashboard_operator import OPERATOR

ALL = {"collectors": COLLECTORS, "applications": APPLICATIONS, "operator": OPERATOR}
