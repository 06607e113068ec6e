"""What a Grafana dashboard is made of, as far as ours need it."""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
# Grafana's own choice: long enough for several scrapes.
RATE = "$__rate_interval"


def query(expression, legend):
    return {"datasource": SOURCE, "expr": expression, "legendFormat": legend}


def timeseries(title, description, unit, *queries, stacked=False):
    return {
        "type": "timeseries",
        "title": title,
        "description": description,
        "datasource": SOURCE,
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "min": 0,
                "custom": {
                    "fillOpacity": 20 if stacked else 8,
                    "showPoints": "never",
                    "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
                },
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": letters(queries),
        "width": 8,
        "height": 8,
    }


def stat(title, description, unit, expression, steps, legend=""):
    """One number. `steps`: colours from a value on, the first for everything below."""
    thresholds = [{"color": steps[0], "value": None}] + [{"color": color, "value": value} for color, value in steps[1:]]
    return {
        "type": "stat",
        "title": title,
        "description": description,
        "datasource": SOURCE,
        "fieldConfig": {
            "defaults": {"unit": unit, "thresholds": {"mode": "absolute", "steps": thresholds}},
            "overrides": [],
        },
        "options": {"colorMode": "value", "graphMode": "none", "reduceOptions": {"calcs": ["lastNotNull"]}},
        "targets": letters([query(expression, legend)]),
        "width": 6,
        "height": 4,
    }


def letters(queries):
    return [{"refId": "ABCDEFGHIJ"[index], **each} for index, each in enumerate(queries)]


def variable(name, label, expression):
    """A choice of values of a label, all of them at first."""
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": SOURCE,
        "query": {"query": expression, "refId": name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": "All", "value": "$__all"},
    }


def dashboard(uid, title, description, variables, rows):
    """`rows`: pairs of a heading and its panels, which are set from left to right."""
    panels, y = [], 0
    for heading, members in rows:
        panels.append(
            {"type": "row", "title": heading, "collapsed": False, "panels": [], "gridPos": {"h": 1, "w": WIDTH, "x": 0, "y": y}}
        )
        y, x, tallest = y + 1, 0, 0
        for member in members:
            member = dict(member)
            width, height = member.pop("width"), member.pop("height")
            if x + width > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            panels.append({**member, "gridPos": {"h": height, "w": width, "x": x, "y": y}})
            x, tallest = x + width, max(tallest, height)
        y += tallest
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    source = {
        "type": "datasource",
        "name": "datasource",
        "label": "Data source",
        "query": "prometheus",
        "current": {},
        "refresh": 1,
    }
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["opentelemetry"],
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [source, *variables]},
        "annotations": {"list": []},
        "panels": panels,
    }
