import CCurl
import Glibc

/// libcurl's codes in the words of an error message. Pure.
enum TransportFailure {
    /// - Parameter systemError: `errno` of the failed connect, 0 when unknown.
    /// - Parameter detail: libcurl's own sentence, empty when it has none.
    static func error(code: CURLcode, systemError: Int32, detail: String, server: String) -> KubeError {
        let sentence = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        switch code {
        case CURLE_OPERATION_TIMEDOUT:
            // Of libcurl's own limits only the one on connecting is set.
            return .timeout("could not reach \(server) in time: \(sentence)")
        case CURLE_COULDNT_CONNECT where systemError != 0:
            return .transport("could not reach \(server): \(String(cString: strerror(systemError)))")
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return .transport("could not reach \(server): \(sentence)")
        case CURLE_PEER_FAILED_VERIFICATION:
            return .transport("could not trust \(server): \(sentence)")
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE:
            return .configuration("could not use the certificates for \(server): \(sentence)")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            return .transport("the connection to \(server) was lost: \(sentence)")
        default:
            return .transport("could not talk to \(server): \(sentence)")
        }
    }
}
