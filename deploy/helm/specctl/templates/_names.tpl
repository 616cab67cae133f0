{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- /* Names and labels. The base is cut so that "-controller" and a hash of 10 behind it stay within 63. */ -}}
{{- define "specctl.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "specctl.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "specctl.controller" -}}{{ include "specctl.fullname" . }}-controller{{- end -}}
{{- define "specctl.agent" -}}{{ include "specctl.fullname" . }}-agent{{- end -}}

{{- /* The labels that selectors use: (dict "root" $ "component" "agent"). They never change. */ -}}
{{- define "specctl.selector" -}}
app.kubernetes.io/name: {{ include "specctl.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- /* metadata of an object: (dict "root" $ "component" "agent" "name" NAME ["labels" MAP] ["annotations" MAP]). */ -}}
{{- define "specctl.metadata" -}}
{{- $annotations := mergeOverwrite dict .root.Values.commonAnnotations (default dict .annotations) -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- $own := include "specctl.selector" . | fromYaml }}
  {{- $about := dict "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_")
        "app.kubernetes.io/version" .root.Chart.AppVersion
        "app.kubernetes.io/managed-by" .root.Release.Service
        "app.kubernetes.io/part-of" "specctl" }}
  {{- toYaml (mergeOverwrite dict .root.Values.commonLabels (default dict .labels) $about $own) | nindent 2 }}
{{- if $annotations }}
annotations:
  {{- toYaml $annotations | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* metadata of a pod template: no version of chart or program, or each bump would restart the pods. */ -}}
{{- define "specctl.podMetadata" -}}
{{- $labels := mergeOverwrite dict .root.Values.commonLabels (default dict .labels) -}}
{{- $annotations := mergeOverwrite dict (default dict .annotations) -}}
{{- if .root.Values.sidecars.optOut -}}
{{- $labels = mergeOverwrite (dict "sidecar.istio.io/inject" "false") $labels -}}
{{- $annotations = mergeOverwrite (dict "sidecar.istio.io/inject" "false" "linkerd.io/inject" "disabled") $annotations -}}
{{- end -}}
labels:
  {{- toYaml (mergeOverwrite $labels (include "specctl.selector" . | fromYaml)) | nindent 2 }}
{{- if $annotations }}
annotations:
  {{- toYaml $annotations | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "specctl.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "specctl.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "specctl.joinTokenSecret" -}}
{{- default (printf "%s-join-token" (include "specctl.fullname" .)) .Values.joinToken.existingSecret -}}
{{- end -}}

{{- /* The secret with a role's ca.crt, tls.crt and tls.key: (dict "root" $ "role" "agent"). */ -}}
{{- define "specctl.tlsSecret" -}}
{{- if eq .root.Values.tls.source "secrets" -}}
{{- required (printf "tls.secrets.%s: need the name of a secret with ca.crt, tls.crt and tls.key, for tls.source is secrets" .role) (get .root.Values.tls.secrets .role) -}}
{{- else -}}
{{- printf "%s-%s-tls" (include "specctl.fullname" .root) .role -}}
{{- end -}}
{{- end -}}

{{- /* How agents and jobs reach the controller; the names are those of its certificate. */ -}}
{{- define "specctl.controllerHost" -}}
{{- $host := printf "%s.%s.svc" (include "specctl.controller" .) .Release.Namespace -}}
{{- if .Values.clusterDomain -}}{{ printf "%s.%s" $host .Values.clusterDomain }}{{- else -}}{{ $host }}{{- end -}}
{{- end -}}

{{- define "specctl.controllerNames" -}}
{{- $name := include "specctl.controller" . -}}
{{- $names := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace)
      (printf "%s.%s.svc.%s" $name .Release.Namespace (default "cluster.local" .Values.clusterDomain)) "localhost" -}}
{{- toJson (concat $names .Values.tls.extraDnsNames | uniq) -}}
{{- end -}}

{{- define "specctl.controllerAddresses" -}}
{{- toJson (concat (list "127.0.0.1" "::1") .Values.tls.extraIpAddresses | uniq) -}}
{{- end -}}

{{- /* How many agents the release has. */ -}}
{{- define "specctl.agentCount" -}}
{{- mul .Values.agents.replicas .Values.agents.processesPerPod -}}
{{- end -}}

{{- define "specctl.dataClaim" -}}
{{- default (printf "%s-data" (include "specctl.controller" .)) .Values.controller.persistence.existingClaim -}}
{{- end -}}

{{- define "specctl.resultsClaim" -}}
{{- default (printf "%s-job-results" (include "specctl.fullname" .)) .Values.job.persistence.existingClaim -}}
{{- end -}}
