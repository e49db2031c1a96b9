resource "google_compute_network" "main" {
  name                    = var.name
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "main" {
  name                     = var.name
  network                  = google_compute_network.main.id
  region                   = var.region
  ip_cidr_range            = "10.20.0.0/20"
  private_ip_google_access = true
}

# Cloud Run reaches Redis and PostgreSQL, which have private addresses only, through this connector.
resource "google_vpc_access_connector" "main" {
  name          = "${var.name}-run"
  region        = var.region
  network       = google_compute_network.main.name
  ip_cidr_range = "10.20.16.0/28"
  min_instances = 2
  max_instances = 4
  machine_type  = "e2-micro"
}

resource "google_compute_global_address" "private_services" {
  name          = "${var.name}-services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
  network       = google_compute_network.main.id
}

resource "google_service_networking_connection" "private_services" {
  network                 = google_compute_network.main.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.private_services.name]
}
