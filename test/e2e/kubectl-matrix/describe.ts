/** Lines 93 to 103 of the matrix: describing things, and what happened to them. */
import { line, type Story } from './line.ts'
import { deployment, pod, podIsThere, webIsThere } from './manifests.ts'

const statefulSet = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: st1}
spec:
  replicas: 1
  serviceName: st1
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers: [{name: c, image: nginx}]
`

export const describe: readonly Story[] = [
  {
    name: 'describe',
    files: { 'dep.yaml': deployment('nginx:1'), 'pod.yaml': pod, 'sts.yaml': statefulSet },
    before: [...webIsThere, ...podIsThere],
    lines: [
      line(93, {
        run: 'describe deploy web',
        prints: `Name:                   web
Namespace:              $NS
CreationTimestamp:      {date}
Labels:                 app=web
Annotations:            deployment.kubernetes.io/revision: 1
Selector:               app=web
Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 25% max surge
Pod Template:
  Labels:  app=web
  Containers:
   c:
    Image:         nginx:1
    Port:          80/TCP
    Host Port:     0/TCP
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
{lines}
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
  Progressing    True    NewReplicaSetAvailable
OldReplicaSets:  <none>
NewReplicaSet:   web-{hash} (2/2 replicas created)
Events:
  Type    Reason             Age   From                   Message
  ----    ------             ----  ----                   -------
  Normal  ScalingReplicaSet  {age}  deployment-controller  Scaled up replica set web-{hash} from 0 to 2`,
      }),
      line(
        94,
        { run: 'expose deploy web --port=80 --name=svc1', prints: 'service/svc1 exposed' },
        {
          run: 'get endpointslices -l kubernetes.io/service-name=svc1',
          prints: 'NAME   ADDRESSTYPE   PORTS   ENDPOINTS   AGE\nsvc1-{hash}   IPv4   80   {ip},{ip}   {age}',
          eventually: true,
        },
        {
          run: 'describe svc svc1',
          // Older ones look at Endpoints.
          complains: { '1.27': 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice', '1.33': '' },
          prints: `Name:                     svc1
Namespace:                $NS
Labels:                   app=web
Annotations:              <none>
Selector:                 app=web
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       {ip}
IPs:                      {ip}
Port:                     <unset>  80/TCP
TargetPort:               80/TCP
Endpoints:                {ip}:80,{ip}:80
Session Affinity:         None
{lines}
Events:                   <none>`,
        },
      ),
      line(
        95,
        { run: 'create quota q1 --hard=configmaps=5 -n $NS', prints: 'resourcequota/q1 created' },
        {
          run: 'describe ns $NS',
          eventually: true,
          prints: `Name:         $NS
Labels:       kubernetes.io/metadata.name=$NS
Annotations:  <none>
Status:       Active

Resource Quotas
  Name:       q1
  Resource    Used  Hard
  --------    ---   ---
  configmaps  1     5

No LimitRange resource.`,
        },
      ),
      line(
        96,
        { run: 'create -f sts.yaml', prints: 'statefulset.apps/st1 created' },
        {
          run: 'describe sts st1',
          prints: `Name:               st1
Namespace:          $NS
CreationTimestamp:  {date}
Selector:           a=b
Labels:             <none>
Annotations:        <none>
Replicas:           1 desired | {number} total
Update Strategy:    RollingUpdate
  Partition:        0
Pods Status:        {number} Running / {number} Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  a=b
  Containers:
   c:
    Image:         nginx
    Port:          <none>
    Host Port:     <none>
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
{lines}
Volume Claims:     <none>
{lines}`,
        },
      ),
      line(
        97,
        { run: 'create job j1 --image=busybox -- date', prints: 'job.batch/j1 created' },
        {
          run: 'describe job j1',
          prints: `Name:             j1
Namespace:        $NS
Selector:         batch.kubernetes.io/controller-uid={uid}
Labels:           batch.kubernetes.io/controller-uid={uid}
                  batch.kubernetes.io/job-name=j1
                  controller-uid={uid}
                  job-name=j1
Annotations:      <none>
Parallelism:      1
Completions:      1
Completion Mode:  NonIndexed
{lines}
Pods Statuses:    {any} / 0 Failed
Pod Template:
  Labels:  batch.kubernetes.io/controller-uid={uid}
           batch.kubernetes.io/job-name=j1
           controller-uid={uid}
           job-name=j1
  Containers:
   j1:
    Image:      busybox
    Port:       <none>
    Host Port:  <none>
    Command:
      date
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
{lines}`,
        },
      ),
      line(
        98,
        { run: 'create sa sa1', prints: 'serviceaccount/sa1 created' },
        {
          run: 'describe sa sa1',
          prints: `Name:                sa1
Namespace:           $NS
Labels:              <none>
Annotations:         <none>
Image pull secrets:  <none>
Mountable secrets:   <none>
Tokens:              <none>
Events:              <none>`,
        },
      ),
      line(
        99,
        { run: 'create pdb pd --selector=none=here --min-available=1', prints: 'poddisruptionbudget.policy/pd created' },
        {
          run: 'describe pdb pd',
          prints: `Name:           pd
Namespace:      $NS
Min available:  1
Selector:       none=here
Status:
    Allowed disruptions:  0
    Current:              {number}
    Desired:              {number}
    Total:                {number}
Events:{any}
{lines}`,
        },
      ),
      line(101, {
        run: 'events',
        prints: `LAST SEEN   TYPE     REASON   OBJECT   MESSAGE
{lines}
{age}   Normal   ScalingReplicaSet   Deployment/web   Scaled up replica set web-{hash} from 0 to 2
{lines}`,
      }),
      line(
        102,
        { run: 'events --for pod/p1 --types=Warning', complains: 'No events found in $NS namespace.' },
        {
          run: 'events --for pod/p1 --types=Normal',
          eventually: true,
          prints: `LAST SEEN   TYPE   REASON   OBJECT   MESSAGE
{age}   Normal   Scheduled   Pod/p1   Successfully assigned $NS/p1 to {word}
{lines}
{age}   Normal   Created   Pod/p1   Created container: c
{age}   Normal   Started   Pod/p1   Started container c`,
        },
      ),
      line(103, {
        run: 'events -w --request-timeout=30s',
        prints: '{lines}\n{age}   Normal   ScalingReplicaSet   Deployment/web   Scaled up replica set web-{hash} from 2 to 3\n{lines}',
        isStopped: true,
        meanwhile: [{ run: 'scale deploy web --replicas=3', prints: 'deployment.apps/web scaled' }],
      }),
    ],
  },
]
