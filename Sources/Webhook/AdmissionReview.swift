import Document
import KubeModel
import NIOCore

/// Reading and writing `AdmissionReview` objects, `admission.k8s.io/v1` and, in kind, `v1beta1`.
enum AdmissionReview {
    static let version1 = "admission.k8s.io/v1"
    static let version1beta1 = "admission.k8s.io/v1beta1"

    /// Why a review could not be read; the text goes into the answer.
    struct Unreadable: Error, Equatable {
        var message: String
    }

    static func isSupported(_ apiVersion: String) -> Bool {
        apiVersion == version1 || apiVersion == version1beta1
    }

    /// Reads a request from a whole review.
    static func request(_ review: JSONValue) throws(Unreadable) -> AdmissionRequest {
        guard case .object = review else {
            throw Unreadable(message: "the body is \(review.kindDescription), not an AdmissionReview")
        }
        guard review["kind"]?.stringValue == "AdmissionReview" else {
            throw Unreadable(message: "kind is not AdmissionReview")
        }
        guard let apiVersion = review["apiVersion"]?.stringValue, isSupported(apiVersion) else {
            throw Unreadable(message: "apiVersion is neither \(version1) nor \(version1beta1)")
        }
        guard let request = review["request"], case .object = request else {
            throw Unreadable(message: "the review has no request")
        }
        guard let uid = request["uid"]?.stringValue, !uid.isEmpty else {
            throw Unreadable(message: "the request has no uid")
        }
        guard let operation = request["operation"]?.stringValue.flatMap(AdmissionRequest.Operation.init) else {
            throw Unreadable(message: "the request's operation is none of CREATE, UPDATE, DELETE and CONNECT")
        }
        return AdmissionRequest(
            uid: uid, operation: operation, namespace: request["namespace"]?.stringValue ?? "",
            name: request["name"]?.stringValue ?? "", kind: request[path: "kind", "kind"]?.stringValue ?? "",
            dryRun: request["dryRun"]?.boolValue ?? false, object: request["object"] ?? .null,
            oldObject: request["oldObject"] ?? .null, userInfo: request["userInfo"] ?? .null)
    }

    /// Writes the review that carries the answer.
    static func serialized(_ response: AdmissionResponse, uid: String, apiVersion: String) -> ByteBuffer {
        let patch = response.patchText
        let patchSize = Base64.encodedCount(patch?.count ?? 0)
        var buffer = ByteBufferAllocator().buffer(capacity: 256 + patchSize)
        buffer.writeStaticString("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"")
        buffer.writeString(isSupported(apiVersion) ? apiVersion : version1)
        buffer.writeStaticString("\",\"response\":{\"uid\":")
        buffer.writeJSON(uid)
        buffer.writeStaticString(response.isAllowed ? ",\"allowed\":true" : ",\"allowed\":false")
        if let patch {
            buffer.writeStaticString(",\"patchType\":\"JSONPatch\",\"patch\":\"")
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: patchSize) { Base64.encode(patch, into: $0) }
            buffer.writeStaticString("\"")
        }
        writeStatus(response, &buffer)
        writeWarnings(response.warnings, &buffer)
        buffer.writeStaticString("}}")
        return buffer
    }

    private static func writeStatus(_ response: AdmissionResponse, _ buffer: inout ByteBuffer) {
        buffer.writeStaticString(",\"status\":{\"code\":")
        buffer.writeString(String(response.code))
        if !response.message.isEmpty {
            buffer.writeStaticString(",\"message\":")
            buffer.writeJSON(response.message)
        }
        if !response.reason.isEmpty {
            buffer.writeStaticString(",\"reason\":")
            buffer.writeJSON(response.reason)
        }
        buffer.writeStaticString("}")
    }

    private static func writeWarnings(_ warnings: [String], _ buffer: inout ByteBuffer) {
        guard !warnings.isEmpty else { return }
        let fitted = AdmissionWarnings.fitted(warnings)
        guard !fitted.isEmpty else { return }
        buffer.writeStaticString(",\"warnings\":")
        buffer.writeBytes(JSONValue.strings(fitted).serialized())
    }
}

extension ByteBuffer {
    /// Writes the text as a JSON string.
    fileprivate mutating func writeJSON(_ text: String) {
        // A uid needs no escape, and it is in every answer.
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7f).contains($0) && $0 != 0x22 && $0 != 0x5c }
        if isPlain {
            writeInteger(UInt8(ascii: "\""))
            writeString(text)
            writeInteger(UInt8(ascii: "\""))
        } else {
            writeBytes(JSONValue.string(text).serialized())
        }
    }
}
