import Document
import KubeModel
import Testing

@Suite("Asking what somebody may do")
struct AccessQuestionTests {
    @Test("asks as the user is")
    func user() {
        let user = UserInfo(name: "alice", uid: "u", groups: ["a", "b"], extra: ["z": ["1"], "k": ["2", "3"]])
        let stats = AccessQuestion.Action.resource(verb: "get", group: "", resource: "nodes", subresource: "stats")
        let question = AccessQuestion(stats, by: user)
        #expect(question.type == .subjectAccessReview)
        #expect(
            question.review.json == [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": [
                    "user": "alice", "uid": "u", "groups": ["a", "b"], "extra": ["k": ["2", "3"], "z": ["1"]],
                    "resourceAttributes": ["group": "", "resource": "nodes", "subresource": "stats", "verb": "get"],
                ],
            ])
        #expect(
            AccessQuestion(.path(verb: "get", "/metrics"), by: UserInfo(name: "bob")).review["spec"] == [
                "user": "bob", "nonResourceAttributes": ["path": "/metrics", "verb": "get"],
            ])
    }

    @Test("without a user, asks for whoever asks")
    func oneself() {
        let question = AccessQuestion(.resource(verb: "list", group: "apps", resource: "deployments"))
        #expect(question.type == .selfSubjectAccessReview)
        #expect(
            question.review.json == [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": ["resourceAttributes": ["group": "apps", "resource": "deployments", "verb": "list"]],
            ])
    }

    @Test("a ServiceAccount has the groups that it calls with")
    func serviceAccount() {
        let user = UserInfo.serviceAccount(ObjectKey(namespace: "ns", name: "x"))
        #expect(user.name == "system:serviceaccount:ns:x")
        #expect(user.groups == ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"])
    }

    @Test("a user is read as an AdmissionReview or a TokenReview has it")
    func reading() {
        let json: JSONValue = [
            "username": "alice", "uid": "u", "groups": ["a", 1], "extra": ["k": ["2", "3"], "empty": .null],
        ]
        #expect(
            UserInfo(json)
                == UserInfo(name: "alice", uid: "u", groups: ["a"], extra: ["k": ["2", "3"], "empty": []]))
        #expect(UserInfo(.null) == UserInfo(name: ""))
    }
}
