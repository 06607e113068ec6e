# Sourced: certificates of the CA in $pki, and kubeconfigs for the API server at $server.
# shellcheck shell=bash disable=SC2154  # the caller sets them

# $1 name, $2 subject, $3 extensions of the leaf.
leaf() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key"
    openssl req -new -key "$pki/$1.key" -subj "$2" -config <(printf '%s\n' '[req]' distinguished_name=none '[none]') -out "$pki/$1.csr"
    openssl x509 -req -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
        -days 3650 -sha256 -out "$pki/$1.crt" 2>/dev/null -extfile <(
            printf '%s\n' basicConstraints=CA:FALSE subjectKeyIdentifier=hash authorityKeyIdentifier=keyid "$3"
        )
    rm "$pki/$1.csr"
}

# $1 file, $2 name of the user, $3 the user's entry.
write_kubeconfig() {
    cat >"$1" <<END
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: $server
    certificate-authority-data: $(base64 -w 0 "$pki/ca.crt")
users:
- name: $2
  user: {$3}
contexts:
- name: local
  context: {cluster: local, user: $2, namespace: default}
current-context: local
END
}
