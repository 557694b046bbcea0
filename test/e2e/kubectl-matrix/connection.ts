/** Lines 1 to 20 of the matrix: connection, discovery and configuration. */
import { readFileSync } from 'node:fs'
import { line, type Story } from './line.ts'
import { pod, podIsThere } from './manifests.ts'

const golden = (name: string): string => readFileSync(new URL(`./golden/${name}.txt`, import.meta.url), 'utf8')

const apiVersions = `admissionregistration.k8s.io/v1
apiextensions.k8s.io/v1
apiregistration.k8s.io/v1
apps/v1
authentication.k8s.io/v1
authorization.k8s.io/v1
autoscaling/v1
autoscaling/v2
batch/v1
certificates.k8s.io/v1
coordination.k8s.io/v1
discovery.k8s.io/v1
events.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1
networking.k8s.io/v1
node.k8s.io/v1
policy/v1
rbac.authorization.k8s.io/v1
resource.k8s.io/v1
scheduling.k8s.io/v1
storage.k8s.io/v1
v1`

const metricTypes = [
  'apiserver_admission_controller_admission_duration_seconds histogram',
  'apiserver_admission_step_admission_duration_seconds histogram',
  'apiserver_audit_event_total counter',
  'apiserver_current_inflight_requests gauge',
  'apiserver_longrunning_requests gauge',
  'apiserver_request_duration_seconds histogram',
  'apiserver_request_total counter',
  'apiserver_response_sizes histogram',
  'apiserver_storage_objects gauge',
  'apiserver_watch_events_total counter',
  'authentication_attempts counter',
  'etcd_request_duration_seconds histogram',
  'kubernetes_build_info gauge',
  'process_cpu_seconds_total counter',
]

const clientVersion = `  "clientVersion": {
    "major": "1",
    "minor": "{number}",
    "gitVersion": "v{any}",
    "gitCommit": "{word}",
    "gitTreeState": "clean",
    "buildDate": "{time}",
    "goVersion": "go{word}",
    "compiler": "gc",
    "platform": "{any}"
  },
  "kustomizeVersion": "{any}"`

export const connection: readonly Story[] = [
  {
    name: 'connection',
    files: { 'pod.yaml': pod, second: 'apiVersion: v1\nkind: Config\n' },
    lines: [
      line(
        1,
        {
          run: 'version',
          prints: {
            '1.27':
              'Client Version: version.Info{{any}}\nKustomize Version: {any}\nServer Version: version.Info{Major:"1", Minor:"34", GitVersion:"v1.34.{any}", {any}}',
            '1.28': 'Client Version: v{any}\nKustomize Version: {any}\nServer Version: v1.34.{any}',
          },
          complains: '{lines}',
        },
        {
          run: 'version -o json',
          prints: {
            '1.27': `{\n${clientVersion},\n  "serverVersion": {\n${serverVersion([])}\n  }\n}`,
            '1.33': `{\n${clientVersion},\n  "serverVersion": {\n${serverVersion([
              '    "emulationMajor": "1",',
              '    "emulationMinor": "34",',
              '    "minCompatibilityMajor": "1",',
              '    "minCompatibilityMinor": "33",',
            ])}\n  }\n}`,
          },
          complains: '{lines}',
        },
      ),
      line(2, { run: 'version --client -o json', prints: `{\n${clientVersion}\n}` }),
      line(3, {
        run: 'cluster-info',
        prints:
          "Kubernetes control plane is running at $SERVER\n{lines}\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.",
      }),
      line(
        4,
        { run: 'cluster-info dump --output-directory=dump', prints: 'Cluster info dumped to dump' },
        { run: 'get -f dump/nodes.json -o jsonpath={.items[*].kind}', prints: '{any}Node{any}' },
        { run: 'get -f dump/$NS/services.json', complains: 'No resources found in $NS namespace.' },
      ),
      line(5, { run: 'api-versions', prints: apiVersions }),
      line(6, { run: 'api-resources', prints: golden('api-resources') }),
      line(7, { run: 'api-resources --namespaced=true --verbs=list,watch -o name', prints: golden('namespaced-resources') }),
      line(8, {
        run: 'api-resources --cached=false --api-group=apps',
        prints: `NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
controllerrevisions                apps/v1      true         ControllerRevision
daemonsets            ds           apps/v1      true         DaemonSet
deployments           deploy       apps/v1      true         Deployment
replicasets           rs           apps/v1      true         ReplicaSet
statefulsets          sts          apps/v1      true         StatefulSet`,
      }),
      line(
        9,
        { run: 'get --raw /readyz?verbose', prints: golden('readyz') },
        { run: 'get --raw /livez?verbose', prints: golden('livez') },
        { run: 'get --raw /healthz?verbose', prints: golden('livez').replace('livez check', 'healthz check') },
        { run: 'get --raw /livez/ping', prints: 'ok' },
        { run: 'get --raw /readyz/poststarthook/rbac/bootstrap-roles', prints: 'ok' },
        { run: 'get --raw /readyz?exclude=etcd', prints: 'ok' },
        {
          run: 'get --raw /readyz?verbose&exclude=etcd&exclude=zzz',
          prints: `${golden('readyz')
            .replace('[+]etcd ok', '[+]etcd excluded: ok')
            .replace('readyz check passed', 'warn: some health checks cannot be excluded: no matches for "zzz"\nreadyz check passed')}`,
        },
        {
          run: 'get --raw /livez/zzz',
          complains: 'Error from server (NotFound): the server could not find the requested resource',
          code: 1,
        },
      ),
      line(10, { run: 'get --raw /metrics', prints: `${metricTypes.map((one) => `{lines}\n# TYPE ${one}`).join('\n')}\n{lines}` }),
      line(11, {
        run: 'get --raw /openapi/v3',
        prints:
          '{"paths":{{any}"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash={word}"},{any}"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash={word}"},{any}}}',
      }),
      line(12, {
        run: 'get --raw /apis',
        prints:
          '{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"apiregistration.k8s.io","versions":[{"groupVersion":"apiregistration.k8s.io/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apiregistration.k8s.io/v1","version":"v1"}},{"name":"apps",{any}},{"name":"autoscaling","versions":[{"groupVersion":"autoscaling/v2","version":"v2"},{"groupVersion":"autoscaling/v1","version":"v1"}],"preferredVersion":{"groupVersion":"autoscaling/v2","version":"v2"}},{any}]}',
      }),
      line(13, {
        run: 'explain pods',
        prints: `KIND:       Pod
VERSION:    v1

DESCRIPTION:
{lines}
FIELDS:
  apiVersion	<string>
{lines}
  kind	<string>
{lines}
  metadata	<ObjectMeta>
{lines}
  spec	<PodSpec>
{lines}
  status	<PodStatus>
{lines}`,
      }),
      line(14, {
        run: 'explain pods.spec --recursive',
        prints: {
          '1.27': recursive(golden('explain-pod-spec').replace(/^ *enum: .*\n/gm, '')).replace('\n\n\n', '\n\n'),
          '1.28': recursive(golden('explain-pod-spec')),
        },
      }),
      line(15, {
        run: 'explain deploy --api-version=apps/v1 --output=plaintext-openapiv2',
        prints: `KIND:     Deployment
VERSION:  apps/v1

DESCRIPTION:
{lines}
FIELDS:
   apiVersion	<string>
{lines}
   kind	<string>
{lines}
   metadata	<Object>
{lines}
   spec	<Object>
{lines}
   status	<Object>
{lines}`,
      }),
      line(16, {
        run: 'get pods --context=none',
        complains: { '1.27': 'Error in configuration: context was not found for specified context: none' },
        code: 1,
      }),
      line(
        17,
        { run: 'config get-contexts -o name', prints: '{word}' },
        {
          run: 'config set-cluster other --server=https://other.example:1',
          prints: 'Cluster "other" set.',
          environment: { KUBECONFIG: 'second' },
        },
        { run: 'config set-credentials jane --token=abc', prints: 'User "jane" set.', environment: { KUBECONFIG: 'second' } },
        {
          run: 'config set-context there --cluster=other --user=jane',
          prints: 'Context "there" created.',
          environment: { KUBECONFIG: 'second' },
        },
        { run: 'config use-context there', prints: 'Switched to context "there".', environment: { KUBECONFIG: 'second' } },
        {
          run: 'config get-contexts',
          prints: 'CURRENT   NAME    CLUSTER   AUTHINFO   NAMESPACE\n*         there   other     jane',
          environment: { KUBECONFIG: 'second' },
        },
        {
          run: 'config view --minify --flatten',
          prints: `apiVersion: v1
clusters:
- cluster:
    server: https://other.example:1
  name: other
contexts:
- context:
    cluster: other
    user: jane
  name: there
current-context: there
kind: Config
preferences: {}
users:
- name: jane
  user:
    token: {word}`,
          environment: { KUBECONFIG: 'second' },
        },
      ),
      line(18, {
        run: 'proxy --port=0',
        prints: 'Starting to serve on 127.0.0.1:{port}',
        complains: '{lines}',
        isStopped: true,
        meanwhile: [
          {
            run: 'get --raw /api/ --server=http://127.0.0.1:$PORT',
            prints:
              '{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"{any}"}]}',
          },
          {
            run: 'get --raw /api/v1/namespaces/$NS/pods/p1/exec --server=http://127.0.0.1:$PORT',
            complains: 'Error from server (Forbidden): Forbidden',
            code: 1,
          },
        ],
      }),
      line(
        19,
        ...podIsThere,
        { run: '__complete get pods p', prints: 'p1\n:4', complains: 'Completion ended with directive: ShellCompDirectiveNoFileComp' },
        { run: 'completion bash', prints: '{lines}\n# Copyright 2016 The Kubernetes Authors.\n{lines}' },
      ),
      line(
        20,
        { run: 'options', prints: "The following options can be passed to any command:\n\n    --as='':\n{lines}" },
        {
          run: 'plugin list',
          complains: '{lines}\nerror: unable to find any kubectl plugins in your PATH',
          code: 1,
          environment: { PATH: '/nowhere' },
        },
      ),
    ],
  },
]

function recursive(fields: string): string {
  return `KIND:       Pod
VERSION:    v1

FIELD: spec <PodSpec>


DESCRIPTION:
{lines}
FIELDS:
${fields}`
}

function serverVersion(more: readonly string[]): string {
  const lines = ['    "major": "1",', '    "minor": "34",', ...more, '    "gitVersion": "v1.34.{any}",', '    "gitCommit": "{word}",']
  lines.push('    "gitTreeState": "clean",', '    "buildDate": "{time}",', '    "goVersion": "{any}",', '    "compiler": "{any}",')
  return [...lines, '    "platform": "{any}"'].join('\n')
}
