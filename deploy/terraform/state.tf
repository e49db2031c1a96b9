resource "google_redis_instance" "cache" {
  name               = var.name
  region             = var.region
  tier               = "STANDARD_HA"
  memory_size_gb     = var.redis_memory_gb
  redis_version      = "REDIS_7_2"
  authorized_network = google_compute_network.main.id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  auth_enabled       = true
  redis_configs      = { "maxmemory-policy" = "volatile-lru" }
  labels             = local.labels

  depends_on = [google_service_networking_connection.private_services]
}

resource "google_sql_database_instance" "ledger" {
  name                = "${var.name}-ledger"
  region              = var.region
  database_version    = "POSTGRES_16"
  deletion_protection = var.deletion_protection

  settings {
    edition           = "ENTERPRISE" # from PostgreSQL 16 on the default is another, which refuses these machine types
    tier              = var.database_tier
    availability_type = "REGIONAL"
    disk_autoresize   = true
    user_labels       = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.main.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }

  depends_on = [google_service_networking_connection.private_services]
}

resource "google_sql_database" "ledger" {
  name     = "fairlead"
  instance = google_sql_database_instance.ledger.name
}
