"""Prometheus in the pod that stands in the place of ama-metrics, asked through the API server."""
import json
import urllib.parse

from cluster import items
from rows import Failed


class Prometheus:
    def __init__(self, api):
        self._api = api

    def _get(self, path, **query):
        pods = [each for each in items("pods", "kube-system", "rsName=ama-metrics") if each["status"]["phase"] == "Running"]
        if not pods:
            raise Failed("no pod with rsName=ama-metrics runs")
        base = f"/api/v1/namespaces/kube-system/pods/{pods[0]['metadata']['name']}:9090/proxy/api/v1"
        return json.loads(self._api.request("GET", f"{base}/{path}?{urllib.parse.urlencode(query)}"))["data"]

    def targets(self):
        return self._get("targets", state="active")["activeTargets"]

    def configuration(self):
        return self._get("status/config")["yaml"]

    def query(self, expression):
        """(labels, value) of each series."""
        return [(each["metric"], float(each["value"][1])) for each in self._get("query", query=expression)["result"]]
