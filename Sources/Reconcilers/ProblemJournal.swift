import KubeModel
import Synchronization

/// Remembers for each collector which problems it has and since when, so that each is told once, and how often was tried.
///
/// - Guarantees: a problem is new once: when its object fails for this cause and did not the time before. A process that
///   has just started takes what stands in the condition for told.
///
/// Memory is bounded by the problems that there are.
final class ProblemJournal: Sendable {
    private struct Problem: Hashable {
        var reference: TypedKey
        var cause: ObjectProblem.Cause
    }

    private struct Page {
        var uid: String
        var since: [Problem: Timestamp] = [:]
        var told: Set<Problem> = []
        var tries = 0
    }

    private let pages = Mutex<[ObjectKey: Page]>([:])

    /// What was found this time, as a result.
    struct Entry: Sendable {
        /// What is worth telling: all but what has begun only now and mostly passes.
        var standing: [ObjectProblem]
        /// Of those, what was not told yet.
        var new: [ObjectProblem]
        /// How often in a row there was some problem, this time included.
        var tries: Int
    }

    /// - Parameters:
    ///   - message: what the resource's condition says now.
    ///   - patience: how long what mostly passes by itself is not told.
    func enter(
        _ problems: [ObjectProblem], of resource: KubeObject, message: String, at now: Timestamp, patience: Int
    ) -> Entry {
        pages.withLock { pages in
            guard !problems.isEmpty else {
                pages[resource.key] = nil
                return Entry(standing: [], new: [], tries: 0)
            }
            let before = pages[resource.key].flatMap { $0.uid == resource.uid ? $0 : nil }
            var page = Page(uid: resource.uid, tries: (before?.tries ?? 0) + 1)
            var entry = Entry(standing: [], new: [], tries: page.tries)
            for problem in problems {
                let id = Problem(reference: problem.reference, cause: problem.cause)
                let since = before?.since[id] ?? now
                page.since[id] = since
                if problem.isInPassing, now.seconds - since.seconds < patience { continue }
                entry.standing.append(problem)
                let isTold = before?.told.contains(id) ?? message.contains(problem.message)
                page.told.insert(id)
                if !isTold { entry.new.append(problem) }
            }
            // What is in passing is left out of a message only when it stands alone.
            if !entry.standing.isEmpty { entry.standing = problems }
            pages[resource.key] = page
            return entry
        }
    }

    func forget(_ key: ObjectKey) { pages.withLock { $0[key] = nil } }
}
