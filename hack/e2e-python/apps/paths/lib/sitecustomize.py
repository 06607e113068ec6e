"""Stands behind the agent's on the path, and must run all the same."""
import sys

sys.applications_own = "ran"
