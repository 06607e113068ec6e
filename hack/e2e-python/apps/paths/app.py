"""An application that finds a part of itself, and a sitecustomize, through PYTHONPATH."""
import os
import sys

import greeting
from flask import Flask

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return {"greeting": greeting.TEXT, "sitecustomize": getattr(sys, "applications_own", None), "path": os.environ["PYTHONPATH"]}
