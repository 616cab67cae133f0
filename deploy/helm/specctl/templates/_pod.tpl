{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- /* What all pods share. */ -}}
{{- define "specctl.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry -}}
{{- $name := ternary (printf "%s/%s" $registry .Values.image.repository) .Values.image.repository (ne $registry "") -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $name .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* Fields of the pod that are the same everywhere. */ -}}
{{- define "specctl.podBase" -}}
serviceAccountName: {{ include "specctl.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "string" . }}{{ . }}{{ else }}{{ .name }}{{ end }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* The pod's security context: (dict "root" $ ["sysctls" MAP]). */ -}}
{{- define "specctl.podSecurityContext" -}}
{{- $openshift := .root.Values.openshift.enabled -}}
{{- if eq (toString $openshift) "auto" -}}
{{- $openshift = .root.Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
{{- end -}}
runAsNonRoot: true
{{- if not $openshift }}
runAsUser: {{ .root.Values.podSecurity.runAsUser }}
runAsGroup: {{ .root.Values.podSecurity.runAsGroup }}
fsGroup: {{ .root.Values.podSecurity.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- with .sysctls }}
sysctls:
  {{- range $name, $value := . }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "specctl.containerSecurityContext" -}}
runAsNonRoot: true
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "specctl.tlsArgs" -}}
{{- if eq .Values.tls.source "off" -}}
- --plaintext
{{- else -}}
- --tls-dir=/etc/specctl/tls
{{- end }}
{{- end -}}

{{- define "specctl.tlsMount" -}}
{{- if ne .Values.tls.source "off" -}}
- name: tls
  mountPath: /etc/specctl/tls
  readOnly: true
{{- end }}
{{- end -}}

{{- /* (dict "root" $ "role" "agent") */ -}}
{{- define "specctl.tlsVolume" -}}
{{- if ne .root.Values.tls.source "off" -}}
- name: tls
  secret:
    secretName: {{ include "specctl.tlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{- define "specctl.joinTokenEnv" -}}
- name: SPECCTL_JOIN_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ include "specctl.joinTokenSecret" . }}
      key: {{ .Values.joinToken.key }}
{{- end -}}

{{- /* Where a pod is, by which messages and figures name it. */ -}}
{{- define "specctl.placeEnv" -}}
- name: SPECCTL_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: SPECCTL_POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: SPECCTL_POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
- name: SPECCTL_NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
{{- end -}}

{{- define "specctl.apiKeyEnv" -}}
{{- range .Values.apiKeys }}
- name: {{ .env }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}
{{- end -}}

{{- /* The kubelet asks over plain HTTP: its gRPC probe has no client certificate. A busy agent is not a dead one: (dict "port" NAME). */ -}}
{{- define "specctl.probes" -}}
startupProbe:
  httpGet:
    path: /livez
    port: {{ .port }}
  periodSeconds: 1
  timeoutSeconds: 5
  failureThreshold: 60
readinessProbe:
  httpGet:
    path: /readyz
    port: {{ .port }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
livenessProbe:
  httpGet:
    path: /livez
    port: {{ .port }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{- /* A claim, or nothing kept: (dict "name" NAME "enabled" BOOL "claim" CLAIM). */ -}}
{{- define "specctl.claimVolume" -}}
- name: {{ .name }}
  {{- if .enabled }}
  persistentVolumeClaim:
    claimName: {{ .claim }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end -}}

{{- define "specctl.gpuNodeTerms" -}}
- key: nvidia.com/gpu.present
  operator: NotIn
  values: ["true"]
- key: cloud.google.com/gke-accelerator
  operator: DoesNotExist
- key: k8s.amazonaws.com/accelerator
  operator: DoesNotExist
- key: karpenter.k8s.aws/instance-gpu-name
  operator: DoesNotExist
{{- end -}}

{{- define "specctl.preferNoGpuNode" -}}
nodeAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      preference:
        matchExpressions:
          {{- include "specctl.gpuNodeTerms" . | nindent 10 }}
{{- end -}}
