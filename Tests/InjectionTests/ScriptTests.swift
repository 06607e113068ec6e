import Document
import Foundation
import Injection
import OperatorAPI
import TestSupport
import Testing

/// The scripts of the web servers' init containers, run by the shell in a folder that stands for the containers.
@Suite("Scripts")
struct ScriptTests {
    @Test("of both web servers are taken by the shell", arguments: [Language.apacheHttpd, .nginx])
    func syntax(language: Language) throws {
        let scratch = try WebServerScratch(language)
        for container in scratch.initContainers {
            guard let script = container["args"]?[0]?.stringValue else { continue }
            let result = try shell(["sh", "-n"], input: script)
            #expect(result.succeeded && result.errors.isEmpty, "\(result.errors)")
        }
    }

    @Test("Apache HTTPD: the agent is copied, its configuration written and included")
    func apache() throws {
        let scratch = try WebServerScratch(.apacheHttpd)
        try scratch.write("source-conf/httpd.conf", "Listen 80")
        try scratch.runExpectingSuccess("otel-agent-attach-apache", pod: "web-1")

        #expect(try scratch.read("agent/sdk_lib/lib/libsdk.so") == "library")
        #expect(
            try scratch.read("agent/conf/opentelemetry_sdk_log4cxx.xml")
                == "<a file='\(scratch.path)/webserver/agent/logs/1'/><b file='\(scratch.path)/webserver/agent/logs/2'/>\n"
        )
        // The name of the file really is that.
        let configuration = try scratch.read("source-conf/opentemetry_agent.conf")
        #expect(configuration.hasPrefix("\n#"))
        #expect(configuration.contains("\nApacheModuleServiceInstanceId web-1\n"))
        #expect(!configuration.contains("PLACEHOLDER"))
        #expect(
            try scratch.read("source-conf/httpd.conf")
                == "Listen 80\nInclude /usr/local/apache2/conf/opentemetry_agent.conf\n")
    }

    @Test("nginx: the module of the server's version is loaded first, the configuration joins conf.d")
    func nginx() throws {
        let scratch = try WebServerScratch(.nginx, banner: "nginx version: nginx/1.25.3 (Ubuntu)")
        try scratch.write("app/etc/nginx/nginx.conf", "events {}\nhttp {}\n")
        try scratch.write("app/etc/nginx/conf.d/default.conf", "server {}\n")
        try scratch.runExpectingSuccess("otel-agent-source-container-clone", folder: "app/etc/nginx")
        #expect(try scratch.read("source-conf/version.txt") == "1.25.3\n")
        #expect(try scratch.read("source-conf/conf.d/default.conf") == "server {}\n")

        try scratch.runExpectingSuccess("otel-agent-attach-nginx", pod: "web-1")
        let module =
            "\(scratch.path)/webserver/agent/WebServerModule/Nginx/1.25.3/ngx_http_opentelemetry_module.so"
        #expect(
            try scratch.read("source-conf/nginx.conf")
                == "env OTEL_RESOURCE_ATTRIBUTES;\nload_module \(module);\nevents {}\nhttp {}\n")
        let configuration = try scratch.read("source-conf/conf.d/opentelemetry_agent.conf")
        #expect(configuration.hasPrefix("NginxModuleEnabled ON;\n"))
        #expect(configuration.contains("NginxModuleServiceInstanceId web-1;\n"))
        #expect(try scratch.list("source-conf") == ["conf.d", "nginx.conf", "version.txt"])
        #expect(try scratch.read("agent/conf/opentelemetry_sdk_log4cxx.xml").contains("agent/logs/1"))
    }

    @Test(
        "nginx: the version is what follows the last slash of the banner",
        arguments: [
            ("nginx version: nginx/1.25.3", "1.25.3"), ("nginx version: openresty/1.21.4.1", "1.21.4.1"),
            ("nginx version: a/b/1.26.0", "1.26.0"), ("nginx version: nginx/1.18.0 (Debian)", "1.18.0"),
        ])
    func version(banner: String, version: String) throws {
        let scratch = try WebServerScratch(.nginx, banner: banner)
        try scratch.write("app/etc/nginx/nginx.conf", "")
        try scratch.runExpectingSuccess("otel-agent-source-container-clone", folder: "app/etc/nginx")
        #expect(try scratch.read("source-conf/version.txt") == "\(version)\n")
    }

    @Test(
        "nginx: a configuration without conf.d gets one, and one from a ConfigMap is copied with what its links point to"
    )
    func configMap() throws {
        let scratch = try WebServerScratch(.nginx)
        try scratch.write("app/etc/nginx/..2026_11_21/nginx.conf", "http {}\n")
        try scratch.link("app/etc/nginx/..data", to: "..2026_11_21")
        try scratch.link("app/etc/nginx/nginx.conf", to: "..data/nginx.conf")
        try scratch.runExpectingSuccess("otel-agent-source-container-clone", folder: "app/etc/nginx")
        try scratch.runExpectingSuccess("otel-agent-attach-nginx", pod: "web-1")
        #expect(try scratch.read("source-conf/nginx.conf").hasSuffix("http {}\n"))
        #expect(try scratch.read("source-conf/nginx.conf").hasPrefix("env OTEL_RESOURCE_ATTRIBUTES;\n"))
        #expect(try scratch.read("source-conf/conf.d/opentelemetry_agent.conf").contains("NginxModuleEnabled ON;"))
    }

    @Test(
        "a name of the pod with characters that mean something to the shell or to sed is written as it is",
        arguments: [Language.apacheHttpd, .nginx], ["a,b", "a&b", #"a\1b\"#, "a/b", "$(exit 3)`id`", "a'b\"c", "a b"])
    func oddNames(language: Language, name: String) throws {
        let scratch = try WebServerScratch(language)
        try scratch.write("source-conf/httpd.conf", "")
        try scratch.write("source-conf/nginx.conf", "")
        try scratch.write("source-conf/version.txt", "1.25.3\n")
        let container = language == .nginx ? "otel-agent-attach-nginx" : "otel-agent-attach-apache"
        try scratch.runExpectingSuccess(container, pod: name)
        let file = language == .nginx ? "conf.d/opentelemetry_agent.conf" : "opentemetry_agent.conf"
        let directive =
            language == .nginx
            ? "NginxModuleServiceInstanceId \(name);\n" : "ApacheModuleServiceInstanceId \(name)\n"
        #expect(try scratch.read("source-conf/\(file)").contains(directive))
    }

    @Test("the first thing that fails ends the script, with the configuration as it was")
    func failure() throws {
        let scratch = try WebServerScratch(.apacheHttpd)
        try scratch.write("source-conf/httpd.conf", "Listen 80\n")
        try scratch.remove("image/conf/opentelemetry_sdk_log4cxx.xml.template")
        #expect(!(try scratch.run("otel-agent-attach-apache", pod: "web-1").succeeded))
        #expect(try scratch.read("source-conf/httpd.conf") == "Listen 80\n")
    }
}

/// A pod with a web server, injected, and a folder that stands for the file systems of its containers.
private final class WebServerScratch {
    let initContainers: [JSONValue]
    private let folder: URL
    var path: String { folder.path }

    init(_ language: Language, banner: String = "nginx version: nginx/1.25.3") throws {
        let result = Given(
            pod: [
                "metadata": ["annotations": ["instrumentation.opentelemetry.io/inject-\(language.rawValue)": "true"]],
                "spec": ["containers": [["name": "web", "image": "w:1"]]],
            ],
            instrumentations: [["metadata": ["namespace": "ns1", "name": "i"]]],
            settings: InjectionSettings(enabledLanguages: Set(Language.allCases))
        ).inject()
        let pod = try #require(result.injectedPod?.pod())
        initContainers = pod["spec"]?["initContainers"]?.arrayValue ?? []
        folder = FileManager.default.temporaryDirectory.appending(path: "webserver-\(UUID().uuidString)")
        for name in ["webserver/agent", "webserver/source-conf"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        try write("image/sdk_lib/lib/libsdk.so", "library")
        try write(
            "image/conf/opentelemetry_sdk_log4cxx.xml.template",
            "<a file='__agent_log_dir__/1'/><b file='__agent_log_dir__/2'/>\n")
        try write("bin/nginx", "#!/bin/sh\necho '\(banner)' >&2\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "bin/nginx").path)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// - Parameters:
    ///   - pod: the name that the kubelet gives to variables with `metadata.name`.
    ///   - folder: stands for the last argument, where that is a folder of the application.
    @discardableResult
    func run(_ name: String, pod: String = "", folder argument: String? = nil) throws -> ShellResult {
        let container = try #require(initContainers.first { $0["name"]?.stringValue == name })
        #expect(container["command"] == ["/bin/sh", "-c"])
        var arguments = (container["args"]?.arrayValue ?? []).compactMap(\.stringValue)
        arguments[0] = arguments[0]
            .replacingOccurrences(of: "/opt/opentelemetry-webserver", with: "\(path)/webserver")
            .replacingOccurrences(of: "/opt/opentelemetry/", with: "\(path)/image/")
        if let argument { arguments[arguments.count - 1] = folder.appending(path: argument).path }
        var environment = ["PATH": "\(path)/bin:/usr/bin:/bin"]
        for entry in container["env"]?.arrayValue ?? [] {
            environment[entry["name"]?.stringValue ?? ""] = entry["value"]?.stringValue ?? pod
        }
        return try shell(["/bin/sh", "-c"] + arguments, environment: environment)
    }

    func runExpectingSuccess(_ name: String, pod: String = "", folder: String? = nil) throws {
        let result = try run(name, pod: pod, folder: folder)
        #expect(result.succeeded, "\(result.errors)")
    }

    private func url(_ name: String) -> URL {
        let isVolume = name.hasPrefix("agent/") || name.hasPrefix("source-conf")
        return folder.appending(path: isVolume ? "webserver/\(name)" : name)
    }

    func write(_ name: String, _ text: String) throws {
        let url = url(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: url(name).path, withDestinationPath: target)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }
    func read(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }
    func list(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(name).path).sorted()
    }
}
