import Glibc

/// Runs a program and collects what it prints, on a thread of its own.
enum Subprocess {
    struct Ended: Sendable {
        /// As a shell shows it: 128 and the signal's number when a signal ended it.
        var code: Int32
        var output: [UInt8]
        /// The end of what it wrote to standard error.
        var errors: [UInt8]

        var codeDescription: String { code > 128 ? "signal \(code - 128)" : "exit code \(code)" }

        /// `: ` and what the program complained about, or nothing.
        var errorSentence: String {
            var text = String(decoding: errors, as: UTF8.self)
            while let last = text.last, last.isWhitespace { text.removeLast() }
            return text.isEmpty ? "" : ": \(text)"
        }
    }

    enum Failure: Error, CustomStringConvertible {
        case notStarted(Int32)
        case timeout(Duration)
        case tooMuchOutput

        var description: String {
            switch self {
            case .notStarted(let code): String(cString: strerror(code))
            case .timeout(let limit): "it did not end within \(limit)"
            case .tooMuchOutput: "it prints too much"
            }
        }
    }

    private static let outputLimit = 1 << 20
    private static let errorLimit = 4 << 10

    /// The environment of this process.
    static var ownEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let separator = pair.firstIndex(of: "=") {
                variables[String(pair[..<separator])] = String(pair[pair.index(after: separator)...])
            }
            entry += 1
        }
        return variables
    }

    static func run(
        _ command: String, _ arguments: [String], environment: [String: String], timeout: Duration
    ) async throws(Failure) -> Ended {
        let result: Result<Ended, Failure> = await withCheckedContinuation { continuation in
            let thread = Thread.start {
                continuation.resume(returning: runBlocking(command, arguments, environment, timeout))
            }
            if let thread {
                pthread_detach(thread)
            } else {
                continuation.resume(returning: .failure(.notStarted(EAGAIN)))
            }
        }
        return try result.get()
    }

    private static func runBlocking(
        _ command: String, _ arguments: [String], _ environment: [String: String], _ timeout: Duration
    ) -> Result<Ended, Failure> {
        var output = Pipe()
        var errors = Pipe()
        defer {
            output.close()
            errors.close()
        }
        guard output.open(), errors.open() else { return .failure(.notStarted(errno)) }

        var child = pid_t()
        let code = spawn(&child, command, arguments, environment, output.writeEnd, errors.writeEnd)
        guard code == 0 else { return .failure(.notStarted(code)) }
        output.closeWriteEnd()
        errors.closeWriteEnd()

        let failure = collect(&output, &errors, until: .now + timeout)
        if failure != nil { kill(child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        if case .timeout? = failure { return .failure(.timeout(timeout)) }
        if let failure { return .failure(failure) }
        let signal = status & 0x7F
        return .success(
            Ended(
                code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: output.bytes, errors: errors.bytes))
    }

    /// Reads both pipes until the program has closed them.
    private static func collect(
        _ output: inout Pipe, _ errors: inout Pipe, until deadline: ContinuousClock.Instant
    ) -> Failure? {
        while output.isOpen || errors.isOpen {
            let left = ContinuousClock.now.duration(to: deadline).milliseconds
            if left <= 0 { return .timeout(.zero) }
            // A negative descriptor is skipped by poll.
            var polled = [
                pollfd(fd: output.readEnd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&polled, 2, Int32(clamping: left)) < 0 && errno != EINTR { return .notStarted(errno) }
            if polled[0].revents != 0 { output.readSome() }
            if polled[1].revents != 0 {
                let new = errors.readSome()
                // Where a person sits in front, the plugin may be asking for a sign-in.
                if isatty(STDERR_FILENO) != 0 { _ = write(STDERR_FILENO, new, new.count) }
                errors.keepEnd(errorLimit)
            }
            if output.bytes.count > outputLimit { return .tooMuchOutput }
        }
        return nil
    }

    private static func spawn(
        _ child: inout pid_t, _ command: String, _ arguments: [String], _ environment: [String: String],
        _ output: Int32, _ errors: Int32
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Our threads block all signals; the program must not begin so.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        return withCStrings([command] + arguments) { arguments in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }.sorted()) { environment in
                posix_spawnp(&child, command, &actions, &attributes, arguments, environment)
            }
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { fatalError("the list ends with a null, so it is not empty") }
            return body(start)
        }
    }

    /// One pipe from the program to us.
    private struct Pipe {
        private(set) var readEnd: Int32 = -1
        private(set) var writeEnd: Int32 = -1
        private(set) var bytes: [UInt8] = []

        var isOpen: Bool { readEnd >= 0 }

        mutating func open() -> Bool {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return false }
            (readEnd, writeEnd) = (ends[0], ends[1])
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return true
        }

        @discardableResult
        mutating func readSome() -> [UInt8] {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(readEnd, &chunk, chunk.count)
            if count < 0 && errno == EINTR { return [] }
            if count <= 0 {
                _ = Glibc.close(readEnd)
                readEnd = -1
                return []
            }
            chunk.removeLast(chunk.count - count)
            bytes += chunk
            return chunk
        }

        mutating func keepEnd(_ limit: Int) {
            if bytes.count > limit { bytes.removeFirst(bytes.count - limit) }
        }

        mutating func closeWriteEnd() {
            if writeEnd >= 0 { _ = Glibc.close(writeEnd) }
            writeEnd = -1
        }

        mutating func close() {
            closeWriteEnd()
            if readEnd >= 0 { _ = Glibc.close(readEnd) }
            readEnd = -1
        }
    }
}
