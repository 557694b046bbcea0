/** Lines 156 to 167 of the matrix: deleting, and what goes and what stays. */
import { line, type Story } from './line.ts'
import { configMap, deployment, list, pod, podIsThere } from './manifests.ts'

const immediately =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.'

const appOf = (name: string): readonly { run: string; prints: string; eventually?: true }[] => [
  { run: `create deployment ${name} --image=nginx`, prints: `deployment.apps/${name} created` },
  { run: `get rs,pods -l app=${name} -o name`, prints: `replicaset.apps/${name}-{hash}\npod/${name}-{hash}-{hash}`, eventually: true },
]

export const deletion: readonly Story[] = [
  {
    name: 'delete',
    files: {
      'pod.yaml': pod,
      'dep.yaml': deployment('nginx:1'),
      'kust/kustomization.yaml': 'namePrefix: x-\nresources: [cm.yaml]\n',
      'kust/cm.yaml': configMap('cm1'),
      'list.yaml': list(),
      'cm.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm1"},"data":{"a":"new"}}',
    },
    lines: [
      line(
        156,
        ...podIsThere,
        { run: 'delete pod p1 --force --grace-period=0', prints: 'pod "p1" force deleted', complains: immediately },
        {
          run: 'get pod p1',
          complains: 'Error from server (NotFound): pods "p1" not found',
          code: 1,
        },
      ),
      line(
        157,
        { run: 'create configmap cm0 --from-literal=a=b', prints: 'configmap/cm0 created' },
        {
          run: 'delete cm cm0 --cascade=foreground --grace-period=0 --force',
          prints: 'configmap "cm0" force deleted',
          complains: immediately,
        },
        { run: 'get cm cm0', complains: 'Error from server (NotFound): configmaps "cm0" not found', code: 1 },
      ),
      line(
        158,
        ...appOf('d2'),
        { run: 'delete deploy d2 --cascade=orphan --ignore-not-found', prints: 'deployment.apps "d2" deleted' },
        { run: 'get deploy,rs,pods -l app=d2 -o name', prints: 'replicaset.apps/d2-{hash}\npod/d2-{hash}-{hash}' },
        { run: 'get rs -l app=d2 -o jsonpath={.items[*].metadata.ownerReferences}' },
        { run: 'delete rs -l app=d2', prints: 'replicaset.apps "d2-{hash}" deleted' },
      ),
      line(
        159,
        ...appOf('d3'),
        { run: 'delete deploy d3', prints: 'deployment.apps "d3" deleted' },
        { run: 'get deploy,rs,pods -l app=d3 -o name', eventually: true },
        { run: 'delete deploy d3', complains: 'Error from server (NotFound): deployments.apps "d3" not found', code: 1 },
      ),
      line(161, { run: 'delete pods -l app=web --field-selector=status.phase=Failed', prints: 'No resources found' }),
      line(
        164,
        { run: 'create -f list.yaml', prints: 'configmap/l1 created\nconfigmap/l2 created' },
        { run: 'delete cm l1 --dry-run=server', prints: 'configmap "l1" deleted (server dry run)' },
        { run: 'get cm l1 -o name', prints: 'configmap/l1' },
      ),
      line(
        165,
        { run: 'create -k kust', prints: 'configmap/x-cm1 created' },
        { run: 'delete -k kust --ignore-not-found', prints: 'configmap "x-cm1" deleted' },
        { run: 'delete -k kust --ignore-not-found' },
      ),
      line(
        167,
        { run: 'create configmap cm1 --from-literal=a=b', prints: 'configmap/cm1 created' },
        {
          run: 'replace --raw /api/v1/namespaces/$NS/configmaps/cm1 -f cm.json',
          prints:
            '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"cm1","namespace":"$NS","uid":"{uid}","resourceVersion":"{number}","creationTimestamp":"{time}","managedFields":[{any}]},"data":{"a":"new"}}',
        },
      ),
      line(166, {
        run: 'delete --raw /api/v1/namespaces/$NS/configmaps/cm1',
        prints:
          '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"cm1","kind":"configmaps","uid":"{uid}"}}',
      }),
    ],
  },
  {
    name: 'delete-everything',
    files: { 'pod.yaml': pod },
    lines: [
      line(
        160,
        ...podIsThere,
        { run: 'run p2 --image=nginx', prints: 'pod/p2 created' },
        { run: 'delete pods --all', prints: 'pod "p1" deleted\npod "p2" deleted' },
        { run: 'get pods', complains: 'No resources found in $NS namespace.' },
      ),
      line(
        162,
        ...appOf('d4'),
        { run: 'create service clusterip svc1 --tcp=80:80', prints: 'service/svc1 created' },
        { run: 'create cronjob cj1 --image=busybox --schedule="*/5 * * * *"', prints: 'cronjob.batch/cj1 created' },
        {
          run: 'delete all --all',
          prints: `pod "d4-{hash}-{hash}" deleted
service "svc1" deleted
deployment.apps "d4" deleted
{lines}
cronjob.batch "cj1" deleted`,
          complains: '{lines}',
        },
        { run: 'get all', complains: 'No resources found in $NS namespace.', eventually: true },
      ),
      line(
        163,
        { run: 'create namespace $NS-gone', prints: 'namespace/$NS-gone created' },
        { run: 'create configmap kept -n $NS-gone', prints: 'configmap/kept created' },
        { run: `patch configmap kept -n $NS-gone -p '{"metadata":{"finalizers":["example.com/hold"]}}'`, prints: 'configmap/kept patched' },
        { run: 'delete namespace $NS-gone --wait=false', prints: 'namespace "$NS-gone" deleted' },
        {
          run: 'create configmap more -n $NS-gone',
          complains:
            'error: failed to create configmap: configmaps "more" is forbidden: unable to create new content in namespace $NS-gone because it is being terminated',
          code: 1,
        },
        {
          run: `get namespace $NS-gone -o 'jsonpath={.status.phase}{range .status.conditions[*]}{"\\n"}{.type}={.status}{end}'`,
          eventually: true,
          prints: `Terminating
NamespaceDeletionDiscoveryFailure=False
NamespaceDeletionGroupVersionParsingFailure=False
NamespaceDeletionContentFailure=False
NamespaceContentRemaining=True
NamespaceFinalizersRemaining=True`,
        },
        { run: `patch configmap kept -n $NS-gone --type=merge -p '{"metadata":{"finalizers":null}}'`, prints: 'configmap/kept patched' },
        { run: 'wait namespace/$NS-gone --for=delete --timeout=30s', prints: '{lines}' },
        { run: 'get namespace $NS-gone', complains: 'Error from server (NotFound): namespaces "$NS-gone" not found', code: 1 },
      ),
    ],
  },
]
