/** Lines 21 to 55 of the matrix: creating things, each in its own way. */

import { certificate, privateKey } from './certificate.ts'
import { line, type Story } from './line.ts'
import { configMap, deployment, list } from './manifests.ts'

const bad = deployment('nginx', 'bad').replace('spec:\n', 'spec:\n  foo: 1\n')

const serverDefaults = `apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: "{time}"
  generation: 1
  labels:
    app: dry
  name: dry
  namespace: $NS
  uid: {uid}
spec:
  progressDeadlineSeconds: 600
  replicas: 2
  revisionHistoryLimit: 10
  selector:
    matchLabels:
      app: dry
  strategy:
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 25%
    type: RollingUpdate
  template:
    metadata:
{null}      labels:
        app: dry
    spec:
      containers:
      - image: nginx:1
        imagePullPolicy: IfNotPresent
        name: c
        ports:
        - containerPort: 80
          protocol: TCP
        resources: {}
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
status: {}`

export const create: readonly Story[] = [
  {
    name: 'create-files',
    files: {
      'dep.yaml': deployment('nginx:1'),
      'dry.yaml': deployment('nginx:1', 'dry'),
      'bad.yaml': bad,
      'list.yaml': list(),
      'kust/kustomization.yaml': 'namePrefix: x-\nresources: [cm.yaml]\n',
      'kust/cm.yaml': configMap('cm1'),
      'cm.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"b"}}',
    },
    lines: [
      line(
        21,
        { run: 'create namespace $NS-one', prints: 'namespace/$NS-one created' },
        {
          run: 'get namespace $NS-one -o yaml',
          prints: `apiVersion: v1
kind: Namespace
metadata:
  creationTimestamp: "{time}"
  labels:
    kubernetes.io/metadata.name: $NS-one
  name: $NS-one
  resourceVersion: "{number}"
  uid: {uid}
spec:
  finalizers:
  - kubernetes
status:
  phase: Active`,
        },
        {
          run: 'get sa,cm -n $NS-one',
          eventually: true,
          prints: `NAME                     SECRETS   AGE
serviceaccount/default   0         {age}

NAME                         DATA   AGE
configmap/kube-root-ca.crt   1      {age}`,
        },
        { run: 'create namespace default', complains: 'Error from server (AlreadyExists): namespaces "default" already exists', code: 1 },
        { run: 'delete namespace $NS-one --wait=false', prints: 'namespace "$NS-one" deleted' },
      ),
      line(
        22,
        { run: 'create -f dep.yaml', prints: 'deployment.apps/web created' },
        {
          run: 'create -f dep.yaml',
          complains: 'Error from server (AlreadyExists): error when creating "dep.yaml": deployments.apps "web" already exists',
          code: 1,
        },
      ),
      line(
        23,
        { run: 'create -f dry.yaml --dry-run=server -o yaml', prints: serverDefaults.replace('{null}', '') },
        { run: 'get deploy dry', complains: 'Error from server (NotFound): deployments.apps "dry" not found', code: 1 },
      ),
      line(24, {
        run: 'create -f dry.yaml --dry-run=client -o yaml',
        prints: `apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: dry
  name: dry
  namespace: $NS
spec:
  replicas: 2
  selector:
    matchLabels:
      app: dry
  template:
    metadata:
      labels:
        app: dry
    spec:
      containers:
      - image: nginx:1
        name: c
        ports:
        - containerPort: 80`,
      }),
      line(25, {
        run: 'create -f bad.yaml',
        complains:
          'Error from server (BadRequest): error when creating "bad.yaml": Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo"',
        code: 1,
      }),
      line(
        26,
        {
          run: 'create -f bad.yaml --validate=warn',
          prints: 'deployment.apps/bad created',
          complains: 'Warning: unknown field "spec.foo"',
        },
        { run: 'delete deploy bad', prints: 'deployment.apps "bad" deleted' },
        { run: 'create -f bad.yaml --validate=ignore', prints: 'deployment.apps/bad created' },
      ),
      line(27, { run: 'create -f list.yaml', prints: 'configmap/l1 created\nconfigmap/l2 created' }),
      line(28, { run: 'create -k kust', prints: 'configmap/x-cm1 created' }),
      line(50, {
        run: 'create --raw /api/v1/namespaces/$NS/configmaps -f cm.json',
        prints:
          '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"raw","namespace":"$NS","uid":"{uid}","resourceVersion":"{number}","creationTimestamp":"{time}","managedFields":[{"manager":"kubectl{any}","operation":"Update","apiVersion":"v1","time":"{time}","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:a":{}}}}]},"data":{"a":"b"}}',
      }),
    ],
  },
  {
    name: 'create-data',
    files: { 'crt.pem': certificate, 'key.pem': privateKey },
    lines: [
      line(
        29,
        { run: 'create configmap cm0 --from-literal=a=b', prints: 'configmap/cm0 created' },
        {
          run: 'get cm cm0',
          prints: 'NAME   DATA   AGE\ncm0    1      {age}',
        },
      ),
      line(
        30,
        { run: 'create secret generic s1 --from-literal=a=b', prints: 'secret/s1 created' },
        {
          run: 'get secret s1 -o yaml',
          prints: `apiVersion: v1
data:
  a: Yg==
kind: Secret
metadata:
  creationTimestamp: "{time}"
  name: s1
  namespace: $NS
  resourceVersion: "{number}"
  uid: {uid}
type: Opaque`,
        },
        {
          run: 'create secret docker-registry dr1 --docker-server=x --docker-username=u --docker-password=p',
          prints: 'secret/dr1 created',
        },
      ),
      line(
        31,
        { run: 'create secret tls t1 --cert=crt.pem --key=key.pem', prints: 'secret/t1 created' },
        {
          run: 'get secrets',
          prints: `NAME   TYPE                             DATA   AGE
dr1    kubernetes.io/dockerconfigjson   1      {age}
s1     Opaque                           1      {age}
t1     kubernetes.io/tls                2      {age}`,
        },
      ),
      line(
        45,
        { run: 'create serviceaccount sa1', prints: 'serviceaccount/sa1 created' },
        {
          run: 'get sa sa1 -o yaml',
          prints: `apiVersion: v1
kind: ServiceAccount
metadata:
  creationTimestamp: "{time}"
  name: sa1
  namespace: $NS
  resourceVersion: "{number}"
  uid: {uid}`,
        },
      ),
      line(
        46,
        { run: 'create token sa1 --duration=1h', prints: 'ey{word}.{word}.{word}' },
        { run: 'create token sa1 --audience=vault --bound-object-kind=Secret --bound-object-name=s1', prints: 'ey{word}.{word}.{word}' },
        {
          run: 'create token sa1 --duration=1m',
          complains:
            'error: failed to create token: TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
          code: 1,
        },
        { run: 'create token nobody', complains: 'error: failed to create token: serviceaccounts "nobody" not found', code: 1 },
      ),
    ],
  },
  {
    name: 'create-services',
    lines: [
      line(
        32,
        { run: 'create service clusterip svc1 --tcp=80:80', prints: 'service/svc1 created' },
        {
          run: 'get svc svc1 -o yaml',
          prints: `apiVersion: v1
kind: Service
metadata:
  creationTimestamp: "{time}"
  labels:
    app: svc1
  name: svc1
  namespace: $NS
  resourceVersion: "{number}"
  uid: {uid}
spec:
  clusterIP: {ip}
  clusterIPs:
  - {ip}
  internalTrafficPolicy: Cluster
  ipFamilies:
  - IPv4
  ipFamilyPolicy: SingleStack
  ports:
  - name: 80-80
    port: 80
    protocol: TCP
    targetPort: 80
  selector:
    app: svc1
  sessionAffinity: None
  type: ClusterIP
status:
  loadBalancer: {}`,
        },
        { run: 'get ipaddresses', prints: '{lines}\n{ip}   services/$NS/svc1\n{lines}' },
      ),
      line(33, { run: 'create service nodeport svc2 --tcp=80:80', prints: 'service/svc2 created' }),
      line(
        34,
        { run: 'create service loadbalancer lb1 --tcp=80:8080', prints: 'service/lb1 created' },
        {
          run: 'get svc lb1 -o jsonpath={.spec.allocateLoadBalancerNodePorts}',
          prints: 'true',
        },
      ),
      line(
        35,
        { run: 'create service externalname svc3 --external-name=example.com', prints: 'service/svc3 created' },
        {
          run: 'get svc',
          prints: `NAME   TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)           AGE
lb1    LoadBalancer   {ip}         <pending>     80:{port}/TCP     {age}
svc1   ClusterIP      {ip}         <none>        80/TCP            {age}
svc2   NodePort       {ip}         <none>        80:{port}/TCP     {age}
svc3   ExternalName   <none>       example.com   <none>            {age}`,
        },
      ),
      line(
        40,
        { run: 'create ingress i1 --rule=a.b/x=svc1:80', prints: 'ingress.networking.k8s.io/i1 created' },
        { run: 'get ingress', prints: 'NAME   CLASS    HOSTS   ADDRESS   PORTS   AGE\ni1     <none>   a.b               80      {age}' },
        { run: 'get ingress i1 -o jsonpath={.spec.rules[0].http.paths[0].pathType}', prints: 'Exact' },
      ),
      line(
        52,
        { run: 'run p4 --image=nginx --expose --port=80', prints: 'service/p4 created\npod/p4 created' },
        {
          run: 'get svc p4 -o wide',
          prints:
            'NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE     SELECTOR\np4     ClusterIP   {ip}         <none>        80/TCP    {age}   run=p4',
        },
      ),
    ],
  },
  {
    name: 'create-rights',
    lines: [
      line(
        41,
        { run: 'create role r1 --verb=get,list --resource=pods,deployments.apps', prints: 'role.rbac.authorization.k8s.io/r1 created' },
        {
          run: 'get role r1 -o yaml',
          prints: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  creationTimestamp: "{time}"
  name: r1
  namespace: $NS
  resourceVersion: "{number}"
  uid: {uid}
rules:
- apiGroups:
  - ""
  resources:
  - pods
  verbs:
  - get
  - list
- apiGroups:
  - apps
  resources:
  - deployments
  verbs:
  - get
  - list`,
        },
        { run: 'get roles', prints: 'NAME   CREATED AT\nr1     {time}' },
        { run: 'create role maker --verb=create --resource=roles', prints: 'role.rbac.authorization.k8s.io/maker created' },
        { run: 'create rolebinding maker --role=maker --user=jane', prints: 'rolebinding.rbac.authorization.k8s.io/maker created' },
        {
          run: 'create role more --verb=get --resource=secrets --as=jane',
          complains: `Error from server (Forbidden): roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
          code: 1,
        },
      ),
      line(
        42,
        {
          run: 'create rolebinding rb1 --role=r1 --serviceaccount=default:default',
          prints: 'rolebinding.rbac.authorization.k8s.io/rb1 created',
        },
        {
          run: 'get rolebinding rb1 -o wide',
          prints: 'NAME   ROLE      AGE     USERS   GROUPS   SERVICEACCOUNTS\nrb1    Role/r1   {age}                    default/default',
        },
      ),
      line(
        43,
        { run: 'create clusterrole cr1 --verb=get --resource=nodes', prints: 'clusterrole.rbac.authorization.k8s.io/cr1 created' },
        { run: 'label clusterrole cr1 a=b', prints: 'clusterrole.rbac.authorization.k8s.io/cr1 labeled' },
        { run: 'create clusterrole agg --aggregation-rule=a=b', prints: 'clusterrole.rbac.authorization.k8s.io/agg created' },
        {
          run: 'get clusterrole agg -o yaml',
          eventually: true,
          prints: `aggregationRule:
  clusterRoleSelectors:
  - matchLabels:
      a: b
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  creationTimestamp: "{time}"
  name: agg
  resourceVersion: "{number}"
  uid: {uid}
rules:
- apiGroups:
  - ""
  resources:
  - nodes
  verbs:
  - get`,
        },
      ),
      line(
        44,
        {
          run: 'create clusterrolebinding crb1 --clusterrole=cr1 --user=jane',
          prints: 'clusterrolebinding.rbac.authorization.k8s.io/crb1 created',
        },
        {
          run: 'get clusterrolebinding crb1 -o wide',
          prints: 'NAME   ROLE              AGE     USERS   GROUPS   SERVICEACCOUNTS\ncrb1   ClusterRole/cr1   {age}   jane',
        },
        {
          run: `patch clusterrolebinding crb1 -p '{"roleRef":{"name":"view"}}'`,
          complains:
            'The ClusterRoleBinding "crb1" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"view"}: cannot change roleRef',
          code: 1,
        },
      ),
    ],
  },
  {
    name: 'create-limits',
    lines: [
      line(
        47,
        { run: 'create quota q1 --hard=pods=1,configmaps=5', prints: 'resourcequota/q1 created' },
        {
          run: 'get quota',
          prints: 'NAME   REQUEST                       LIMIT   AGE\nq1     configmaps: 1/5, pods: 0/1           {age}',
          eventually: true,
        },
        { run: 'run a --image=nginx', prints: 'pod/a created' },
        {
          run: 'run b --image=nginx',
          complains:
            'Error from server (Forbidden): pods "b" is forbidden: exceeded quota: q1, requested: pods=1, used: pods=1, limited: pods=1',
          code: 1,
        },
      ),
      line(
        48,
        { run: 'create poddisruptionbudget pdb1 --selector=app=web --min-available=1', prints: 'poddisruptionbudget.policy/pdb1 created' },
        {
          run: 'get pdb',
          prints:
            'NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE\npdb1   1               N/A               0                     {age}',
        },
      ),
      line(
        49,
        { run: 'create priorityclass pc1 --value=10', prints: 'priorityclass.scheduling.k8s.io/pc1 created' },
        {
          run: 'create priorityclass pc2 --value=1000000001',
          complains:
            'error: failed to create priorityclass: PriorityClass.scheduling.k8s.io "pc2" is invalid: value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
          code: 1,
        },
        {
          run: 'get pc pc1',
          prints: {
            '1.27':
              'NAME   VALUE   GLOBAL-DEFAULT   AGE     PREEMPTIONPOLICY\npc1    10      false            {age}   PreemptLowerPriority',
          },
        },
        { run: 'create priorityclass pc3 --value=5 --global-default', prints: 'priorityclass.scheduling.k8s.io/pc3 created' },
        {
          run: 'create priorityclass pc4 --value=5 --global-default',
          complains:
            'error: failed to create priorityclass: priorityclasses.scheduling.k8s.io "pc4" is forbidden: PriorityClass pc3 is already marked as default. Only one default can exist',
          code: 1,
        },
        { run: 'delete priorityclass pc3', prints: 'priorityclass.scheduling.k8s.io "pc3" deleted' },
      ),
    ],
  },
  {
    name: 'create-jobs',
    lines: [
      line(
        39,
        { run: 'create cronjob cj1 --image=busybox --schedule="*/5 * * * *"', prints: 'cronjob.batch/cj1 created' },
        {
          run: 'get cronjobs',
          prints:
            'NAME   SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\ncj1    */5 * * * *   <none>     False     0        <none>          {age}',
        },
      ),
      line(
        38,
        { run: 'create job j2 --from=cronjob/cj1', prints: 'job.batch/j2 created' },
        {
          run: 'get job j2 -o jsonpath={.metadata.annotations}{.metadata.ownerReferences[0].kind}',
          prints: '{"cronjob.kubernetes.io/instantiate":"manual"}CronJob',
        },
        { run: 'get job j2', prints: 'NAME   STATUS    COMPLETIONS   DURATION   AGE\nj2     {word}   {word}           {any}      {age}' },
      ),
    ],
  },
]
