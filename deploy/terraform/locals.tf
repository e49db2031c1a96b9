locals {
  # What runs beside the gateway, and where its health is told.
  backends = {
    scorer   = { health = 7101, cpu = "2", bind = "FAIRLEAD_SCORER_BIND" }
    cache    = { health = 7102, cpu = "1", bind = "FAIRLEAD_CACHE_BIND" }
    provider = { health = 7103, cpu = "1", bind = "FAIRLEAD_PROVIDER_BIND" }
  }

  # Which secret each container is given, and nothing beside it.
  own_secrets = {
    gateway  = ["ADMIN_TOKEN", "FAIRLEAD_SECURITY_SERVICE_TOKEN", "FAIRLEAD_LEDGER_PASSWORD", "REDIS_URL"]
    scorer   = ["FAIRLEAD_SECURITY_SERVICE_TOKEN"]
    cache    = ["FAIRLEAD_SECURITY_SERVICE_TOKEN", "REDIS_URL"]
    provider = concat(["FAIRLEAD_SECURITY_SERVICE_TOKEN"], sort(tolist(var.vendor_keys)))
  }

  traces = var.otlp_endpoint == "" ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = var.otlp_endpoint }

  secrets = toset(flatten(values(local.own_secrets)))
  labels  = { app = "fairlead" }
}
