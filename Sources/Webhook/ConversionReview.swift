import Document
import NIOCore

/// Reading and writing `ConversionReview` objects, `apiextensions.k8s.io/v1` and, in kind, `v1beta1`.
///
/// Source: Kubernetes, "Versions in CustomResourceDefinitions", webhook request and response.
struct ConversionReview {
    /// Of the review itself; the answer has the same.
    var apiVersion: String
    var uid: String
    var desiredAPIVersion: String
    var objects: [JSONValue]

    /// Why a review could not be read; the text goes into the answer.
    struct Unreadable: Error, Equatable {
        var message: String
    }

    enum Outcome {
        case converted([JSONValue])
        /// With a message for the user. None of the objects is taken over then.
        case failed(String)
    }

    static let versions = ["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"]

    init(_ review: JSONValue) throws(Unreadable) {
        guard case .object = review else {
            throw Unreadable(message: "the body is \(review.kindDescription), not a ConversionReview")
        }
        guard review["kind"]?.stringValue == "ConversionReview" else {
            throw Unreadable(message: "kind is not ConversionReview")
        }
        guard let apiVersion = review["apiVersion"]?.stringValue, Self.versions.contains(apiVersion) else {
            throw Unreadable(message: "apiVersion is neither \(Self.versions[0]) nor \(Self.versions[1])")
        }
        guard let request = review["request"], case .object = request else {
            throw Unreadable(message: "the review has no request")
        }
        guard let uid = request["uid"]?.stringValue, !uid.isEmpty else {
            throw Unreadable(message: "the request has no uid")
        }
        self.apiVersion = apiVersion
        self.uid = uid
        desiredAPIVersion = request["desiredAPIVersion"]?.stringValue ?? ""
        objects = request["objects"]?.arrayValue ?? []
    }

    /// The text of a successful answer before and after its objects.
    func answerAroundObjects() -> (before: [UInt8], after: [UInt8]) {
        let head: JSONValue = ["kind": "ConversionReview", "apiVersion": .string(apiVersion)]
        let response: JSONValue = ["uid": .string(uid), "result": ["status": "Success"]]
        return (
            head.serialized().dropLast() + Array(",\"response\":".utf8) + response.serialized().dropLast()
                + Array(",\"convertedObjects\":[".utf8),
            Array("]}}".utf8)
        )
    }

    /// The review that carries the answer.
    func answer(_ outcome: Outcome) -> JSONValue {
        var response: JSONObject = ["uid": .string(uid)]
        switch outcome {
        case .converted(let objects):
            response["convertedObjects"] = .array(objects)
            response["result"] = ["status": "Success"]
        case .failed(let message):
            response["convertedObjects"] = []
            response["result"] = ["status": "Failure", "message": .string(message)]
        }
        return ["kind": "ConversionReview", "apiVersion": .string(apiVersion), "response": .object(response)]
    }
}
