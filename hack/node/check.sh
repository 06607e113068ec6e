#!/usr/bin/env bash
# Checks the node: that pods, Services, DNS and the rest work as README.md says, and that nothing of it is left on this
# machine afterwards, be it after `stop` or after a crash. Takes about five minutes. Prints one line for each check, and
# "N passed, M failed" and the time at the end.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
node=$here/node
# Not in /tmp, which may be in memory: the node keeps images and etcd there.
work=$(mktemp -d /var/tmp/node-check.XXXXXX)
dir="$work/with a space"
node_dir=$dir
second=$work/second
webhook=
guarded=
# shellcheck source=../control-plane/checking.sh
. "$here/../control-plane/checking.sh"
# shellcheck source=cgroups.sh
. "$here/cgroups.sh"
# shellcheck source=settings.sh
. "$here/settings.sh"

cleanup() {
    [[ -z $webhook ]] || kill "$webhook" 2>/dev/null
    [[ -z $guarded ]] || kill "$guarded" 2>/dev/null
    "$node" clean "$dir"
    [[ ! -e $second/machine ]] || "$node" clean "$second"
    remove_decoys 2>/dev/null
    # What must not be emptied by mistake: a mount that is still below it.
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What the checks make themselves, to see whether it is found: each is taken away again, also when the run is interrupted.
remove_decoys() {
    ip link delete node-left
    umount "$work/left"
    rmdir "$(hierarchies | head -n 1)/otel-operator-node-left"
    [[ -z $decoy ]] || kill "$decoy"
    decoy=
    iptables -t nat -X NODE-LEFT
    ip route delete unreachable 10.96.5.0/24
    ip route delete unreachable 10.244.0.0/15
}
decoy=

# --- what may not change on this machine ---

# A process is the node's when it is in another network, has its folder in its arguments, or is a server's name or a guard's.
processes() {
    local process arguments network ours
    ours=$(readlink /proc/self/ns/net)
    for process in /proc/[0-9]*; do
        # The kernel's own, and what is just ending, have none.
        network=$(readlink "$process/ns/net") || continue
        { arguments=$(tr '\0' ' ' <"$process/cmdline"); } 2>/dev/null || continue
        if [[ $network != "$ours" || $arguments == *"$dir"* ||
            $arguments == "tail --pid="* || $arguments =~ (^|/)(kubelet|kube-[a-z-]+|containerd[a-z0-9-]*|runc|etcd)' ' ]]; then
            [[ ${process##*/} == "$$" ]] || echo "${process##*/} $arguments"
        fi
    done
}

firewall() {
    local command table
    # To look at tables of the older kind makes them: those first, so that the others' warning of them is no news.
    for command in iptables-legacy iptables ip6tables; do
        for table in filter nat mangle raw; do
            echo "# $command $table"
            "$command" --table "$table" --list-rules 2>/dev/null
        done
    done
}

machine_state() {
    local top
    echo "# links"
    ip -oneline link | sed 's/^[0-9]*: //'
    echo "# addresses"
    ip -oneline address | sed -e 's/^[0-9]*: //' -e 's/ valid_lft.*//'
    echo "# routes"
    ip -4 route show table all
    ip -6 route show table all | sed 's/ expires [0-9]*sec//'
    echo "# rules"
    ip rule
    firewall
    echo "# mounts"
    cat /proc/self/mounts
    echo "# network namespaces"
    ls /run/netns 2>/dev/null
    echo "# cgroups"
    while IFS= read -r top; do find "$top" -maxdepth 1 -type d; done < <(hierarchies) | sort
    cat /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null
    echo "# settings"
    grep . /proc/sys/kernel/panic{,_on_oops} /proc/sys/vm/{overcommit_memory,panic_on_oom} /proc/sys/kernel/keys/root_max* \
        /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/{forwarding,route_localnet,rp_filter}
    echo "# files"
    cat /etc/hosts /etc/resolv.conf
    ls -d /var/lib/* /var/log/* /opt/* /run/* /etc/cni/* 2>/dev/null
    hostname
    echo "# processes"
    processes | sed 's/^[0-9]* //'
}

unchanged() {
    machine_state >"$work/after"
    diff "$work/before" "$work/after"
}

# --- words of the checks ---

# The first pod of label app=$1; a command in it; a request of it over HTTP.
pod_of() { kubectl get pods -l "app=$1" --field-selector=status.phase=Running -o 'jsonpath={.items[0].metadata.name}'; }
in_pod() { kubectl exec "$(pod_of "$1")" -- "${@:2}"; }
asks() { in_pod "$1" sh -c "printf 'GET /index.html HTTP/1.0\r\n\r\n' | nc -w 3 $2"; }
# With two endpoints, eight requests meet both but for one run in 128.
every_time() {
    local left
    for ((left = 8; left > 0; left--)); do says "^hello from" "$@" || return 1; done
}
headless_addresses() { in_pod other nslookup -type=a each.default.svc.cluster.local | grep -c '^Address.*10\.244\.'; }
memory_limit() { in_pod web sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'; }
pending() { kubectl get pods -l "app=$1" --field-selector=status.phase=Pending -o name | wc -l; }
address_of() { kubectl get pod "$(pod_of "$1")" -o 'jsonpath={.status.podIP}'; }
cluster_ip() { kubectl get service "$1" -o 'jsonpath={.spec.clusterIP}'; }
endpoints_of() { kubectl get endpoints "$1" -o 'jsonpath={.subsets[*].addresses[*].ip}' | wc -w; }
state_of() { kubectl get pod "$1" -o "jsonpath={.status.containerStatuses[0].state.terminated.reason}{.status.containerStatuses[0].lastState.terminated.reason}"; }
image=registry.example/check/busybox:1.0

make_image() {
    local applet words=()
    for applet in sh cat echo id nc nslookup httpd sleep touch rm head tr grep wget; do words+=("->busybox=/bin/$applet"); done
    "$here/small-image.py" "$image" "$work/busybox.tar" /bin/busybox "$(command -v busybox)=/bin/busybox" "${words[@]}" =/tmp/
}

"$here/../packages.sh" node node-check || exit 1
"$here/../control-plane/build.sh" --node || exit 1
make_image || exit 1
machine_state >"$work/before"
firewall_before=$(firewall)
way_out_before=$(ip route show default)

# --- can this check fail? ---

ip link add node-left type bridge
check "a device that is left would be found" says node-left unchanged
ip link delete node-left
mkdir "$work/left" && mount -t tmpfs node-left "$work/left"
check "a mount that is left would be found" says node-left unchanged
umount "$work/left"
mkdir "$(hierarchies | head -n 1)/otel-operator-node-left"
check "a cgroup that is left would be found" says otel-operator-node-left unchanged
rmdir "$(hierarchies | head -n 1)/otel-operator-node-left"
bash -c 'exec -a "sleep 60 $0" sleep 60' "$dir" &
decoy=$!
check "a process that is left would be found" says "sleep 60" unchanged
kill "$decoy"
wait "$decoy" 2>/dev/null
decoy=
iptables -t nat -N NODE-LEFT
check "an iptables chain that is left would be found" says NODE-LEFT unchanged
iptables -t nat -X NODE-LEFT
check "and nothing is left of that" unchanged

# --- what is refused ---

ip route add unreachable 10.96.5.0/24
check "addresses that this machine uses are not taken from it" says "uses addresses of 10.96.0.0/16 already" "$node" start "$dir"
ip route delete unreachable 10.96.5.0/24
ip route add unreachable 10.244.0.0/15
check "nor are they taken out of a wider range, unless somebody says so" says "NODE_SHARE_RANGES" "$node" start "$dir"
ip route delete unreachable 10.244.0.0/15
mkdir "$work/precious"
check "a folder that is no node's is not removed" says "does not look like" "$node" clean "$work/precious"
check "nothing is changed by that" unchanged

# --- a node at work ---

check "starts" "$node" start "$dir"
tail -n 1 "$work/output"
# shellcheck disable=SC1091
. "$dir/env" || exit 1
# shellcheck disable=SC2153  # of that file
name=$NODE_NAME
check "a second start is refused" says "runs already" "$node" start "$dir"
check "a second node is refused" says "node' stop '$dir' ends it" "$node" start "$second"
check "stopping a second node does not touch the first" says "another node is on this machine, in $dir" "$node" stop "$second"
check "status is good" "$node" status "$dir"
check "the node is ready" kubectl wait --for=condition=ready "node/$name" --timeout=5s
check "an image is imported" "$node" import "$dir" "$work/busybox.tar"
check "a file that is no image is refused" fails "$node" import "$dir" "$here/README.md"
check "this machine's iptables are as before" is "$firewall_before" firewall
check "so is its way to the outside" is "$way_out_before" ip route show default
check "so are its mounts" is "$(sed -n '/^# mounts/,/^# network/{/^#/!p}' "$work/before")" cat /proc/self/mounts

kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data: {greeting: hello}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {colour: blue}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      initContainers:
      - name: write
        image: $image
        args: [sh, -c, 'echo "\$(cat /words/greeting) from \$POD at \$ADDRESS" >/data/index.html']
        env:
        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        volumeMounts: [{name: data, mountPath: /data}, {name: words, mountPath: /words}]
      containers:
      - name: web
        image: $image
        args: [httpd, -f, -v, -p, "8080", -h, /data]
        ports: [{containerPort: 8080, name: http}]
        readinessProbe: {httpGet: {port: http, path: /index.html}, periodSeconds: 1}
        livenessProbe: {tcpSocket: {port: http}}
        securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {memory: 32Mi, cpu: 500m}}
        volumeMounts: [{name: data, mountPath: /data}, {name: about, mountPath: /about}]
      volumes:
      - {name: data, emptyDir: {}}
      - {name: words, configMap: {name: words}}
      - {name: about, downwardAPI: {items: [{path: colour, fieldRef: {fieldPath: "metadata.annotations['colour']"}}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: each}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: Pod
metadata: {name: other, labels: {app: other}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: other, image: $image, args: [sleep, "3600"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: hungry}
spec:
  restartPolicy: Never
  containers:
  - name: hungry
    image: $image
    args: [sh, -c, 'x=\$(head -c 64000000 /dev/zero | tr "\0" x); echo survived']
    resources: {limits: {memory: 16Mi}}
YAML
check "a Deployment's pods get ready, under an image name of a registry that does not exist" \
    kubectl rollout status deployment/web --timeout=60s
check "a pod with init container, ConfigMap and downward API says so" says "^hello from web-.* at 10.244.0" \
    asks web "127.0.0.1 8080"
kubectl wait --for=condition=ready pod/other --timeout=60s >/dev/null
check "pod to pod" says "^hello from" asks other "$(address_of web) 8080"
check "pod to ClusterIP" says "^hello from" asks other "$(cluster_ip web) 80"
check "a pod reaches itself through its Service" every_time asks web "$(cluster_ip web) 80"
check "this machine to ClusterIP" says "^hello from" curl --silent --max-time 5 "http://$(cluster_ip web)/"
check "this machine to pod" says "^hello from" curl --silent --max-time 5 "http://$(address_of web):8080/"
check "a Service's name, through the search domains" says "^hello from" asks other "web 80"
check "DNS: a Service in full" says "Address.*$(cluster_ip web)" in_pod other nslookup web.default.svc.cluster.local
check "DNS: the API server" says "10.96.0.1$" in_pod other nslookup kubernetes.default.svc.cluster.local
check "DNS: a headless Service has each pod" is 2 headless_addresses
check "DNS: a name outside the cluster does not exist, at once" says "NXDOMAIN" timeout 3 \
    kubectl exec other -- nslookup example.com
check "no way to the outside, at once" fails timeout 3 kubectl exec other -- nc -w 2 198.51.100.1 80
check "a pod runs as it must" says "uid=65532" in_pod web id
check "with a seccomp filter" says "^Seccomp:.*2" in_pod web cat /proc/1/status
check "and no new privileges" says "^NoNewPrivs:.*1" in_pod web cat /proc/1/status
check "its root is read-only" says "Read-only" in_pod web touch /bin/new
check "its emptyDir is not" in_pod web touch /data/new
check "annotations in a volume" says "^blue$" in_pod web cat /about/colour
check "a projected token" says '^ey[A-Za-z0-9_-]*\.' in_pod web cat /var/run/secrets/kubernetes.io/serviceaccount/token
check "logs" says "response:200" kubectl logs "$(pod_of web)" -c web
check "a memory limit ends who is over it" within 30 is OOMKilled state_of hungry
check "limits are in the cgroup" is 33554432 memory_limit

check "two endpoints" within 30 is 2 endpoints_of web
first=$(pod_of web)
kubectl exec "$first" -- rm /data/index.html
check "a pod that is not ready is no endpoint" within 60 is 1 endpoints_of web
kubectl exec "$first" -- touch /data/index.html
check "and is one again" within 60 is 2 endpoints_of web

# The webhook is a process here; the API server reaches it through a Service whose endpoint is this machine's address.
make_hook() {
    # shellcheck disable=SC2034  # of credentials.sh
    local pki=$dir/plane/pki
    # shellcheck source=../control-plane/credentials.sh
    . "$here/../control-plane/credentials.sh"
    leaf hook "/CN=hook" "subjectAltName=DNS:hook.default.svc"
    python3 -B "$here/../control-plane/labelling-webhook.py" "$outer_address" "$pki/hook.crt" "$pki/hook.key" "$work/port" &
    webhook=$!
    within 10 test -s "$work/port" || return 1
    kubectl apply -f - <<YAML
apiVersion: v1
kind: Service
metadata: {name: hook}
spec: {ports: [{port: 443, targetPort: $(<"$work/port")}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: hook}
subsets: [{addresses: [{ip: $outer_address}], ports: [{port: $(<"$work/port")}]}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: labeller}
webhooks:
- name: labeller.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig: {service: {namespace: default, name: hook, path: /}, caBundle: $(base64 -w 0 "$pki/ca.crt")}
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}]
YAML
}
label_of_new() {
    kubectl delete configmap seen --ignore-not-found >/dev/null 2>&1
    kubectl create configmap seen >/dev/null && kubectl get configmap seen -o 'jsonpath={.metadata.labels.seen}'
}
check "a webhook's Service" make_hook
check "the API server calls a webhook through its Service" within 60 is yes label_of_new
kubectl delete mutatingwebhookconfiguration labeller >/dev/null
kill "$webhook"
webhook=

evict() {
    kubectl create --raw "/api/v1/namespaces/default/pods/$1/eviction" -f - <<JSON
{"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": "$1", "namespace": "default"}}
JSON
}
kubectl cordon "$name" >/dev/null
mapfile -t pods < <(kubectl get pods -l app=web -o 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}')
check "an eviction within the budget" evict "${pods[0]}"
check "the next one is refused" says "disruption budget" evict "${pods[1]}"
check "a cordoned node takes no pod" within 30 is 1 pending web
kubectl uncordon "$name" >/dev/null
check "an uncordoned one does" kubectl rollout status deployment/web --timeout=60s
kubectl delete poddisruptionbudget web >/dev/null
check "drain" kubectl drain "$name" --force --delete-emptydir-data --timeout=60s
check "no pod is left on it" is "" kubectl get pods -l app=other -o name
kubectl uncordon "$name" >/dev/null
check "uncordon" kubectl rollout status deployment/web --timeout=60s

web_address=http://$(address_of web):8080/
check "the API server is killed" "$node" plane "$dir" kill-apiserver
check "status tells" says "kube-apiserver *has ended" "$node" status "$dir"
check "pods go on without it" says "^hello from" curl --silent --max-time 5 "$web_address"
check "it starts again" "$node" plane "$dir" start-apiserver
check "and everything with it" within 60 "$node" status "$dir"

check "stop" "$node" stop "$dir"
check "nothing is left after stop" within 20 unchanged
check "stop again" "$node" stop "$dir"
check "status knows that nothing runs" fails "$node" status "$dir"

# --- crashes ---

mkdir "$work/bin"
ln -s /bin/false "$work/bin/containerd"
check "a start that fails says why" says "containerd ended during its start" env PATH="$work/bin:$PATH" "$node" start "$dir"
check "and undoes what it had done" within 20 unchanged

ip route add unreachable 10.244.0.0/15
check "starts again on the same state, in a wider range of which we may have a part" env NODE_SHARE_RANGES=1 "$node" start "$dir"
ip route delete unreachable 10.244.0.0/15
tail -n 1 "$work/output"
check "its pods come back" within 60 is 2 endpoints_of web
mapfile -t victims < <(cgroup_processes)
# The first takes others with it.
kill -KILL "${victims[@]}" 2>/dev/null
check "all ${#victims[@]} processes are killed: stop" "$node" stop "$dir"
check "nothing is left after that" within 20 unchanged

for victim in kubelet containerd kube-proxy; do
    check "starts after a crash" "$node" start "$dir"
    read -r pid _ <"$dir/pids/$victim"
    "$node" run "$dir" kill -KILL "$pid"
    check "status tells that $victim was killed" says "$victim *has ended" "$node" status "$dir"
    check "stop after that" "$node" stop "$dir"
    check "nothing is left" within 20 unchanged
done

for moment in 0.15 0.4 0.8 1.5 2.5 4; do
    setsid "$node" start "$dir" >/dev/null 2>&1 &
    victim=$!
    sleep "$moment"
    kill -KILL "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
    check "start is killed after $moment s: stop" timeout 60 "$node" stop "$dir"
    check "nothing is left" within 20 unchanged
done

# --- two nodes ---

# Two starts at once: one is refused, and the other's node is whole.
race() {
    local first_result=0 second_result=0
    "$node" start "$dir" >"$work/race-1" 2>&1 &
    "$node" start "$second" >"$work/race-2" 2>&1 || second_result=$?
    wait "$!" || first_result=$?
    cat "$work"/race-[12]
    ((first_result + second_result == 1)) && grep -q "one at a time" "$work"/race-[12] || return 1
    if ((first_result == 0)); then "$node" status "$dir"; else "$node" status "$second"; fi
}
check "of two starts at once one is refused" race
check "stop of the one" "$node" stop "$dir"
check "stop of the other" "$node" stop "$second"
check "nothing is left of both" within 20 unchanged

check "starts, to crash" "$node" start "$dir"
mapfile -t victims < <(cgroup_processes)
kill -KILL "${victims[@]}" 2>/dev/null
crashed() { [[ -z $(cgroup_processes) ]]; }
within 10 crashed
check "another starts in its place" "$node" start "$second"
# As after a power cut: it still believes that these folders are its own.
printf '%s\n' /var/lib/kubelet >"$dir/machine/made"
check "stop of the crashed one tells of the other" says "another node is on this machine, in $second" "$node" stop "$dir"
check "and leaves it whole" "$node" status "$second"
check "with its mounts" "$node" run "$second" mountpoint /var/lib/kubelet
check "its stop" "$node" stop "$second"
check "the crashed one's stop once more" "$node" stop "$dir"
check "nothing is left of both" within 20 unchanged
check "clean" "$node" clean "$second"

sleep 1000 &
guarded=$!
check "starts, guarded" "$node" start "$dir" --until-exit-of "$guarded"
check "can be stopped although what guards it lives" "$node" stop "$dir"
check "nothing is left, the guard's own processes neither" within 20 unchanged
check "starts, guarded" "$node" start "$dir" --until-exit-of "$guarded"
kill -KILL "$guarded"
wait "$guarded" 2>/dev/null
guarded=
check "stops when the guarded process ends" within 30 unchanged
check "clean" "$node" clean "$dir"
check "the folder is gone" fails test -e "$dir"

echo "in $SECONDS s"
verdict
