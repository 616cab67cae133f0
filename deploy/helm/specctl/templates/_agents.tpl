{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- /* The agents' pod, whichever kind starts it. */ -}}
{{- define "specctl.agentResources" -}}
{{- if eq .Values.agents.pinning "guaranteed" -}}
{{- $requests := default dict .Values.agents.resources.requests -}}
{{- if not (regexMatch "^[1-9][0-9]*$" (toString (get $requests "cpu"))) -}}
{{- fail (printf "agents.resources.requests.cpu: need whole cores, for agents.pinning is guaranteed, got %q; for example --set agents.resources.requests.cpu=2" (toString (get $requests "cpu"))) -}}
{{- end -}}
{{- if not (get $requests "memory") -}}
{{- fail "agents.resources.requests.memory: need a size, for agents.pinning is guaranteed" -}}
{{- end -}}
{{- toYaml (dict "requests" $requests "limits" $requests) -}}
{{- else -}}
{{- toYaml .Values.agents.resources -}}
{{- end -}}
{{- end -}}

{{- define "specctl.servingPodTerms" -}}
{{- range .Values.agents.avoid.servingPodLabels }}
- labelSelector:
    matchLabels:
      {{- toYaml . | nindent 6 }}
  namespaceSelector: {}
  topologyKey: kubernetes.io/hostname
{{- end }}
{{- end -}}

{{- define "specctl.agentAffinity" -}}
{{- if .Values.agents.affinity -}}
{{- toYaml .Values.agents.affinity -}}
{{- else -}}
{{- if eq .Values.agents.avoid.gpuNodes "preferred" }}
{{ include "specctl.preferNoGpuNode" . }}
{{- else if eq .Values.agents.avoid.gpuNodes "required" }}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
      - matchExpressions:
          {{- include "specctl.gpuNodeTerms" . | nindent 10 }}
{{- end }}
{{- if .Values.agents.avoid.servingPodLabels }}
{{- if eq .Values.agents.avoid.servingPods "preferred" }}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    {{- range include "specctl.servingPodTerms" . | fromYamlArray }}
    - weight: 100
      podAffinityTerm:
        {{- toYaml . | nindent 8 }}
    {{- end }}
{{- else if eq .Values.agents.avoid.servingPods "required" }}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    {{- include "specctl.servingPodTerms" . | nindent 4 }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* A process and its health: each agent of a pod has a container, a port and a name of its own. */ -}}
{{- define "specctl.agentContainer" -}}
{{- $several := gt (int .root.Values.agents.processesPerPod) 1 -}}
{{- $port := add 8080 .index -}}
{{- $portName := ternary "http" (printf "http-%d" .index) (eq .index 0) -}}
- name: {{ ternary (printf "agent-%d" .index) "agent" $several }}
  image: {{ include "specctl.image" .root | quote }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - agent
    - --controller=dns:///{{ include "specctl.controllerHost" .root }}:7070
    {{- include "specctl.tlsArgs" .root | nindent 4 }}
    {{- if $several }}
    - --name=$(SPECCTL_POD_NAME)/{{ .index }}
    {{- end }}
    - --spool-dir=/spool
    - "--http={{ .root.Values.listenAddress }}:{{ $port }}"
    - --log-format={{ .root.Values.logFormat }}
    {{- with .root.Values.agents.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  env:
    {{- include "specctl.joinTokenEnv" .root | nindent 4 }}
    {{- include "specctl.placeEnv" .root | nindent 4 }}
    {{- with .root.Values.agents.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - name: {{ $portName }}
      containerPort: {{ $port }}
      protocol: TCP
  {{- include "specctl.probes" (dict "port" $portName) | nindent 2 }}
  securityContext:
    {{- include "specctl.containerSecurityContext" .root | nindent 4 }}
  resources:
    {{- include "specctl.agentResources" .root | nindent 4 }}
  volumeMounts:
    {{- include "specctl.tlsMount" .root | nindent 4 }}
    - name: spool
      mountPath: /spool
    - name: tmp
      mountPath: /tmp
    {{- with .root.Values.agents.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "specctl.agentPod" -}}
metadata:
  {{- include "specctl.podMetadata" (dict "root" . "component" "agent" "labels" .Values.agents.podLabels "annotations" .Values.agents.podAnnotations) | nindent 2 }}
spec:
  {{- include "specctl.podBase" . | nindent 2 }}
  securityContext:
    {{- include "specctl.podSecurityContext" (dict "root" . "sysctls" .Values.agents.sysctls) | nindent 4 }}
  terminationGracePeriodSeconds: {{ .Values.agents.terminationGracePeriodSeconds }}
  {{- with .Values.agents.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.agents.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .Values.agents.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.agents.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.agents.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "specctl.agentAffinity" . | trim }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- if and .Values.agents.spread.enabled (ne .Values.agents.kind "DaemonSet") }}
  topologySpreadConstraints:
    - maxSkew: {{ .Values.agents.spread.maxSkew }}
      topologyKey: {{ .Values.agents.spread.topologyKey }}
      whenUnsatisfiable: {{ .Values.agents.spread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "specctl.selector" (dict "root" . "component" "agent") | nindent 10 }}
  {{- end }}
  containers:
    {{- range $index := until (int .Values.agents.processesPerPod) }}
    {{- include "specctl.agentContainer" (dict "root" $ "index" $index) | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "specctl.tlsVolume" (dict "root" . "role" "agent") | nindent 4 }}
    {{- /* An agent spools 1 GiB at most. */}}
    - name: spool
      emptyDir:
        sizeLimit: {{ mul 1280 .Values.agents.processesPerPod }}Mi
    - name: tmp
      emptyDir: {}
    {{- with .Values.agents.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
