"""A Flask backend that calls another service with requests."""
import os

import requests
from flask import Flask

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return {"pid": os.getpid()}


@app.get("/order")
def order():
    answer = requests.get(os.environ["STOCK_URL"], timeout=5)
    return {"stock": answer.json(), "pid": os.getpid()}
