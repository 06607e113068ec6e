import Document
import KubeModel
import Testing

@Suite struct KubeObjectTests {
    @Test("a new object has its type, name, namespace and labels")
    func new() {
        let object = KubeObject(.deployment, ObjectKey(namespace: "ns", name: "web"), labels: [("app", "web")])
        #expect(object.apiVersion == "apps/v1")
        #expect(object.kind == "Deployment")
        #expect(object.key == ObjectKey(namespace: "ns", name: "web"))
        #expect(object.label("app") == "web")
        #expect(object.generation == 0)
    }

    @Test("the controller is the owner that says so")
    func controller() {
        let object = KubeObject([
            "metadata": [
                "ownerReferences": [
                    ["apiVersion": "v1", "kind": "Node", "name": "n", "uid": "1"],
                    ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "2", "controller": true],
                ]
            ]
        ])
        #expect(object.ownerReferences.count == 2)
        #expect(object.controller?.name == "rs")
    }

    @Test("a missing member is empty, and no member of the wrong kind is a crash")
    func odd() {
        for json: JSONValue in [.null, "text", [], [:], ["metadata": "text"], ["metadata": ["labels": [1]]]] {
            let object = KubeObject(json)
            #expect(object.name == "")
            #expect(object.labels.isEmpty)
            #expect(object.controller == nil)
            #expect(!object.isBeingDeleted)
        }
    }

    @Test("a condition keeps its time while its status stays, and takes the new one when it flips")
    func condition() {
        let ready = Condition(type: "Ready", status: .true, reason: "Reconciled", message: "ok", observedGeneration: 1)
        let first = ready.json(replacing: nil, now: "T1")
        #expect(first["lastTransitionTime"] == "T1")
        #expect(ready.json(replacing: first, now: "T2") == first)
        let failed = Condition(type: "Ready", status: .false, reason: "Error", message: "no", observedGeneration: 1)
        #expect(failed.json(replacing: first, now: "T3")["lastTransitionTime"] == "T3")
    }

    @Test("a Status document gives code, reason, message and the time to wait")
    func status() {
        let status = Status(
            [
                "kind": "Status", "code": 429, "reason": "TooManyRequests", "message": "slow down",
                "details": ["retryAfterSeconds": 2],
            ], code: 500)
        #expect(status == Status(code: 429, reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 2))
        #expect(Status("gateway down", code: 502).code == 502)
    }

    @Test("a resource type is written as kubectl writes it")
    func resourceType() {
        #expect(ResourceType.deployment.apiVersion == "apps/v1")
        #expect(ResourceType.pod.apiVersion == "v1")
        #expect("\(ResourceType.azurePodMonitor)" == "podmonitors.azmonitoring.coreos.com")
        #expect("\(ResourceType.pod)" == "pods")
    }
}
