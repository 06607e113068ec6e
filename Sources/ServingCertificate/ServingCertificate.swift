// ServingCertificate
