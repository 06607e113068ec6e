import Document
import Testing

@Test("a small text comes out as it came in")
func smoke() throws {
    let text = #"{"b":1.0,"a":[true,false,null,"x\n\"é😀\\"],"c":{},"d":[],"long key beyond fifteen bytes":-1e+5}"#
    #expect(try JSONValue(parsing: text).serializedString() == text)
    #expect(try JSONValue(parsing: #""\ud83d\ude00\u00e9\u20ac\/""#) == "😀é€/")
    #expect(throws: DocumentError("expected ',' or ']' after an element of a list, found 'x'", at: .init(line: 2, column: 4, offset: 5))) {
        try JSONValue(parsing: "[\n 1 x]")
    }
    #expect(try JSONValue(parsing: "[10, 1e1, 0.1e2, -0]") == [10, 10, 10, 0])
    #expect(JSONNumber(validText: "9223372036854775807.0").intValue == .max)
    #expect(JSONNumber(validText: "-92233720368547758080e-1").intValue == .min)
}
