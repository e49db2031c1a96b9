output "url" {
  description = "Where clients send their requests, once the domain points at the address below."
  value       = "https://${var.domain}"
}

output "load_balancer_ip" {
  description = "Address for the domain's A record."
  value       = google_compute_global_address.main.address
}

output "redis_host" {
  description = "For the secret REDIS_URL: redis://:<auth string>@<host>:6379."
  value       = google_redis_instance.cache.host
}

output "ledger_connection" {
  description = "Connection name of the PostgreSQL instance, to create the user fairlead."
  value       = google_sql_database_instance.ledger.connection_name
}

output "service_account" {
  description = "Account that the Cloud Run service runs as."
  value       = google_service_account.run.email
}
