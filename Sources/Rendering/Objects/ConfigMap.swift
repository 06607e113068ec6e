import Document
import KubeModel
import OperatorAPI

extension CollectorDraft {
    /// The configuration. Its name changes with its contents, so that pods start with the one they were made for.
    func configMap() -> KubeObject {
        var object = object(.configMap, names.configMap(configMapHash), nameLabel: names.workload, isFiltered: false)
        object["data"] = [Names.configFile: .string(ConfigYAML.text(config.ordered(nulls: false)))]
        return object
    }

    func serviceAccount() -> KubeObject { object(.serviceAccount, names.serviceAccount, isFiltered: false) }
}
