resource "google_monitoring_notification_channel" "email" {
  display_name = "Fairlead"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

# From Cloud Run's and the load balancer's own metrics, which are there without a scraper.
resource "google_monitoring_alert_policy" "errors" {
  display_name          = "Fairlead: answers of 5xx"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "more than one a second for five minutes"
    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${google_cloud_run_v2_service.gateway.name}\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "latency" {
  display_name          = "Fairlead: slow answers"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "95 % take more than 30 s for ten minutes"
    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${google_cloud_run_v2_service.gateway.name}\" AND metric.type = \"run.googleapis.com/request_latencies\""
      comparison      = "COMPARISON_GT"
      threshold_value = 30000
      duration        = "600s"
      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_PERCENTILE_95"
      }
    }
  }
}

# The collector beside the gateway writes this metric, the first time after this policy is made.
resource "google_monitoring_alert_policy" "spend" {
  display_name          = "Fairlead: daily budget"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "spent in 24 hours"
    condition_prometheus_query_language {
      query                     = "sum(increase(llm_router_cost_usd_total[1d])) > ${var.daily_budget_usd}"
      duration                  = "300s"
      evaluation_interval       = "60s"
      disable_metric_validation = true
    }
  }
}
