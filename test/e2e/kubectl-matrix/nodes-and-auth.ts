/** Lines 137, 138 and 183 to 195 of the matrix: nodes, certificates, who may what. */
import { signingRequest } from './certificate.ts'
import { line, type Story } from './line.ts'

const request = (name: string): string => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec:
  request: ${signingRequest}
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
`

const role = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: rr, namespace: $NS}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`

const url = (path: string): string => `                                                [${path}]            []               [get]`
const discoveryUrls = ['/api/*', '/api', '/apis/*', '/apis', '/healthz', '/healthz', '/livez', '/livez', '/openapi/*', '/openapi']
const moreUrls = ['/readyz', '/readyz', '/version/', '/version/', '/version', '/version']

const rights = (more: string): string => `Resources   Non-Resource URLs   Resource Names   Verbs
${more}selfsubjectreviews.authentication.k8s.io        []                  []               [create]
selfsubjectaccessreviews.authorization.k8s.io   []                  []               [create]
selfsubjectrulesreviews.authorization.k8s.io    []                  []               [create]
${[...discoveryUrls, ...moreUrls].map(url).join('\n')}`

export const nodesAndAuth: readonly Story[] = [
  {
    name: 'nodes',
    lines: [
      line(
        137,
        { run: 'taint nodes $NODE matrix=v:NoSchedule', prints: 'node/$NODE tainted' },
        {
          run: 'taint nodes $NODE matrix=v:NoSchedule',
          complains: 'error: node $NODE already has matrix taint(s) with same effect(s) and --overwrite is false',
          code: 1,
        },
        { run: 'get node $NODE -o jsonpath={.spec.taints}', prints: '[{"effect":"NoSchedule","key":"matrix","value":"v"}]' },
      ),
      line(
        138,
        { run: 'taint nodes $NODE matrix-', prints: 'node/$NODE untainted' },
        { run: 'taint nodes --all k2=v2:PreferNoSchedule', prints: '{lines}\nnode/$NODE tainted\n{lines}' },
        { run: 'taint nodes --all k2-', prints: '{lines}\nnode/$NODE untainted\n{lines}' },
      ),
      line(
        183,
        { run: 'cordon $NODE', prints: 'node/$NODE cordoned' },
        { run: 'cordon $NODE', prints: 'node/$NODE already cordoned' },
        {
          run: 'get node $NODE',
          prints: 'NAME   STATUS   ROLES   AGE   VERSION\n$NODE   Ready,SchedulingDisabled   {word}   {age}   v1.34.{word}',
        },
        {
          run: 'get node $NODE -o jsonpath={.spec.taints[*].key}/{.spec.taints[*].effect}',
          prints: 'node.kubernetes.io/unschedulable/NoSchedule',
          eventually: true,
        },
        { run: 'uncordon $NODE', prints: 'node/$NODE uncordoned' },
      ),
      line(
        185,
        {
          run: 'create -f -',
          input: `apiVersion: v1
kind: Pod
metadata: {name: alone}
spec:
  nodeName: $NODE
  containers: [{name: c, image: nginx}]
`,
          prints: 'pod/alone created',
        },
        {
          run: 'drain $NODE --force --ignore-daemonsets --dry-run=server',
          prints: `node/$NODE cordoned (server dry run)
{lines}
evicting pod $NS/alone (server dry run)
{lines}
node/$NODE drained (server dry run)`,
          complains: '{lines}\nWarning: {any}deleting Pods that declare no controller: {any}$NS/alone{any}\n{lines}',
        },
        { run: 'get pod alone -o jsonpath={.metadata.deletionTimestamp}' },
        { run: 'get node $NODE -o jsonpath={.spec.unschedulable}' },
      ),
    ],
  },
  {
    name: 'certificates',
    before: [
      { run: 'create -f -', input: request('matrix-csr1'), prints: 'certificatesigningrequest.certificates.k8s.io/matrix-csr1 created' },
      { run: 'create -f -', input: request('matrix-csr2'), prints: 'certificatesigningrequest.certificates.k8s.io/matrix-csr2 created' },
    ],
    lines: [
      line(
        188,
        {
          run: 'get csr matrix-csr1',
          prints: `NAME   AGE   SIGNERNAME   REQUESTOR   REQUESTEDDURATION   CONDITION
matrix-csr1   {age}   kubernetes.io/kube-apiserver-client   {word}   <none>   Pending`,
        },
        { run: 'certificate approve matrix-csr1', prints: 'certificatesigningrequest.certificates.k8s.io/matrix-csr1 approved' },
        { run: 'certificate deny matrix-csr2', prints: 'certificatesigningrequest.certificates.k8s.io/matrix-csr2 denied' },
        {
          run: 'get csr matrix-csr1 matrix-csr2',
          eventually: true,
          prints: `NAME   AGE   SIGNERNAME   REQUESTOR   REQUESTEDDURATION   CONDITION
matrix-csr1   {age}   kubernetes.io/kube-apiserver-client   {word}   <none>   Approved,Issued
matrix-csr2   {age}   kubernetes.io/kube-apiserver-client   {word}   <none>   Denied`,
        },
        { run: 'delete csr matrix-csr1 matrix-csr2', prints: '{any} "matrix-csr1" deleted\n{any} "matrix-csr2" deleted' },
      ),
    ],
  },
  {
    name: 'auth',
    files: { 'role.yaml': role },
    lines: [
      line(189, { run: 'auth can-i create pods', prints: 'yes' }),
      line(
        190,
        {
          run: 'auth can-i --list',
          prints: rights(`*.*                                             []                  []               [*]
                                                [*]                 []               [*]
`),
        },
        { run: 'auth can-i --list --as=nobody', prints: rights('') },
      ),
      line(191, { run: 'auth can-i get pods --subresource=log -n $NS --as=system:serviceaccount:$NS:x', prints: 'no', code: 1 }),
      line(192, { run: 'auth can-i get /healthz', prints: 'yes' }),
      line(
        193,
        {
          run: 'auth whoami',
          since: '1.28',
          prints: `ATTRIBUTE                                           VALUE
Username                                            {any}
Groups                                              [system:masters system:authenticated]
Extra: authentication.kubernetes.io/credential-id   [X509SHA256={word}]`,
        },
        {
          // It knows the API only as it was before it was stable.
          run: 'auth whoami',
          until: '1.27',
          complains: `error: the selfsubjectreviews API is not enabled in the cluster
enable APISelfSubjectReview feature gate and authentication.k8s.io/v1alpha1 or authentication.k8s.io/v1beta1 API`,
          code: 1,
        },
      ),
      line(
        194,
        {
          run: 'auth reconcile -f role.yaml',
          prints: 'role.rbac.authorization.k8s.io/rr reconciled',
          complains: `	reconciliation required create
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}`,
        },
        { run: 'auth reconcile -f role.yaml', prints: 'role.rbac.authorization.k8s.io/rr reconciled' },
        { run: 'get role rr', prints: 'NAME   CREATED AT\nrr     {time}' },
      ),
      line(195, {
        run: 'get pods --kubeconfig=/dev/null --server=$SERVER --insecure-skip-tls-verify --token=abc',
        complains: 'error: You must be logged in to the server (Unauthorized)',
        code: 1,
      }),
    ],
  },
]
