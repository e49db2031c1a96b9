# One account, for one Cloud Run service: it may read the secrets below and write metrics, nothing else.
resource "google_service_account" "run" {
  account_id   = "${var.name}-run"
  display_name = "Fairlead"
}

resource "google_project_iam_member" "metrics" {
  project = var.project
  role    = "roles/monitoring.metricWriter"
  member  = "serviceAccount:${google_service_account.run.email}"
}

# The gateway takes the requests; scorer, cache and provider run beside it in each instance and are called over loopback,
# so that no hop leaves the instance. All four scale together, from none.
resource "google_cloud_run_v2_service" "gateway" {
  name                = "${var.name}-gateway"
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  deletion_protection = false
  labels              = local.labels

  template {
    service_account                  = google_service_account.run.email
    timeout                          = "900s"
    max_instance_request_concurrency = 250

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    vpc_access {
      connector = google_vpc_access_connector.main.id
      egress    = "PRIVATE_RANGES_ONLY"
    }

    containers {
      name       = "gateway"
      image      = "${var.image_registry}/fairlead-gateway:${var.image_tag}"
      depends_on = keys(local.backends)

      ports {
        name           = "http1"
        container_port = 8080
      }

      dynamic "env" {
        for_each = local.environment["gateway"]
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.own_secrets["gateway"]
        content {
          name = env.value
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.all[env.value].secret_id
              version = "latest"
            }
          }
        }
      }

      # Between requests, too: the ledger, spans and what replicas share are written then.
      resources {
        limits            = { cpu = "2", memory = "1Gi" }
        cpu_idle          = false
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 2
        failure_threshold = 60
        http_get {
          path = "/readyz"
          port = 8080
        }
      }

      liveness_probe {
        period_seconds    = 10
        failure_threshold = 3
        http_get {
          path = "/healthz"
          port = 8080
        }
      }
    }

    dynamic "containers" {
      for_each = local.backends
      content {
        name  = containers.key
        image = "${var.image_registry}/fairlead-${containers.key}:${var.image_tag}"

        dynamic "env" {
          for_each = local.own_secrets[containers.key]
          content {
            name = env.value
            value_source {
              secret_key_ref {
                secret  = google_secret_manager_secret.all[env.value].secret_id
                version = "latest"
              }
            }
          }
        }

        dynamic "env" {
          for_each = local.environment[containers.key]
          content {
            name  = env.key
            value = env.value
          }
        }

        resources {
          limits            = { cpu = containers.value.cpu, memory = "1Gi" }
          cpu_idle          = false
          startup_cpu_boost = true
        }

        startup_probe {
          period_seconds    = 2
          failure_threshold = 60
          http_get {
            path = "/healthz"
            port = containers.value.health
          }
        }
      }
    }

    # Reads the gateway's /metrics on 8080 every 30 s, which is its default, for Managed Service for Prometheus.
    containers {
      name       = "metrics"
      image      = var.metrics_image
      depends_on = ["gateway"]

      resources {
        limits   = { cpu = "1", memory = "512Mi" }
        cpu_idle = false
      }
    }
  }

  depends_on = [google_secret_manager_secret_iam_member.reader]
}

# Who may use the gateway is decided by its own keys; from outside only the load balancer reaches it.
resource "google_cloud_run_v2_service_iam_member" "gateway_public" {
  name     = google_cloud_run_v2_service.gateway.name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}
