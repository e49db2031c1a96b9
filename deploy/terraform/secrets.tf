# Empty secrets: the values are added by hand (gcloud secrets versions add), so that none is in Terraform's state.
# REDIS_URL is one of them, for it holds Redis' password; README.md says how it is put together.
resource "google_secret_manager_secret" "all" {
  for_each  = local.secrets
  secret_id = "${var.name}-${lower(replace(each.value, "_", "-"))}"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = local.secrets
  secret_id = google_secret_manager_secret.all[each.value].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.run.email}"
}
