/** Lines 139 to 154 of the matrix: scaling, rolling out, waiting. */
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

export const rollOut: readonly Story[] = [
  {
    name: 'scale',
    files: { 'dep.yaml': deployment('nginx:1') },
    before: webIsThere,
    lines: [
      line(
        139,
        { run: 'scale deploy web --replicas=5', prints: 'deployment.apps/web scaled' },
        {
          run: 'get deploy web -o jsonpath={.spec.replicas}',
          prints: '5',
        },
      ),
      line(
        140,
        { run: 'scale deploy web --replicas=2 --current-replicas=5', prints: 'deployment.apps/web scaled' },
        { run: 'scale deploy web --replicas=3 --current-replicas=5', complains: 'error: Expected replicas to be 5, was 2', code: 1 },
      ),
      line(
        141,
        { run: 'scale deploy web --replicas=0 --timeout=30s', prints: 'deployment.apps/web scaled' },
        {
          run: 'get deploy web',
          prints: 'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    0/0     0            0           {age}',
          eventually: true,
        },
      ),
      line(
        142,
        { run: 'autoscale deploy web --min=1 --max=3 --cpu-percent=50', prints: 'horizontalpodautoscaler.autoscaling/web autoscaled' },
        {
          run: 'get hpa',
          prints:
            'NAME   REFERENCE        TARGETS              MINPODS   MAXPODS   REPLICAS   AGE\nweb    Deployment/web   cpu: <unknown>/50%   1         3         0          {age}',
        },
      ),
    ],
  },
  {
    name: 'roll-out',
    files: { 'dep.yaml': deployment('nginx:1'), 'sts.yaml': statefulSet },
    before: [
      ...webIsThere,
      { run: 'set image deploy web c=nginx:2', prints: 'deployment.apps/web image updated' },
      {
        run: 'annotate deploy web kubernetes.io/change-cause=newer',
        prints: { '1.27': 'deployment.apps/web annotate', '1.30': 'deployment.apps/web annotated' },
      },
      { run: 'rollout status deploy/web', prints: '{lines}\ndeployment "web" successfully rolled out' },
      { run: 'create -f sts.yaml', prints: 'statefulset.apps/st1 created' },
    ],
    lines: [
      line(
        145,
        {
          run: 'rollout history deploy/web',
          eventually: true,
          prints: 'deployment.apps/web\nREVISION  CHANGE-CAUSE\n1         <none>\n2         newer',
        },
        {
          run: 'rollout history deploy/web --revision=1',
          prints: `deployment.apps/web with revision #1
Pod Template:
  Labels:	app=web
	pod-template-hash={hash}
  Containers:
   c:
    Image:	nginx:1
    Port:	80/TCP
    Host Port:	0/TCP
    Environment:	<none>
    Mounts:	<none>
  Volumes:	<none>
{lines}`,
        },
      ),
      line(146, {
        run: 'rollout history sts/st1',
        eventually: true,
        prints: 'statefulset.apps/st1\nREVISION  CHANGE-CAUSE\n1         <none>',
      }),
      line(
        148,
        { run: 'rollout restart deploy -l app=web', prints: 'deployment.apps/web restarted' },
        { run: 'rollout status deploy/web', prints: '{lines}\ndeployment "web" successfully rolled out' },
        {
          run: 'get deploy web -o jsonpath={.spec.template.metadata.annotations}',
          prints: '{"kubectl.kubernetes.io/restartedAt":"{word}"}',
        },
      ),
      line(
        149,
        { run: 'rollout pause deploy/web', prints: 'deployment.apps/web paused' },
        { run: 'rollout pause deploy/web', complains: 'error: deployments.apps "web" is already paused', code: 1 },
        { run: 'get deploy web -o jsonpath={.spec.paused}', prints: 'true' },
        { run: 'rollout resume deploy/web', prints: 'deployment.apps/web resumed' },
      ),
    ],
  },
  {
    name: 'wait',
    files: { 'pod.yaml': pod },
    lines: [
      line(152, { run: 'wait pod/gone --for=delete --timeout=2s' }),
      {
        line: 153,
        since: '1.31',
        steps: [
          { run: 'wait pod/new --for=create --timeout=1s', complains: 'error: timed out waiting for the condition', code: 1 },
          ...podIsThere,
          { run: 'wait pod/p1 --for=create --timeout=5s', prints: 'pod/p1 condition met' },
        ],
      },
    ],
  },
]
