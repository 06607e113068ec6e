import Document
import Foundation
import Testing

@Suite struct Base64Tests {
    @Test("every remainder is written as Foundation writes it, and comes back as it went")
    func roundTrip() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            #expect(Base64.encodedString(bytes) == Data(bytes).base64EncodedString())
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test("white space is skipped")
    func folded() { #expect(Base64.decode("aG Vs\nbG8=\r\n".utf8) == Array("hello".utf8)) }

    @Test(
        "what is not base64 is refused",
        arguments: ["a", "ab", "abc", "a===", "ab=", "abc==", "a-b_", "=abc", "ab=c", "YQ==YQ==", "Y!==", "Y=Q="])
    func refused(text: String) { #expect(Base64.decode(text.utf8) == nil) }
}
