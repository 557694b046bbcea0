/** Lines 56 to 90 of the matrix: getting things, in every form. */
import { line, type Story } from './line.ts'
import { deployment, pod, podIsThere, webIsThere } from './manifests.ts'

const webPod = 'web-{hash}-{hash}   1/1     Running   0          {age}'
const apiService = (name: string): string => `${name}   Local     True        {age}`

export const read: readonly Story[] = [
  {
    name: 'get-pods',
    files: { 'dep.yaml': deployment('nginx:1'), 'pod.yaml': pod },
    before: [
      ...webIsThere,
      ...podIsThere,
      { run: 'create configmap cm1 --from-literal=a=b', prints: 'configmap/cm1 created' },
      { run: 'create service clusterip svc1 --tcp=80:80', prints: 'service/svc1 created' },
    ],
    lines: [
      line(56, {
        run: 'get pods',
        prints: `NAME   READY   STATUS   RESTARTS   AGE\np1     1/1     Running   0          {age}\n${webPod}\n${webPod}`,
      }),
      line(57, {
        run: 'get pods -o wide',
        prints: `NAME   READY   STATUS   RESTARTS   AGE   IP   NODE   NOMINATED NODE   READINESS GATES
p1     1/1     Running   0          {age}   {ip}   {word}   <none>   <none>
${webPod}   {ip}   {word}   <none>   <none>
${webPod}   {ip}   {word}   <none>   <none>`,
      }),
      line(58, {
        run: 'get pods -A',
        prints: `NAMESPACE   NAME   READY   STATUS   RESTARTS   AGE\n{lines}\n$NS   p1   1/1   Running   0   {age}\n{lines}`,
      }),
      line(
        59,
        { run: 'get pods -l app=web', prints: `NAME   READY   STATUS   RESTARTS   AGE\n${webPod}\n${webPod}` },
        { run: "get pods -l 'app in (one,two)' -o name", prints: 'pod/p1' },
        { run: "get pods -l 'app notin (web)' -o name", prints: 'pod/p1' },
        { run: "get pods -l '!pod-template-hash' -o name", prints: 'pod/p1' },
      ),
      line(
        60,
        { run: 'get pods --field-selector=status.phase=Running,metadata.name=p1 -o name', prints: 'pod/p1' },
        { run: 'get pods --field-selector=status.phase=Running,spec.nodeName=nowhere', complains: 'No resources found in $NS namespace.' },
        {
          run: 'get pods --field-selector=x=y',
          complains:
            'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "x=y": field label not supported: x',
          code: 1,
        },
        {
          run: 'get configmaps --field-selector=x=y',
          complains:
            'Error from server (BadRequest): Unable to find "/v1, Resource=configmaps" that match label selector "", field selector "x=y": "x" is not a known field selector: only "metadata.name", "metadata.namespace"',
          code: 1,
        },
      ),
      line(
        61,
        { run: 'get pods p1 -o yaml', prints: podYaml('') },
        {
          run: 'get pods p1 -o yaml --show-managed-fields',
          prints: podYaml(
            '  managedFields:\n{lines}\n    manager: kubectl-create\n{lines}\n    manager: kubelet\n    operation: Update\n    subresource: status\n    time: "{time}"\n',
          ),
        },
      ),
      line(62, { run: 'get pods p1 -o jsonpath={.status.phase}', prints: 'Running' }),
      line(63, {
        run: 'get pods --show-labels --sort-by=.metadata.name',
        prints: `NAME   READY   STATUS   RESTARTS   AGE   LABELS
p1     1/1     Running   0          {age}   app=one
${webPod}   app=web,pod-template-hash={hash}
${webPod}   app=web,pod-template-hash={hash}`,
      }),
      line(64, {
        run: 'get pods --chunk-size=2',
        prints: `NAME   READY   STATUS   RESTARTS   AGE\np1     1/1     Running   0          {age}\n${webPod}\n${webPod}`,
      }),
      line(66, { run: 'get pods -o name', prints: 'pod/p1\npod/web-{hash}-{hash}\npod/web-{hash}-{hash}' }),
      line(67, { run: 'get pods -o custom-columns=N:.metadata.name', prints: 'N\np1\nweb-{hash}-{hash}\nweb-{hash}-{hash}' }),
      line(68, {
        run: 'get all',
        prints: `NAME   READY   STATUS   RESTARTS   AGE
pod/p1     1/1     Running   0          {age}
pod/${webPod}
pod/${webPod}

NAME           TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
service/svc1   ClusterIP   {ip}         <none>        80/TCP    {age}

NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   2/2     2            2           {age}

NAME                         DESIRED   CURRENT   READY   AGE
replicaset.apps/web-{hash}   2         2         2       {age}`,
      }),
      line(69, {
        run: 'get deploy,svc,cm',
        prints: `NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   2/2     2            2           {age}

NAME           TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
service/svc1   ClusterIP   {ip}         <none>        80/TCP    {age}

NAME                         DATA   AGE
configmap/cm1                1      {age}
configmap/kube-root-ca.crt   1      {age}`,
      }),
      line(
        70,
        {
          run: 'get deploy/web svc/svc1',
          prints: `NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   2/2     2            2           {age}

NAME           TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
service/svc1   ClusterIP   {ip}         <none>        80/TCP    {age}`,
        },
        {
          run: 'get deploy/web svc/nope',
          prints: `NAME   READY   UP-TO-DATE   AVAILABLE   AGE
web    2/2     2            2           {age}`,
          complains: 'Error from server (NotFound): services "nope" not found',
          code: 1,
        },
      ),
      line(71, {
        run: 'get -f dep.yaml',
        prints: 'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    2/2     2            2           {age}',
      }),
      line(72, {
        run: 'get deploy.v1.apps',
        prints: 'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    2/2     2            2           {age}',
      }),
      line(73, { run: 'get nonexistent', complains: 'error: the server doesn\'t have a resource type "nonexistent"', code: 1 }),
      line(
        74,
        { run: 'get pods missing --ignore-not-found' },
        {
          run: 'get pods missing',
          complains: 'Error from server (NotFound): pods "missing" not found',
          code: 1,
        },
      ),
      line(75, {
        run: 'get deploy web --subresource=scale',
        prints: 'NAME   DESIRED   AVAILABLE   AGE\nweb    2         2           {age}',
      }),
      line(76, {
        run: 'get deploy web --subresource=status -o yaml',
        prints: `{lines}
status:
  availableReplicas: 2
  conditions:
  - lastTransitionTime: "{time}"
    lastUpdateTime: "{time}"
    message: Deployment has minimum availability.
    reason: MinimumReplicasAvailable
    status: "True"
    type: Available
  - lastTransitionTime: "{time}"
    lastUpdateTime: "{time}"
    message: ReplicaSet "web-{hash}" has successfully progressed.
    reason: NewReplicaSetAvailable
    status: "True"
    type: Progressing
  observedGeneration: 1
  readyReplicas: 2
  replicas: 2
  updatedReplicas: 2`,
      }),
      line(88, {
        run: 'get pods --server-print=false',
        prints: 'NAME   AGE\np1     {age}\nweb-{hash}-{hash}   {age}\nweb-{hash}-{hash}   {age}',
      }),
      line(89, {
        run: 'get pods --as=jane --as-group=dev',
        complains:
          'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "$NS"',
        code: 1,
      }),
      line(83, {
        run: 'get events --sort-by=.lastTimestamp',
        prints: `LAST SEEN   TYPE     REASON              OBJECT   MESSAGE
{lines}
{age}         Normal   ScalingReplicaSet   deployment/web   Scaled up replica set web-{hash} from 0 to 2
{lines}`,
      }),
      line(
        84,
        {
          run: 'get events --field-selector involvedObject.kind=Pod,type=Warning,reason=Failed',
          complains: 'No resources found in $NS namespace.',
        },
        {
          run: 'get events --field-selector involvedObject.kind=Pod,type=Normal,reason=Scheduled,involvedObject.name=p1',
          prints:
            'LAST SEEN   TYPE     REASON      OBJECT   MESSAGE\n{age}         Normal   Scheduled   pod/p1   Successfully assigned $NS/p1 to {word}',
        },
        {
          run: 'get events.events.k8s.io --field-selector regarding.name=p1,reason=Started',
          prints: 'LAST SEEN   TYPE     REASON    OBJECT   MESSAGE\n{age}         Normal   Started   pod/p1   Started container c',
        },
      ),
    ],
  },
  {
    name: 'get-cluster',
    before: [
      {
        run: 'create -f -',
        input: `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: matrix-slow}
provisioner: example.com/disk
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: matrix-edge}
spec: {controller: example.com/edge}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: matrix-quick}
handler: quick
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: matrix-disk}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {storage: 1Gi}
  hostPath: {path: /disk}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: matrix-gold}
driverName: example.com
parameters: {iops: '1'}
`,
        prints:
          'storageclass.storage.k8s.io/matrix-slow created\ningressclass.networking.k8s.io/matrix-edge created\nruntimeclass.node.k8s.io/matrix-quick created\npersistentvolume/matrix-disk created\nvolumeattributesclass.storage.k8s.io/matrix-gold created',
      },
    ],
    lines: [
      line(
        65,
        { run: 'create secret generic s1 --from-literal=a=b', prints: 'secret/s1 created' },
        {
          run: 'get secrets -A --chunk-size=0',
          prints: 'NAMESPACE   NAME   TYPE   DATA   AGE\n{lines}\n$NS   s1   Opaque   1   {age}\n{lines}',
        },
      ),
      line(77, {
        run: 'get nodes -o wide',
        prints: `NAME   STATUS   ROLES   AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   KERNEL-VERSION   CONTAINER-RUNTIME
{lines}
$NODE   {word}   <none>   {age}   v1.34.{number}   {ip}   <none>   {any}   {any}   {word}://{word}
{lines}`,
      }),
      line(78, {
        run: 'get componentstatuses',
        prints: 'NAME   STATUS   MESSAGE   ERROR\ncontroller-manager   Healthy   ok\netcd-0   Healthy   ok\nscheduler   Healthy   ok',
        complains: 'Warning: v1 ComponentStatus is deprecated in v1.19+',
      }),
      line(79, {
        run: 'get csr,sc,pv,ingressclass,priorityclass,runtimeclass,vac',
        prints: `{lines}
NAME   PROVISIONER   RECLAIMPOLICY   VOLUMEBINDINGMODE   ALLOWVOLUMEEXPANSION   AGE
{lines}
storageclass.storage.k8s.io/matrix-slow   example.com/disk   Delete   WaitForFirstConsumer   true   {age}
{lines}
NAME   CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM   STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
{lines}
persistentvolume/matrix-disk   1Gi   RWO   Retain   Available   <unset>   {age}
{lines}
NAME   CONTROLLER   PARAMETERS   AGE
{lines}
ingressclass.networking.k8s.io/matrix-edge   example.com/edge   <none>   {age}
{lines}
NAME   VALUE   GLOBAL-DEFAULT   AGE   PREEMPTIONPOLICY
{lines}
priorityclass.scheduling.k8s.io/system-cluster-critical   2000000000   false   {age}   PreemptLowerPriority
priorityclass.scheduling.k8s.io/system-node-critical   2000001000   false   {age}   PreemptLowerPriority

NAME   HANDLER   AGE
runtimeclass.node.k8s.io/matrix-quick   quick   {age}
{lines}
volumeattributesclass.storage.k8s.io/matrix-gold   example.com   {age}
{lines}`,
      }),
      line(
        80,
        {
          run: 'get mutatingwebhookconfigurations,validatingadmissionpolicies,flowschemas',
          prints: `NAME   PRIORITYLEVEL   MATCHINGPRECEDENCE   DISTINGUISHERMETHOD   AGE   MISSINGPL
flowschema.flowcontrol.apiserver.k8s.io/exempt                           exempt            1       <none>           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/probes                           exempt            2       <none>           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/system-leader-election           leader-election   100     ByUser           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/system-node-high                 node-high         400     ByUser           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/system-nodes                     system            500     ByUser           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/kube-controller-manager          workload-high     800     ByNamespace      {age}   False
flowschema.flowcontrol.apiserver.k8s.io/kube-scheduler                   workload-high     800     ByNamespace      {age}   False
flowschema.flowcontrol.apiserver.k8s.io/kube-system-service-accounts     workload-high     900     ByNamespace      {age}   False
flowschema.flowcontrol.apiserver.k8s.io/service-accounts                 workload-low      9000    ByUser           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/global-default                   global-default    9900    ByUser           {age}   False
flowschema.flowcontrol.apiserver.k8s.io/catch-all                        catch-all         10000   ByUser           {age}   False`,
        },
        {
          run: 'get prioritylevelconfigurations',
          prints: `NAME              TYPE      NOMINALCONCURRENCYSHARES   QUEUES   HANDSIZE   QUEUELENGTHLIMIT   AGE
catch-all         Limited   5                          <none>   <none>     <none>             {age}
exempt            Exempt    <none>                     <none>   <none>     <none>             {age}
global-default    Limited   20                         128      6          50                 {age}
leader-election   Limited   10                         16       4          50                 {age}
node-high         Limited   40                         64       6          50                 {age}
system            Limited   30                         64       6          50                 {age}
workload-high     Limited   40                         128      6          50                 {age}
workload-low      Limited   100                        128      6          50                 {age}`,
        },
      ),
      line(82, {
        run: 'get apiservices',
        prints: `NAME   SERVICE   AVAILABLE   AGE
${apiService('v1.')}
${['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apps', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io', 'flowcontrol.apiserver.k8s.io', 'networking.k8s.io', 'node.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'resource.k8s.io', 'scheduling.k8s.io', 'storage.k8s.io'].map((group) => apiService(`v1.${group}`)).join('\n')}
${apiService('v2.autoscaling')}`,
      }),
    ],
  },
  {
    name: 'watch',
    files: { 'pod.yaml': pod },
    before: podIsThere,
    lines: [
      line(85, {
        run: 'get pods --watch --request-timeout=30s',
        prints:
          'NAME   READY   STATUS   RESTARTS   AGE\np1     1/1     Running   0          {age}\np1     1/1     Running   0          {age}',
        isStopped: true,
        meanwhile: [{ run: 'label pod p1 a=b', prints: 'pod/p1 labeled' }],
      }),
      line(86, {
        run: 'get pods p1 -w --request-timeout=1s',
        prints: 'NAME   READY   STATUS    RESTARTS   AGE\np1     1/1     Running   0          {age}',
      }),
      line(87, {
        run: 'get pods -w --output-watch-events --request-timeout=30s',
        prints: `EVENT      NAME   READY   STATUS    RESTARTS   AGE
ADDED      p1     1/1     Running   0          {age}
MODIFIED   p1     1/1     Running   0          {age}
MODIFIED   p1     1/1     Terminating   0      {age}
{lines}
DELETED    p1     {any}   0   {age}`,
        isStopped: true,
        meanwhile: [
          { run: 'label pod p1 a-', prints: 'pod/p1 unlabeled' },
          { run: 'delete pod p1', prints: 'pod "p1" deleted' },
        ],
      }),
    ],
  },
]

function podYaml(managedFields: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: "{time}"
  generation: 1
  labels:
    app: one
${managedFields}  name: p1
  namespace: $NS
  resourceVersion: "{number}"
  uid: {uid}
spec:
  containers:
  - image: nginx:1
    imagePullPolicy: IfNotPresent
    name: c
    resources: {}
    terminationMessagePath: /dev/termination-log
    terminationMessagePolicy: File
    volumeMounts:
    - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      name: kube-api-access-{hash}
      readOnly: true
  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  nodeName: {word}
  preemptionPolicy: PreemptLowerPriority
  priority: 0
  restartPolicy: Always
  schedulerName: default-scheduler
  securityContext: {}
  serviceAccount: default
  serviceAccountName: default
  terminationGracePeriodSeconds: 30
  tolerations:
  - effect: NoExecute
    key: node.kubernetes.io/not-ready
    operator: Exists
    tolerationSeconds: 300
  - effect: NoExecute
    key: node.kubernetes.io/unreachable
    operator: Exists
    tolerationSeconds: 300
  volumes:
  - name: kube-api-access-{hash}
    projected:
      defaultMode: 420
      sources:
      - serviceAccountToken:
          expirationSeconds: 3607
          path: token
      - configMap:
          items:
          - key: ca.crt
            path: ca.crt
          name: kube-root-ca.crt
      - downwardAPI:
          items:
          - fieldRef:
              apiVersion: v1
              fieldPath: metadata.namespace
            path: namespace
status:
  conditions:
{lines}
  phase: Running
  podIP: {ip}
  podIPs:
  - ip: {ip}
  qosClass: BestEffort
  startTime: "{time}"`
}
