/** Lines 104 to 138 of the matrix: apply, diff, edit, patch, replace, label, annotate, set, taint. */
import { line, type Story } from './line.ts'
import { configMap, deployment, list, pod, podIsThere, webIsThere } from './manifests.ts'

const missingAnnotation = (resource: string): string =>
  `Warning: resource ${resource} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`

const lastApplied = `apiVersion: apps/v1
kind: Deployment
metadata:
  annotations: {}
  labels:
    app: web
  name: web
  namespace: $NS
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - image: nginx:2
        name: c
        ports:
        - containerPort: 80`

const imageDiff = (from: string, to: string): string => `diff -u -N {any}
--- {any}
+++ {any}
{lines}
-  generation: {number}
+  generation: {number}
{lines}
-      - image: ${from}
+      - image: ${to}
{lines}`

export const change: readonly Story[] = [
  {
    name: 'apply',
    files: {
      'dep.yaml': deployment('nginx:1'),
      'dep2.yaml': deployment('nginx:2'),
      'list.yaml': list(),
      'list2.yaml': list('c'),
    },
    lines: [
      line(104, { run: 'apply -f dep.yaml', prints: 'deployment.apps/web created' }),
      line(
        106,
        { run: 'apply -f dep2.yaml --dry-run=server', prints: 'deployment.apps/web configured (server dry run)' },
        { run: 'get deploy web -o jsonpath={.spec.template.spec.containers[*].image}', prints: 'nginx:1' },
      ),
      line(
        105,
        { run: 'apply -f dep2.yaml', prints: 'deployment.apps/web configured' },
        { run: 'get deploy web -o jsonpath={.spec.template.spec.containers[*].image}', prints: 'nginx:2' },
      ),
      line(107, { run: 'apply -f dep2.yaml', prints: 'deployment.apps/web unchanged' }),
      line(115, { run: 'apply view-last-applied deploy/web', prints: lastApplied }),
      line(116, { run: 'diff -f dep.yaml', prints: imageDiff('nginx:2', 'nginx:1'), code: 1 }, { run: 'diff -f dep2.yaml' }),
      line(
        108,
        { run: 'create -f list.yaml', prints: 'configmap/l1 created\nconfigmap/l2 created' },
        {
          run: 'apply -f list.yaml',
          prints: 'configmap/l1 configured\nconfigmap/l2 configured',
          complains: `${missingAnnotation('configmaps/l1')}\n${missingAnnotation('configmaps/l2')}`,
        },
        { run: 'apply -f list2.yaml', prints: 'configmap/l1 configured\nconfigmap/l2 configured' },
        { run: 'apply -f list2.yaml', prints: 'configmap/l1 unchanged\nconfigmap/l2 unchanged' },
      ),
    ],
  },
  {
    name: 'apply-server-side',
    files: { 'dep.yaml': deployment('nginx:1'), 'dep2.yaml': deployment('nginx:2') },
    lines: [
      line(
        110,
        { run: 'apply -f dep.yaml', prints: 'deployment.apps/web created' },
        { run: 'apply --server-side -f dep.yaml', prints: 'deployment.apps/web serverside-applied' },
        {
          run: `get deploy web --show-managed-fields -o 'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}{"\\n"}{end}'`,
          eventually: true,
          prints: 'kubectl-last-applied/Apply\nkubectl/Apply\n{word}/Update',
        },
        {
          run: 'apply --server-side --field-manager=you -f dep2.yaml',
          complains: `error: Apply failed with 1 conflict: conflict with "kubectl": .spec.template.spec.containers[name="c"].image
Please review the fields above--they currently have other managers. Here
{lines}`,
          code: 1,
        },
      ),
      line(111, {
        run: 'apply --server-side --force-conflicts --field-manager=me -f dep2.yaml',
        prints: 'deployment.apps/web serverside-applied',
      }),
      line(
        117,
        { run: 'rollout status deploy/web', prints: '{lines}\ndeployment "web" successfully rolled out' },
        { run: 'diff --server-side --field-manager=me -f dep2.yaml' },
        { run: 'diff --server-side --field-manager=me -f dep.yaml', prints: imageDiff('nginx:2', 'nginx:1'), code: 1 },
      ),
    ],
  },
  {
    name: 'apply-prune',
    files: {
      'cm.yaml': configMap('cm1'),
      'other.yaml': configMap('other'),
      'set/cm.yaml': configMap('in-set'),
      'kust/kustomization.yaml': 'namePrefix: x-\nresources: [cm.yaml]\n',
      'kust/cm.yaml': configMap('cm1'),
    },
    lines: [
      line(112, { run: 'apply -k kust', prints: 'configmap/x-cm1 created' }, { run: 'apply -k kust', prints: 'configmap/x-cm1 unchanged' }),
      line(
        113,
        { run: 'apply -f cm.yaml -f other.yaml', prints: 'configmap/cm1 created\nconfigmap/other created' },
        {
          run: 'apply -f cm.yaml --prune --all --prune-allowlist=core/v1/ConfigMap',
          prints: 'configmap/cm1 unchanged\nconfigmap/other pruned\nconfigmap/x-cm1 pruned',
        },
        { run: 'get cm -o name', prints: 'configmap/cm1\nconfigmap/kube-root-ca.crt' },
      ),
      line(
        114,
        { run: 'apply -n $NS -f set --prune --applyset=cs', prints: 'configmap/in-set created', environment: { KUBECTL_APPLYSET: 'true' } },
        {
          run: 'get secret cs -o jsonpath={.metadata.labels}',
          prints: '{"applyset.kubernetes.io/id":"applyset-{word}-v1"}',
        },
        { run: 'get cm -l applyset.kubernetes.io/part-of -o name', prints: 'configmap/in-set' },
        {
          run: 'apply -n $NS -f cm.yaml --prune --applyset=cs',
          prints: 'configmap/cm1 configured\nconfigmap/in-set pruned',
          environment: { KUBECTL_APPLYSET: 'true' },
        },
      ),
    ],
  },
  {
    name: 'patch',
    files: { 'dep.yaml': deployment('nginx:1') },
    before: webIsThere,
    lines: [
      line(
        118,
        { run: 'create configmap cm1 --from-literal=colour=blue', prints: 'configmap/cm1 created' },
        { run: 'edit configmap cm1', prints: 'configmap/cm1 edited', environment: { KUBE_EDITOR: 'sed -i s/blue/green/' } },
        { run: 'get configmap cm1 -o jsonpath={.data.colour}', prints: 'green' },
        { run: 'edit configmap cm1', complains: 'Edit cancelled, no changes made.', environment: { KUBE_EDITOR: 'true' } },
      ),
      line(
        119,
        {
          run: 'edit deploy web --subresource=status',
          prints: 'deployment.apps/web edited',
          environment: { KUBE_EDITOR: "sed -i 's/^status:/status:\\n  collisionCount: 7/'" },
        },
        { run: 'get deploy web -o jsonpath={.status.collisionCount}', prints: '7' },
      ),
      line(
        120,
        { run: `patch deploy web -p '{"spec":{"replicas":3}}'`, prints: 'deployment.apps/web patched' },
        { run: 'get deploy web -o jsonpath={.metadata.generation}/{.spec.replicas}', prints: '2/3' },
      ),
      line(
        121,
        { run: `patch deploy web --type=merge -p '{"spec":{"replicas":2}}'`, prints: 'deployment.apps/web patched' },
        {
          run: `patch deploy web --type=merge -p '{"spec":{"replicas":2}}'`,
          prints: 'deployment.apps/web patched (no change)',
        },
      ),
      line(
        122,
        {
          run: `patch deploy web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":1}]'`,
          prints: 'deployment.apps/web patched',
        },
        {
          run: `patch deploy web --type=json -p '[{"op":"test","path":"/spec/replicas","value":7}]'`,
          complains: 'The request is invalid: the server rejected our request due to an error in our request',
          code: 1,
        },
      ),
      line(
        124,
        {
          run: `patch deploy web --subresource=status --type=merge -p '{"spec":{"replicas":9},"status":{"collisionCount":8}}'`,
          prints: 'deployment.apps/web patched',
        },
        { run: 'get deploy web -o jsonpath={.metadata.generation}/{.spec.replicas}/{.status.collisionCount}', prints: '4/1/8' },
      ),
      line(
        126,
        { run: 'replace -f dep.yaml', prints: 'deployment.apps/web replaced' },
        { run: 'get deploy web -o jsonpath={.spec.replicas}', prints: '2' },
        {
          run: 'replace -f -',
          input: configMap('nobody'),
          complains: 'Error from server (NotFound): error when replacing "STDIN": configmaps "nobody" not found',
          code: 1,
        },
        {
          run: 'replace -f -',
          input: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: fresh}
rules: []
`,
          prints: 'role.rbac.authorization.k8s.io/fresh replaced',
        },
      ),
    ],
  },
  {
    name: 'label',
    files: { 'pod.yaml': pod },
    before: podIsThere,
    lines: [
      line(
        128,
        { run: 'label pod p1 a=b', prints: 'pod/p1 labeled' },
        {
          run: 'label pod p1 a=c',
          complains: "error: 'a' already has a value (b), and --overwrite is false",
          code: 1,
        },
      ),
      line(
        129,
        { run: 'label pod p1 a-', prints: 'pod/p1 unlabeled' },
        { run: 'label pods --all tier=x', prints: 'pod/p1 labeled' },
        { run: 'label pod p1 tier- app-', prints: 'pod/p1 unlabeled' },
        { run: 'label pod p1 one=1', prints: 'pod/p1 labeled' },
        { run: 'label pod p1 --list', prints: 'one=1' },
      ),
      line(130, {
        run: 'label pods p1 q=r --resource-version=1',
        complains:
          'Error from server (Conflict): Operation cannot be fulfilled on pods "p1": the object has been modified; please apply your changes to the latest version and try again',
        code: 1,
      }),
      line(
        131,
        {
          run: 'annotate pods --all --dry-run=server k=v',
          prints: { '1.27': 'pod/p1 annotate (server dry run)', '1.30': 'pod/p1 annotated (server dry run)' },
        },
        { run: 'get pod p1 -o jsonpath={.metadata.annotations}' },
      ),
      line(
        127,
        { run: 'replace --force -f pod.yaml', prints: 'pod "p1" deleted\npod/p1 replaced' },
        { run: 'get pod p1 -o jsonpath={.metadata.labels}', prints: '{"app":"one"}' },
      ),
    ],
  },
  {
    name: 'set',
    files: { 'dep.yaml': deployment('nginx:1') },
    before: [
      ...webIsThere,
      { run: 'create configmap cm0 --from-literal=C=d', prints: 'configmap/cm0 created' },
      { run: 'create service clusterip svc1 --tcp=80:80', prints: 'service/svc1 created' },
      { run: 'create role r1 --verb=get --resource=pods', prints: 'role.rbac.authorization.k8s.io/r1 created' },
      {
        run: 'create rolebinding rb1 --role=r1 --serviceaccount=default:default',
        prints: 'rolebinding.rbac.authorization.k8s.io/rb1 created',
      },
      { run: 'create sa sa1', prints: 'serviceaccount/sa1 created' },
    ],
    lines: [
      line(
        132,
        { run: 'set image deploy/web c=nginx:3', prints: 'deployment.apps/web image updated' },
        { run: 'get deploy web -o jsonpath={.spec.template.spec.containers[0].image}', prints: 'nginx:3' },
      ),
      line(
        133,
        { run: 'set env deploy/web A=B', prints: 'deployment.apps/web env updated' },
        { run: 'set env deploy/web --from=configmap/cm0', prints: 'deployment.apps/web env updated' },
        { run: 'set env deploy/web --list', prints: '# Deployment web, container c\nA=B\n# C from configmap cm0, key C' },
        { run: 'set env deploy/web A-', prints: 'deployment.apps/web env updated' },
      ),
      line(
        134,
        { run: 'set resources deploy web --limits=cpu=1', prints: 'deployment.apps/web resource requirements updated' },
        { run: 'get deploy web -o jsonpath={.spec.template.spec.containers[0].resources}', prints: '{"limits":{"cpu":"1"}}' },
      ),
      line(
        135,
        { run: 'set selector svc svc1 a=b', prints: 'service/svc1 selector updated' },
        { run: 'get svc svc1 -o jsonpath={.spec.selector}', prints: '{"a":"b"}' },
      ),
      line(
        136,
        { run: 'set serviceaccount deploy web sa1', prints: 'deployment.apps/web serviceaccount updated' },
        {
          run: 'get deploy web -o jsonpath={.spec.template.spec.serviceAccount}/{.spec.template.spec.serviceAccountName}',
          prints: 'sa1/sa1',
        },
        { run: 'set subject rolebinding rb1 --user=jane', prints: 'rolebinding.rbac.authorization.k8s.io/rb1 subjects updated' },
        {
          run: 'get rolebinding rb1 -o wide',
          prints: 'NAME   ROLE      AGE     USERS   GROUPS   SERVICEACCOUNTS\nrb1    Role/r1   {age}   jane             default/default',
        },
      ),
    ],
  },
]
