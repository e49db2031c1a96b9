variable "project" {
  description = "Google Cloud project that everything is made in."
  type        = string
}

variable "region" {
  description = "Region of all regional resources."
  type        = string
  default     = "europe-west1"
}

variable "name" {
  description = "First part of every resource's name."
  type        = string
  default     = "fairlead"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}$", var.name))
    error_message = "name: lower case letters, digits and dashes, 2 to 19 of them, a letter first."
  }
}

variable "image_registry" {
  description = "Registry of the images <registry>/fairlead-<service>."
  type        = string
}

variable "image_tag" {
  description = "Version of the images; never latest."
  type        = string

  validation {
    condition     = var.image_tag != "latest"
    error_message = "image_tag: latest (expected: a version)."
  }
}

variable "domain" {
  description = "Host name of the load balancer's certificate; its A record must point at the output load_balancer_ip."
  type        = string
}

variable "max_instances" {
  description = "Most instances of each service."
  type        = number
  default     = 100

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100
    error_message = "max_instances: expected 1..100."
  }
}

variable "min_instances" {
  description = "Instances that are kept warm; 0 costs nothing at rest and makes the first request wait for a start."
  type        = number
  default     = 0
}

variable "vendor_keys" {
  description = "Environment names of vendors' keys that the provider service reads; their values are put into Secret Manager by hand."
  type        = set(string)
  default     = ["OPENAI_API_KEY"]
}

variable "environment" {
  description = "Further settings of every container, by their names in the environment, such as { ROUTER_POLICY = \"cheapest\" }; they win over those of this module. No secrets: what stands here is in Terraform's state."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(regexall("(_KEY|_TOKEN|_PASSWORD|_SECRET|REDIS_URL|DATABASE_URL),", join("", formatlist("%s,", keys(var.environment))))) == 0
    error_message = "environment: the name of a secret (expected: settings; secrets are values in Secret Manager)."
  }
}

variable "redis_memory_gb" {
  description = "Memory of the Redis instance, GB."
  type        = number
  default     = 1
}

variable "database_tier" {
  description = "Machine type of the PostgreSQL instance; one of the Enterprise edition."
  type        = string
  default     = "db-custom-1-3840"
}

variable "otlp_endpoint" {
  description = "Collector that spans are sent to, such as http://10.20.0.5:4317 in the network; empty: no traces."
  type        = string
  default     = ""
}

variable "metrics_image" {
  description = "Google's collector that stands beside the gateway and writes its metrics for the alert on money."
  type        = string
  default     = "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.2.0"
}

variable "alert_email" {
  description = "Where alerts go."
  type        = string
}

variable "daily_budget_usd" {
  description = "US dollars a day from which on an alert is sent."
  type        = number
  default     = 100
}

variable "deletion_protection" {
  description = "Whether the database refuses to be destroyed."
  type        = bool
  default     = true
}
