import Testing

@testable import ServingCertificate
@testable import TLSServer

@Suite("Where a TLS connection stands")
struct TLSConnectionStateTests {
    private let fault = OpenSSLError(operation: "test", entries: [])

    @Test("the handshake is announced once and then data is read")
    func opens() {
        var state = TLSConnectionState()
        #expect(state.handshake(.needsMoreInput) == .none)
        #expect(state.isHandshaking && !state.isWritable)
        #expect(state.handshake(.finished) == .announceAndRead)
        #expect(state.handshake(.finished) == .none)
        #expect(state.isWritable && state.takesInput)
        #expect(state.handshakeTimedOut() == .none)
    }

    @Test("after the peer's close_notify we may still write, and then close in order")
    func peerFinishes() {
        var state = TLSConnectionState()
        _ = state.handshake(.finished)
        #expect(state.read(.closed) == .announceEndOfInput)
        #expect(state.isWritable && !state.takesInput)
        #expect(state.closeRequested() == .sendCloseNotify)
        #expect(state.closeRequested() == .close)
        #expect(state.transportClosed() == .none)
    }

    @Test("each failure closes and is told once")
    func fails() {
        var handshake = TLSConnectionState()
        #expect(handshake.handshake(.failed(fault)) == .fail(.handshakeFailed(fault)))
        #expect(handshake.handshake(.failed(fault)) == .none)
        #expect(handshake.transportClosed() == .none)

        var late = TLSConnectionState()
        #expect(late.handshakeTimedOut() == .fail(.handshakeTimedOut))
        #expect(late.handshakeTimedOut() == .none)

        var open = TLSConnectionState()
        _ = open.handshake(.finished)
        #expect(open.read(.failed(fault)) == .fail(.connectionFailed(fault)))
        #expect(!open.isWritable)
    }

    @Test("a transport that goes away early is a truncation, in the handshake and after it")
    func truncation() {
        var handshake = TLSConnectionState()
        #expect(handshake.transportClosed() == .report(.handshakeTruncated))
        var open = TLSConnectionState()
        _ = open.handshake(.finished)
        #expect(open.transportClosed() == .report(.truncated))
        #expect(open.closeRequested() == .close)
    }
}

@Suite("TLS settings")
struct TLSSettingsTests {
    @Test("versions below 1.2 become 1.2", arguments: ["VersionTLS10", "VersionTLS11", "VersionTLS12"])
    func clamped(_ name: String) { #expect(TLSSettings.Version(kubernetesName: name) == .tls12) }

    @Test("cipher suites are known by their IANA names only")
    func ciphers() {
        #expect(TLSSettings.Version(kubernetesName: "VersionTLS13") == .tls13)
        #expect(TLSSettings.Version(kubernetesName: "TLS13") == nil)
        #expect(
            CipherSuite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")?.openSSLName == "ECDHE-ECDSA-AES128-GCM-SHA256")
        #expect(CipherSuite("TLS_AES_128_GCM_SHA256")?.isForTLS13 == true)
        #expect(CipherSuite("ECDHE-ECDSA-AES128-GCM-SHA256") == nil)
        #expect(CipherSuite("TLS_RSA_WITH_RC4_128_SHA") == nil)
    }
}
