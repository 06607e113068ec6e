import Document
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Webhook

@Suite("What is known of a review without parsing it")
struct RawReviewTests {
    private func scan(_ text: String) -> RawReview { RawReview(ByteBuffer(string: text)) }

    @Test("names inside the object are not taken for the request's")
    func inner() {
        let review = scan(
            """
            {"request":{"object":{"uid":"x","namespace":"x","a":[{"uid":"y"},"}\\"{",3]},"namespace":"apps",
              "uid" : "u-1","operation":"CREATE"},"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}
            """)
        #expect(review.isComplete)
        #expect(review.uid == "u-1")
        #expect(review.namespace == "apps")
        #expect(review.operation == "CREATE")
        #expect(review.kind == "AdmissionReview")
        #expect(review.apiVersion == "admission.k8s.io/v1")
    }

    @Test(
        "what is not built like one review is not complete",
        arguments: [
            "", "null", "[]", "{", "{}", #"{"request":[]}"#, #"{"request":{}} x"#, #"{"request":{},"request":{}}"#,
            #"{"request":{"uid":"a","uid":"b"}}"#, #"{"request":{"uid":"a\u0062"}}"#, #"{"request":{"uid":1}}"#,
            #"{"request":{"uid":"a"}"#, #"{"request":{"object":{"a":"}"}}"#, #"{"request":{"uid":"a",}}"#,
            #"{"request" {}}"#, #"{"request":{"object":}}"#,
        ])
    func malformed(_ text: String) { #expect(!scan(text).isComplete) }

    @Test("the uid is known as far as the text could be read")
    func partly() {
        let review = scan(#"{"apiVersion":"admission.k8s.io/v1","request":{"uid":"u-9","object":{"#)
        #expect(!review.isComplete)
        #expect(review.uid == "u-9")
    }

    @Test(
        "a text is found, or may be hidden by an escape",
        arguments: [
            (#"{"a/inject-python":1}"#, true), (#"{"a\/inject-python":1}"#, true),
            (#"{"\u0061/inject-python":1}"#, true),
            (#"{"b":"\u003cx\u003e\u0026\n\\"}"#, false), (#"{"b":"é\u00e9\ud83d\ude00"}"#, false),
            (#"{"b":"\\u0061"}"#, false), (#"{"b":"\u006"#, false), (#"{"b":"\"#, false), ("", false),
        ])
    func contains(_ text: String, _ expected: Bool) {
        #expect(scan(text).contains("a/inject-python") == expected)
    }

    @Test(
        "managed fields are not parsed, whatever is in them; everything else is",
        arguments: [
            (#"{"a":1,"managedFields":[{"f:metadata":{"managedFields":"]"}},2]}"#, #"{"a":1,"managedFields":[]}"#),
            (
                #"{"managedFields":null,"labels":{"managedFields":"x"}}"#,
                #"{"managedFields":[],"labels":{"managedFields":"x"}}"#
            ),
            (#"{"labels":{"managedFields":"x"}}"#, #"{"labels":{"managedFields":"x"}}"#),
            (#"{ "managedFields" : [ ] , "b" : 2 }"#, #"{ "managedFields" : [] , "b" : 2 }"#),
            ("null", "null"), (#""managedFields""#, #""managedFields""#),
        ])
    func managedFields(_ metadata: String, _ left: String) throws {
        func review(_ metadata: String) -> String {
            #"{"request":{"object":{"managedFields":[1],"metadata":\#(metadata),"spec":{"metadata":{"managedFields":[2]}}},"#
                + #""oldObject":{"metadata":\#(metadata)},"options":{"metadata":{"managedFields":[3]}}}}"#
        }
        let raw = scan(review(metadata))
        #expect(raw.isComplete)
        #expect(try raw.parsed().serializedString() == JSONValue(parsing: review(left)).serializedString())
        #expect(String(buffer: raw.bytes) == review(metadata))
    }

    @Test("a fault behind the managed fields is reported where it stands in the body")
    func position() throws {
        let body = Fixtures.review(annotation: "inject").replacing(
            #""metadata":{"#, with: #""metadata":{"managedFields":[1,2,3,4,5,6,7,8,9],"x":tru,"#)
        let request = HTTPRequest(
            head: .init(
                version: .http1_1, method: .POST, uri: "/mutate", headers: ["content-type": "application/json"]),
            body: ByteBuffer(string: body))
        guard case .now(let response) = Fixtures.router(ScriptedHandler()).respond(to: request) else {
            Issue.record("not answered at once")
            return
        }
        let fault = try #require(body.range(of: "tru,")).upperBound
        let column = body.utf8.distance(from: body.startIndex, to: fault)
        #expect(String(buffer: response.body).contains("column \(column)"), "\(String(buffer: response.body))")
    }

    @Test("no cut and no changed byte of a review makes the scanner fail")
    func garbage() async {
        let whole = Array(Fixtures.review().utf8)
        var random = SystemRandomNumberGenerator()
        for count in 0..<whole.count {
            let cut = RawReview(ByteBuffer(bytes: whole[..<count]))
            #expect(!cut.isComplete)
        }
        for _ in 0..<5_000 {
            await Task.yield()
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let review = RawReview(ByteBuffer(bytes: bytes))
            _ = review.contains("inject")
            _ = Fixtures.router(ScriptedHandler()).respond(
                to: HTTPRequest(
                    head: .init(
                        version: .http1_1, method: .POST, uri: "/mutate",
                        headers: ["content-type": "application/json"]), body: ByteBuffer(bytes: bytes)))
        }
    }
}
