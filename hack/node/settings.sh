# Sourced: names and addresses of the node, for both sides of it.
# shellcheck shell=bash disable=SC2034,SC2154  # whoever sources it uses them

node_name=node

# What the machine outside knows of the node that is on it: gone with a reboot, as most of what that node changed.
run=/run/otel-operator-node
lock=/run/lock/otel-operator-node

# A cable between the machine outside (its end is called $link) and the node's machine (its end is called eth0).
link=otel-node
link_range=10.245.0.0/30
outer_address=10.245.0.1
node_address=10.245.0.2

bridge=cni0
pod_range=10.244.0.0/24
bridge_address=10.244.0.1/24
# kube-apiserver's, see hack/control-plane/plane.
service_range=10.96.0.0/16
dns_address=10.96.0.10

# Routes that we made outside can be told from others by their protocol number, which is nobody else's.
route_protocol=244

cni_plugins=/usr/lib/cni
pause_image=node.invalid/pause:1
containerd_socket=/run/containerd/containerd.sock
ctr=(ctr --address "$containerd_socket" --namespace k8s.io)

# The cgroup below which everything of the node in $node_dir runs, in each hierarchy.
cgroup_name() {
    local sum
    read -r sum _ < <(cksum <<<"$node_dir")
    printf 'otel-operator-node-%x\n' "$sum"
}
