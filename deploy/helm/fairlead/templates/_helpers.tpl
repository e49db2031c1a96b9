{{/* Names and labels. A service is called with (dict "root" $ "name" "scorer"). */}}
{{- define "fairlead.fullname" -}}
{{- printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "fairlead.selector" -}}
app.kubernetes.io/name: fairlead
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "fairlead.labels" -}}
{{ include "fairlead.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "fairlead.secretName" -}}
{{- default (printf "%s-secrets" .Release.Name) .Values.secrets.existing -}}
{{- end -}}

{{/* The secret names of the environment that one service is given. */}}
{{- define "fairlead.secretKeys" -}}
{{- $all := list "FAIRLEAD_SECURITY_SERVICE_TOKEN" "FAIRLEAD_TELEMETRY_OTLP_HEADERS" -}}
{{- $own := dict
  "gateway" (list "ADMIN_TOKEN" "FAIRLEAD_LEDGER_PASSWORD" "DATABASE_URL" "FAIRLEAD_ALERTS_WEBHOOK_SECRET" "REDIS_URL")
  "scorer" list
  "cache" (list "REDIS_URL")
  "provider" list -}}
{{- concat $all (get $own .name) (index .root.Values .name "secretKeys") | uniq | toJson -}}
{{- end -}}

{{/* Whether a service may have been told of Redis; what a Secret that is there holds is not known here. */}}
{{- define "fairlead.redis" -}}
{{- $values := .root.Values -}}
{{- $told := or $values.redis.url $values.secrets.existing (hasKey $values.secrets.values "REDIS_URL") -}}
{{- $own := or (hasKey (index $values .name "env") "REDIS_URL") (dig "redis" "url" "" $values.config) -}}
{{- if and (has .name (list "gateway" "cache")) (or $told $own) -}}true{{- end -}}
{{- end -}}

{{/* The same of the gateway and PostgreSQL. */}}
{{- define "fairlead.postgres" -}}
{{- $values := .root.Values -}}
{{- $told := or $values.ledger.url $values.secrets.existing (hasKey $values.secrets.values "DATABASE_URL") -}}
{{- $own := or (hasKey $values.gateway.env "DATABASE_URL") (dig "ledger" "url" "" $values.config) -}}
{{- if and (eq .name "gateway") (or $told $own) -}}true{{- end -}}
{{- end -}}

{{/* Where probes and scrapes go: with TLS at the gateway's doors to a plain port of its own. */}}
{{- define "fairlead.health" -}}
{{- $ports := include "fairlead.ports" . | fromJson -}}
{{- if and (eq .name "gateway") .root.Values.tls.edge.secret -}}8180{{- else -}}{{ $ports.health }}{{- end -}}
{{- end -}}

{{/* The name of that port. */}}
{{- define "fairlead.probe" -}}
{{- if and (eq .name "gateway") (not .root.Values.tls.edge.secret) -}}http{{- else -}}health{{- end -}}
{{- end -}}

{{/* Ports by service: what it serves, and where its health and metrics are. */}}
{{- define "fairlead.ports" -}}
{{- $ports := dict
  "gateway" (dict "grpc" 7000 "health" 8080)
  "scorer" (dict "grpc" 7001 "health" 7101)
  "cache" (dict "grpc" 7002 "health" 7102)
  "provider" (dict "grpc" 7003 "health" 7103) -}}
{{- get $ports .name | toJson -}}
{{- end -}}
