locals {
  # What runs beside the gateway, and where its health is told.
  backends = {
    scorer   = { health = 7101, cpu = "2" }
    cache    = { health = 7102, cpu = "1" }
    provider = { health = 7103, cpu = "1" }
  }

  # Which secret each container is given, and nothing beside it.
  own_secrets = {
    gateway  = ["ADMIN_TOKEN", "FAIRLEAD_SECURITY_SERVICE_TOKEN", "FAIRLEAD_LEDGER_PASSWORD", "REDIS_URL"]
    scorer   = ["FAIRLEAD_SECURITY_SERVICE_TOKEN"]
    cache    = ["FAIRLEAD_SECURITY_SERVICE_TOKEN", "REDIS_URL"]
    provider = concat(["FAIRLEAD_SECURITY_SERVICE_TOKEN"], sort(tolist(var.vendor_keys)))
  }

  traces = var.otlp_endpoint == "" ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = var.otlp_endpoint }

  # What every container is told, secrets aside.
  telemetry = {
    FAIRLEAD_TELEMETRY_LOG_FORMAT     = "json"
    FAIRLEAD_TELEMETRY_SAMPLING_RATIO = "0.1"
  }

  # And what only one of them is. Backends listen on all addresses, since probes come from outside the container; the
  # containers of an instance share its loopback.
  own_environment = {
    gateway = {
      FAIRLEAD_SERVER_BIND      = "0.0.0.0"
      FAIRLEAD_SERVER_GRPC_PORT = "-1"
      FAIRLEAD_LEDGER_URL       = "jdbc:postgresql://${google_sql_database_instance.ledger.private_ip_address}/${google_sql_database.ledger.name}?sslmode=require"
      FAIRLEAD_LEDGER_USER      = "fairlead"

      # Cloud Run kills ten seconds after SIGTERM: streams first, then what the ledger has not written.
      FAIRLEAD_SERVER_DRAIN_TIMEOUT = "4s"
      FAIRLEAD_LEDGER_DRAIN_TIMEOUT = "3s"
    }
    scorer   = { FAIRLEAD_SCORER_BIND = "0.0.0.0" }
    cache    = { FAIRLEAD_CACHE_BIND = "0.0.0.0", FAIRLEAD_CACHE_SCORER = "localhost:7001" }
    provider = { FAIRLEAD_PROVIDER_BIND = "0.0.0.0" }
  }

  # By container; the operator's come last and win.
  environment = { for name, own in local.own_environment : name => merge(local.telemetry, local.traces, own, var.environment) }

  secrets = toset(flatten(values(local.own_secrets)))
  labels  = { app = "fairlead" }
}
