ephemeral "microstack_credentials" "run" {
  cluster_id       = microstack_cluster.cloud.id
  lifetime_seconds = 900
}

provider "openstack" {
  auth_url                      = ephemeral.microstack_credentials.run.auth_url
  application_credential_id     = ephemeral.microstack_credentials.run.application_credential_id
  application_credential_secret = ephemeral.microstack_credentials.run.application_credential_secret
}
