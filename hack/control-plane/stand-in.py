#!/usr/bin/env python3
"""A stand-in for a node, its kubelet and the scheduler, for a control plane without nodes.

It makes a Node `local`, binds every pod to it, and writes into the pods' status what a kubelet would: Running and
ready, with a status for each container; pods of a Job then succeed. A pod that is being deleted is let go at once.
No container ever runs. Pod addresses are loopback addresses that nobody listens on.

Only the standard library is used.
"""

import argparse
import http.client
import ipaddress
import queue
import sys
import threading
import time
import zlib

import api_client
from api_client import WATCH_SECONDS, StatusError

NODE = "local"
WORKERS = 4
FIRST_ADDRESS = ipaddress.IPv4Address("127.1.0.0")
LAST_ADDRESS = ipaddress.IPv4Address("127.255.255.254")


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def log(text):
    print(now(), text, flush=True)


def create_node(client):
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": NODE,
            "labels": {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
        },
        "status": {
            "capacity": {"cpu": "1000", "memory": "4Ti", "pods": "100000"},
            "allocatable": {"cpu": "1000", "memory": "4Ti", "pods": "100000"},
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": NODE}],
            "conditions": [condition("Ready", True) | {"reason": "StandIn", "message": "no kubelet runs here"}],
        },
    }
    try:
        client.request("POST", "/api/v1/nodes", node)
    except StatusError as error:
        if error.code != 409:
            raise
    # Admission marks a new node as not ready, and what takes the mark away again, the node controller, does not run here.
    client.request(
        "PATCH", f"/api/v1/nodes/{NODE}", {"spec": {"taints": None}}, "application/merge-patch+json"
    )


def condition(kind, value, reason=None):
    result = {"type": kind, "status": "True" if value else "False", "lastTransitionTime": now()}
    return result | ({"reason": reason} if reason else {})


def container_status(container, pod_uid, state, ready):
    name = container["name"]
    return {
        "name": name,
        "image": container["image"],
        "imageID": "stand-in://" + container["image"],
        "containerID": f"stand-in://{pod_uid}/{name}",
        "ready": ready,
        "restartCount": 0,
        "state": state,
    }


def pod_status(pod, address, succeeded):
    """The status of a pod whose containers run, or have all ended well."""
    uid, spec, old = pod["metadata"]["uid"], pod["spec"], pod.get("status", {})
    began = old.get("startTime") or now()
    running = {"running": {"startedAt": began}}
    ended = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": began, "finishedAt": now()}}

    def statuses(containers, stay):
        result = []
        for container in containers:
            runs = stay(container) and not succeeded
            status = container_status(container, uid, running if runs else ended, runs or not stay(container))
            result.append(status | {"started": runs})
        return result

    known = {each["type"]: each["status"] for each in old.get("conditions", [])}
    gates = all(known.get(gate["conditionType"]) == "True" for gate in spec.get("readinessGates", []))
    reason = "PodCompleted" if succeeded else None
    status = {
        "phase": "Succeeded" if succeeded else "Running",
        "startTime": began,
        "hostIP": "127.0.0.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [
            condition("Initialized", True, reason),
            condition("ContainersReady", not succeeded, reason),
            condition("Ready", gates and not succeeded, reason),
            condition("PodScheduled", True),
        ],
        # The kubelet sorts these by name, and those of init containers not.
        "containerStatuses": statuses(
            sorted(spec["containers"], key=lambda container: container["name"]), lambda container: True
        ),
    }
    if spec.get("initContainers"):
        # An init container with restartPolicy Always is a sidecar: it goes on running.
        status["initContainerStatuses"] = statuses(
            spec["initContainers"], lambda container: container.get("restartPolicy") == "Always"
        )
    return status


class StandIn:
    def __init__(self, new_client):
        self.new_client = new_client
        self.queues = [queue.SimpleQueue() for _ in range(WORKERS)]
        self.last_address = FIRST_ADDRESS
        self.address_lock = threading.Lock()

    def next_address(self):
        with self.address_lock:
            self.last_address = self.last_address + 1 if self.last_address < LAST_ADDRESS else FIRST_ADDRESS
            return str(self.last_address)

    def skip_addresses(self, pods):
        """After a restart: goes on after the addresses that pods have already."""
        taken = [ipaddress.IPv4Address(pod.get("status", {}).get("podIP") or "0.0.0.0") for pod in pods]
        with self.address_lock:
            self.last_address = max([self.last_address, *taken])

    def dispatch(self, pod):
        # The same pod always goes to the same worker, so its steps keep their order.
        self.queues[zlib.crc32(pod["metadata"]["uid"].encode()) % WORKERS].put(pod)

    def work(self, pods):
        client = self.new_client()
        while True:
            pod = pods.get()
            for pause in (0.1, 0.3, 1, 3, None):
                try:
                    self.advance(client, pod)
                except StatusError as error:
                    # Gone, or changed meanwhile: then there is a later event. A namespace that ends takes no binding.
                    if error.code in (403, 404, 409):
                        break
                    failure = error
                except (OSError, http.client.HTTPException) as error:
                    failure = error
                else:
                    break
                if pause is None:
                    log(f"gave up on {pod['metadata']['namespace']}/{pod['metadata']['name']}: {failure}")
                else:
                    time.sleep(pause)

    def advance(self, client, pod):
        """Takes a pod one step on; the event that follows brings the next step."""
        metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status", {})
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        node, phase = spec.get("nodeName"), status.get("phase")
        if node and node != NODE:
            return
        if "deletionTimestamp" in metadata:
            # With grace 0 the kubelet's part is done; only finalizers can still hold the pod.
            if metadata.get("deletionGracePeriodSeconds") != 0:
                preconditions = {"uid": metadata["uid"]}
                client.request("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": preconditions})
            return
        if not node:
            if not spec.get("schedulingGates"):
                target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
                binding = {"metadata": {"name": metadata["name"], "uid": metadata["uid"]}, "target": target}
                client.request("POST", path + "/binding", {"apiVersion": "v1", "kind": "Binding"} | binding)
            return
        of_job = any(owner["kind"] == "Job" for owner in metadata.get("ownerReferences", []))
        if phase == "Pending" or phase == "Running" and of_job:
            address = status.get("podIP") or ("127.0.0.1" if spec.get("hostNetwork") else self.next_address())
            patch = {
                "metadata": {"uid": metadata["uid"]},
                "status": pod_status(pod, address, succeeded=phase == "Running"),
            }
            client.request("PATCH", path + "/status", patch, "application/strategic-merge-patch+json")
            log(f"{metadata['namespace']}/{metadata['name']}: {patch['status']['phase']}")

    def run(self):
        for pods in self.queues:
            threading.Thread(target=self.work, args=(pods,), daemon=True).start()
        client = self.new_client()
        said = None
        version = None
        while True:
            try:
                if version is None:
                    create_node(client)
                    listed = client.request("GET", "/api/v1/pods")
                    version = listed["metadata"]["resourceVersion"]
                    self.skip_addresses(listed["items"])
                    for pod in listed["items"]:
                        self.dispatch(pod)
                    log(f"serving node {NODE}, {len(listed['items'])} pods")
                    said = None
                query = f"watch=true&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}&resourceVersion={version}"
                for event in client.watch("/api/v1/pods?" + query):
                    if event["type"] == "ERROR":
                        raise StatusError(event["object"].get("code", 500), event["object"].get("message", ""))
                    version = event["object"]["metadata"]["resourceVersion"]
                    if event["type"] in ("ADDED", "MODIFIED"):
                        self.dispatch(event["object"])
            except (StatusError, OSError, http.client.HTTPException, ValueError) as error:
                # Too old a version, or no server for a while. The list that follows sees what was missed.
                version = None
                if str(error) != said:
                    said = str(error)
                    log(f"watch ended: {error}; again")
                time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    api_client.add_arguments(parser)
    StandIn(api_client.from_arguments(parser.parse_args(), "stand-in")).run()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
