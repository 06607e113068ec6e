import Glibc

/// A POSIX thread, for calls that block.
enum Thread {
    private final class Job: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts `run` on a thread of its own; `nil` when the system gives none.
    ///
    /// Signals stay with the other threads: a SIGTERM is not lost here, and a SIGPIPE from writing to a connection that
    /// the peer closed stays pending instead of ending the process.
    static func start(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
        let job = Unmanaged.passRetained(Job(run))
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        // A thread begins with the mask of the one that starts it.
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, job.toOpaque())
        if code != 0 {
            job.release()
            return nil
        }
        return thread
    }
}
