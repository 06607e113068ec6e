import Foundation
import TestSupport
import Testing

@testable import ServingCertificate

@Suite("Rotation", .timeLimit(.minutes(3)))
struct RotationPolicyTests {
    private let start = WallTime(secondsSince1970: 1_800_000_000)
    private let names: [SubjectName] = [.dns("webhook.otel.svc")]
    private let policy = RotationPolicy()
    private let day = Duration.seconds(86_400)

    private func first() throws -> ServingCertificateContent {
        try replaced(policy.evaluate(nil, names: names, now: start), .missing)
    }

    private func replaced(_ outcome: RotationOutcome, _ reason: RotationReason) throws -> ServingCertificateContent {
        guard case .replace(let content, let given, _) = outcome else {
            throw NSError(domain: "kept, and not replaced because \(reason)", code: 0)
        }
        #expect(given == reason)
        return content
    }

    private func isKept(_ outcome: RotationOutcome) -> Bool {
        if case .keep = outcome { true } else { false }
    }

    private func authorities(_ content: ServingCertificateContent) throws -> [Certificate] {
        try PEMBundle.certificates(content.authorities)
    }

    @Test("made once, then kept, with a look at least every hour")
    func made() throws {
        let content = try first()
        #expect(try content.identity().leaf.verifies(against: authorities(content), at: start, for: names[0]))
        #expect(try policy.evaluate(content, names: names, now: start) == .keep(lookAgain: start + .seconds(3_600)))
        #expect(isKept(try policy.evaluate(content, names: names, now: start + day * 200)))
    }

    @Test("the leaf is renewed around two thirds of its life, by the same authority")
    func leafDue() throws {
        let content = try first()
        let due = start + day * 245
        let renewed = try replaced(policy.evaluate(content, names: names, now: due), .certificateDue)
        #expect(renewed.authorities == content.authorities)
        #expect(renewed.certificate != content.certificate)
        #expect(isKept(try policy.evaluate(renewed, names: names, now: due)))
    }

    @Test("content that is lost comes back with a new authority, and what is served stays until that is trusted")
    func lost() throws {
        let served = try first()
        let later = start + day * 10
        for (content, reason) in [
            (nil, RotationReason.missing),
            (
                ServingCertificateContent(authorities: "", authorityKey: "", certificate: "", key: ""),
                .unusableAuthority
            ),
        ] {
            let anew = try replaced(policy.evaluate(content, served: served, names: names, now: later), reason)
            #expect(anew.certificate == served.certificate && anew.key == served.key)
            let trusted = try authorities(anew)
            #expect(trusted.count == 2)
            #expect(try trusted.last == authorities(served)[0])
            #expect(isKept(try policy.evaluate(anew, served: served, names: names, now: later)))
            let signed = try replaced(
                policy.evaluate(anew, served: served, names: names, now: later + day), .authorityPublished)
            #expect(try signed.identity().leaf.isIssued(by: trusted[0]))
        }
    }

    @Test("what was served and is over does not come back")
    func lostAndOver() throws {
        let served = try first()
        let later = start + day * 400
        let anew = try replaced(policy.evaluate(nil, served: served, names: names, now: later), .missing)
        #expect(anew.certificate != served.certificate)
        #expect(try authorities(anew).count == 1)
    }

    @Test("other names renew the leaf at once, another order does not")
    func names_() throws {
        let two: [SubjectName] = [.dns("a.b"), .dns("c.d")]
        let content = try replaced(policy.evaluate(nil, names: two, now: start), .missing)
        #expect(isKept(try policy.evaluate(content, names: two.reversed(), now: start)))
        let renewed = try replaced(policy.evaluate(content, names: names, now: start), .namesChanged)
        #expect(try renewed.identity().leaf.subjectAlternativeNames == names)
    }

    @Test("a new authority is published first, signs later, and the old one leaves last")
    func authority() throws {
        var content = try first()
        let old = try authorities(content)[0]
        // Keep the leaf fresh until the authority is due.
        content = try replaced(policy.evaluate(content, names: names, now: start + day * 245), .certificateDue)
        content = try replaced(policy.evaluate(content, names: names, now: start + day * 490), .certificateDue)
        let due = start + day * 731

        let published = try replaced(policy.evaluate(content, names: names, now: due), .authorityDue)
        let new = try authorities(published)[0]
        #expect(try authorities(published) == [new, old])
        #expect(published.certificate == content.certificate)
        #expect(isKept(try policy.evaluate(published, names: names, now: due + day - .seconds(1))))

        let later = due + day
        #expect(isKept(try policy.evaluate(published, names: names, now: later, published: [old.fingerprint])))
        let signed = try replaced(
            policy.evaluate(published, names: names, now: later, published: [old.fingerprint, new.fingerprint]),
            .authorityPublished)
        #expect(try authorities(signed) == [new, old])
        #expect(try signed.identity().leaf.isIssued(by: new))
        #expect(isKept(try policy.evaluate(signed, names: names, now: later + day - .seconds(1))))

        let pruned = try replaced(policy.evaluate(signed, names: names, now: later + day), .overlapOver)
        #expect(try authorities(pruned) == [new])
        #expect(pruned.certificate == signed.certificate)
        #expect(isKept(try policy.evaluate(pruned, names: names, now: later + day)))
    }

    @Test("whatever is stored is repaired, with what is still good kept")
    func corrupt() throws {
        let content = try first()
        let other = try first()
        let cases: [(String, (inout ServingCertificateContent) -> Void, RotationReason)] = [
            ("no leaf", { $0.certificate = "" }, .unusableCertificate),
            ("garbage leaf", { $0.certificate = "x" }, .unusableCertificate),
            ("no key", { $0.key = "" }, .unusableCertificate),
            ("another's key", { $0.key = other.key }, .unusableCertificate),
            ("another's leaf", { ($0.certificate, $0.key) = (other.certificate, other.key) }, .unusableCertificate),
            ("no authority key", { $0.authorityKey = "" }, .unusableAuthority),
            ("another's authority key", { $0.authorityKey = other.authorityKey }, .unusableAuthority),
            ("no authorities", { $0.authorities = "" }, .unusableAuthority),
            ("a leaf as authority", { $0.authorities = $0.certificate }, .unusableAuthority),
            (
                "nothing",
                { $0 = ServingCertificateContent(authorities: "", authorityKey: "", certificate: "", key: "") },
                .unusableAuthority
            ),
        ]
        for (name, change, reason) in cases {
            var broken = content
            change(&broken)
            let repaired = try replaced(policy.evaluate(broken, names: names, now: start), reason)
            let leaf = try repaired.identity().leaf
            #expect(leaf.verifies(against: try authorities(repaired), at: start, for: names[0]), "\(name)")
            // A leaf that was good is still the one that is served.
            if name.contains("authority key") { #expect(repaired.certificate == content.certificate, "\(name)") }
        }
    }

    @Test("a clock that jumps is survived, and one before this software is not believed")
    func clockJumps() throws {
        let content = try first()
        #expect(isKept(try policy.evaluate(content, names: names, now: WallTime(secondsSince1970: 5))))
        // Ten years ahead everything is expired and made anew; back again, that is not valid yet and is made anew.
        let ahead = start + day * 3_650
        let remade = try replaced(policy.evaluate(content, names: names, now: ahead), .unusableAuthority)
        #expect(isKept(try policy.evaluate(remade, names: names, now: ahead)))
        let back = try replaced(policy.evaluate(remade, names: names, now: start), .unusableAuthority)
        #expect(try back.identity().leaf.verifies(against: authorities(back), at: start, for: names[0]))
        #expect(isKept(try policy.evaluate(back, names: names, now: start + .seconds(3_600))))
    }

    /// Two replicas and a publisher follow the Secret, each at its own pace, for three years.
    @Test(
        "at every moment of three years what is served verifies against the published bundle", .serialized,
        arguments: 0..<2)
    func simulation(_ seed: Int) async throws {
        var policy = RotationPolicy()
        policy.authorityLifetime = day * 300
        policy.leafLifetime = day * 90
        var random = SeededGenerator(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        var secret: ServingCertificateContent?
        var bundle: [Certificate] = []
        var served: [ServingCertificateContent?] = [nil, nil]
        var leaves: [String: Certificate] = [:]
        var reasons: [String: Int] = [:]
        var now = start
        let end = start + day * 3 * 365
        var nextBundle = now
        var nextRead = [now, now]
        while now < end {
            await Task.yield()  // for the tests beside this one that wait for a task
            // Either replica may lead.
            if case .replace(let content, let reason, _) = try policy.evaluate(secret, names: names, now: now) {
                secret = content
                reasons["\(reason)", default: 0] += 1
                if bundle.isEmpty { (nextBundle, nextRead) = (now, [now, now]) }
            }
            let current = try #require(secret)
            if now >= nextBundle {
                bundle = try authorities(current)
                nextBundle = now + .seconds(Int.random(in: 60...80_000, using: &random))
            }
            for replica in 0..<2 where now >= nextRead[replica] {
                served[replica] = current
                nextRead[replica] = now + .seconds(Int.random(in: 60...80_000, using: &random))
            }
            for content in served {
                let content = try #require(content)
                let leaf = try leaves[content.certificate] ?? content.identity().leaf
                leaves[content.certificate] = leaf
                guard leaf.verifies(against: bundle, at: now, for: names[0]) else {
                    Issue.record("at \(now) a replica serves what the bundle does not trust")
                    return
                }
            }
            now = now + .seconds(Int.random(in: 3_600...57_600, using: &random))
        }
        #expect((reasons["\(RotationReason.authorityDue)"] ?? 0) >= 4)
        #expect(reasons["\(RotationReason.authorityDue)"] == reasons["\(RotationReason.authorityPublished)"])
        #expect((reasons["\(RotationReason.certificateDue)"] ?? 0) >= 10)
        #expect(reasons["\(RotationReason.unusableCertificate)"] == nil)
        #expect(reasons["\(RotationReason.unusableAuthority)"] == nil)
    }
}
