#!/usr/bin/env bash
# Checks the launcher and the stand-in against the real programs: every promise of README.md that can be checked in a
# minute. Prints one line for each, and "N passed, M failed" at the end.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
plane=$here/plane
work=$(mktemp -d)
dir="$work/with a space"
webhook=
# shellcheck source=checking.sh
. "$here/checking.sh"

cleanup() {
    [[ -z $webhook ]] || kill "$webhook" 2>/dev/null
    "$plane" stop "$dir"
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# How many processes have our folder in their arguments.
processes() {
    local file arguments count=0
    for file in /proc/[0-9]*/cmdline; do
        { arguments=$(tr '\0' ' ' <"$file"); } 2>/dev/null || continue
        if [[ $arguments == *"$dir/"* ]]; then count=$((count + 1)); fi
    done
    echo "$count"
}

# How many wait for the end of the guarded process.
watching() { pgrep --count --full -- "^tail --pid=$guarded " || true; }

# Raw requests as admin; $1 is the path.
get() {
    curl --silent --max-time 20 --cacert "$dir/pki/ca.crt" --cert "$dir/pki/admin.crt" --key "$dir/pki/admin.key" "$APISERVER_URL$1"
}

"$here/build.sh" || exit 1

check "starts" "$plane" start "$dir" --stand-in
# shellcheck disable=SC1091
. "$dir/env" || exit 1
check "a second start is refused" fails "$plane" start "$dir"
check "and says why" says "runs already" "$plane" start "$dir"
check "status knows four processes" is 4 bash -c "'$plane' status '$dir' | grep -c runs,"
check "the keys are the owner's alone" is "" find "$dir" -perm /077
check "a process does not keep the caller's pipe open" timeout 20 bash -c \
    "'$plane' kill-apiserver '$dir'; '$plane' start-apiserver '$dir' 2>&1 | cat"
check "the version is stamped" says '"gitVersion": "v1\.' kubectl get --raw /version

kubectl create deployment web --image=example.invalid/web --replicas=3 >/dev/null
check "a Deployment's pods run" kubectl rollout status deployment/web --timeout=20s
kubectl delete pod --all --wait=false >/dev/null
check "deleted pods go, and others come" within 20 is 3 bash -c \
    'kubectl get pods -o jsonpath="{range .items[*]}{.status.phase}{.metadata.deletionTimestamp}{\"\n\"}{end}" | grep -c "^Running$"'
kubectl create job once --image=example.invalid/once >/dev/null
check "a Job completes" kubectl wait --for=condition=complete job/once --timeout=20s
kubectl apply -f - >/dev/null <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      initContainers: [{name: first, image: example.invalid/first}]
      containers: [{name: agent, image: example.invalid/agent}]
END
check "a DaemonSet has its pod" kubectl rollout status daemonset/agent --timeout=20s

kubectl create serviceaccount reader >/dev/null
check "a ServiceAccount gets a kubeconfig" "$plane" sa-kubeconfig "$dir" default reader "$work/reader.kubeconfig"
as_reader=(kubectl --kubeconfig "$work/reader.kubeconfig")
check "it is refused without RBAC, under its name" \
    says 'User "system:serviceaccount:default:reader" cannot list' "${as_reader[@]}" get configmaps
kubectl create role reader --verb=list --resource=configmaps >/dev/null
kubectl create rolebinding reader --role=reader --serviceaccount=default:reader >/dev/null
check "it may do what a Role allows" within 10 "${as_reader[@]}" get configmaps
check "and no more" fails "${as_reader[@]}" get secrets
check "no token for an account that does not exist" \
    says 'does it exist' "$plane" sa-kubeconfig "$dir" default nobody "$work/nobody.kubeconfig"

kubectl apply -f - >/dev/null <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
END
check "a CRD is established" kubectl wait --for=condition=established crd/widgets.example.com --timeout=20s
check "its resources are served" within 10 bash -c \
    'printf "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: small}\nspec: {size: 1}\n" | kubectl apply -f -'

check "restart-controller-manager" "$plane" restart-controller-manager "$dir"
uid=$(kubectl get widget small -o 'jsonpath={.metadata.uid}')
kubectl apply -f - >/dev/null <<END
apiVersion: v1
kind: ConfigMap
metadata:
  name: owned
  ownerReferences: [{apiVersion: example.com/v1, kind: Widget, name: small, uid: $uid}]
END
kubectl delete widget small >/dev/null
check "what a new kind of resource owned goes with it, at once" within 5 fails kubectl get configmap owned

# A webhook by URL that adds a label, with a certificate of the control plane's CA.
python3 -B "$here/labelling-webhook.py" 127.0.0.1 "$dir/pki/server.crt" "$dir/pki/server.key" "$work/port" &
webhook=$!
within 10 test -s "$work/port"
kubectl apply -f - >/dev/null <<END
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: labeller}
webhooks:
- name: labeller.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig: {url: "https://127.0.0.1:$(<"$work/port")/", caBundle: $(base64 -w 0 "$dir/pki/ca.crt")}
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}]
END
label_of_new() {
    kubectl delete configmap seen --ignore-not-found >/dev/null 2>&1
    kubectl create configmap seen >/dev/null && kubectl get configmap seen -o 'jsonpath={.metadata.labels.seen}'
}
check "a mutating webhook by URL is called" within 10 is yes label_of_new
kubectl delete mutatingwebhookconfiguration labeller >/dev/null
kill "$webhook"
webhook=

check "metrics are served" says '^apiserver_request_total{.*resource="deployments"' "$plane" metrics "$dir"

old=$(kubectl get configmap seen -o 'jsonpath={.metadata.resourceVersion}')
for number in 1 2 3; do kubectl create configmap "more-$number" >/dev/null; done
check "kill-apiserver kills it" "$plane" kill-apiserver "$dir"
check "status tells" says "kube-apiserver *has ended" "$plane" status "$dir"
check "and fails" fails "$plane" status "$dir"
check "compact" "$plane" compact "$dir"
check "start-apiserver: same port, same state" "$plane" start-apiserver "$dir"
check "the state is still there" kubectl get configmap more-3
check "a watch from before the compaction gets 410" says '"code": *410' \
    get "/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=5&resourceVersion=$old"
kubectl create deployment later --image=example.invalid/later >/dev/null
check "controllers and stand-in go on after it" within 30 kubectl rollout status deployment/later --timeout=20s

check "stop" "$plane" stop "$dir"
check "no process is left" is 0 processes
check "stop again" "$plane" stop "$dir"
check "status knows that nothing runs" fails "$plane" status "$dir"

sleep 1000 &
guarded=$!
check "starts again on the same state, without watch cache, guarded" \
    "$plane" start "$dir" --until-exit-of "$guarded" --apiserver-flag --watch-cache=false
check "the state is the same" kubectl get configmap more-3
check "can be stopped although what guards it lives" "$plane" stop "$dir"
check "no process is left, the guard's own neither" is 0 watching
check "starts again, guarded" "$plane" start "$dir" --until-exit-of "$guarded" --apiserver-flag --watch-cache=false
old=$(kubectl get configmap more-3 -o 'jsonpath={.metadata.resourceVersion}')
kubectl create configmap more-4 >/dev/null
"$plane" compact "$dir" >/dev/null
check "without watch cache, compaction alone makes 410" says '"code": *410' \
    get "/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=5&resourceVersion=$old"
kill -9 "$guarded"
check "stops when the guarded process ends" within 20 is 0 processes

# A crash of everything: what is left of the process files must not hurt.
"$plane" start "$dir" --stand-in >/dev/null
for name in stand-in kube-controller-manager kube-apiserver etcd; do
    read -r pid _ <"$dir/pids/$name" && kill -9 "$pid"
done
check "starts again after a crash of everything" "$plane" start "$dir" --stand-in
check "stop after all" "$plane" stop "$dir"
check "no process is left at the end" is 0 processes

verdict
