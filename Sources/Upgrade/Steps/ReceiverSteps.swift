import Document
import OperatorAPI

enum ReceiverSteps {
    /// 0.31.0: the InfluxDB receiver has one schema.
    static func dropMetricsSchema(_ collector: inout ObjectDraft) {
        collector.components(.receivers, of: ["influxdb"]) { receiver in
            for key in receiver.members.keys where key.hasPrefix("metrics_schema") {
                receiver[key] = nil
                receiver.say("removed \(key), which the receiver no longer has")
            }
        }
    }

    /// 0.36.0: `tls_settings` of the OTLP receiver's protocols is called `tls`.
    static func renameTLSSettings(_ collector: inout ObjectDraft) {
        collector.components(.receivers, of: ["otlp"]) { receiver in
            receiver.edit("protocols") { protocols in
                for name in ["grpc", "http"] { protocols.edit(name) { $0.rename("tls_settings", to: "tls") } }
            }
        }
    }

    /// 0.39.0: the receiver `httpd` is called `apache`, in every pipeline.
    static func renameHTTPD(_ collector: inout ObjectDraft) {
        var renamed: [String: String] = [:]
        collector.edit(path: "spec", "config", "receivers") { receivers in
            for id in receivers.members.keys where ComponentID.type(of: id) == "httpd" {
                let new = "apache" + id.dropFirst("httpd".count)
                guard receivers[new] == nil else {
                    receivers.warn(about: id, "left as it is: there is a receiver \(new), too")
                    continue
                }
                receivers[new] = receivers.take(id)
                receivers.say("\(id) is now \(new)")
                renamed[id] = new
            }
        }
        if renamed.isEmpty { return }
        collector.pipelines(.receivers) { renamed[$0] ?? $0 }
    }

    /// 0.41.0: settings of CORS stand together.
    static func gatherCORS(_ collector: inout ObjectDraft) {
        collector.components(.receivers, of: ["otlp"]) { receiver in
            receiver.edit("protocols") { protocols in
                protocols.edit("http") { http in
                    http.gather(
                        [
                            ("cors_allowed_origins", "allowed_origins"), ("cors_allowed_headers", "allowed_headers"),
                        ], into: "cors")
                }
            }
        }
    }

    /// 0.61.0: the Jaeger receiver no longer answers which traces are to be sampled. An extension does, and where it is to
    /// listen and to get its answers from cannot be told from what the receiver had.
    static func stopAtRemoteSampling(_ collector: inout ObjectDraft) {
        collector.components(.receivers, of: ["jaeger"]) { receiver in
            guard receiver.has("remote_sampling") else {
                receiver["remote_sampling"] = nil
                return
            }
            receiver.stop(
                "remote_sampling is no longer served by the receiver. Configure the extension jaegerremotesampling in "
                    + "spec.config.extensions and in spec.config.service.extensions, and remove remote_sampling here; "
                    + "the upgrade then goes on by itself")
        }
    }
}
