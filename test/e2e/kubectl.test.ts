/**
 * The commands a person types first, with real kubectl binaries against a freshly started `t8s up`: what they print, how
 * they end. One cluster per kubectl version; the steps of one test follow each other as a person's would.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, kubectlBinaries, type Result, type RunningCluster, startCluster } from './running-cluster.ts'

const binaries = await kubectlBinaries(['1.27', '1.30', '1.33'])

const manifest = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  colour: blue
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: applied
spec:
  replicas: 2
  selector:
    matchLabels: {app: applied}
  template:
    metadata:
      labels: {app: applied}
    spec:
      containers:
        - name: main
          image: nginx:1
          ports: [{containerPort: 80}]
`

describe.each(binaries.map((binary) => ({ binary, name: binary.split('/').at(-1) })))('$name', ({ binary }) => {
  let cluster: RunningCluster
  const kubectl = (command: string, options: { input?: string; timeoutMs?: number } = {}): Promise<Result> =>
    cluster.kubectl(command, { ...options, binary })
  const ok = async (command: string, options: { input?: string; timeoutMs?: number } = {}): Promise<string> => {
    const result = await kubectl(command, options)
    expect(result.code, `kubectl ${command}\n${result.stdout}${result.stderr}`).toBe(0)
    return result.stdout
  }
  const until = (command: string, pattern: RegExp): Promise<string> =>
    eventually(
      `kubectl ${command} to say ${pattern}`,
      () => kubectl(command).then((one) => one.stdout),
      (text) => pattern.test(text),
    )

  beforeAll(async () => {
    cluster = await startCluster(['--ephemeral'])
  }, 60_000)
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  test('get nodes', async () => {
    const text = await until('get nodes', /(.*\bReady\b.*\n){3}/)
    expect(text).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION\nnode-1 +Ready +<none> +\d+s +v1\.34\.6\n/)
    expect(await ok('version')).toMatch(/Server Version: .*v1\.34\.6/)
    expect(await ok('cluster-info')).toMatch(/Kubernetes control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/)
  })

  test('a deployment from first Pod to undo', async () => {
    expect(await ok('create deployment web --image=nginx --replicas=3')).toBe('deployment.apps/web created\n')
    expect(await ok('rollout status deployment web --timeout=30s')).toMatch(/deployment "web" successfully rolled out/)
    const pods = await ok('get pods -o wide')
    expect(pods).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/)
    expect(pods.match(/web-[a-z0-9]+-[a-z0-9]{5} +1\/1 +Running +0 +\d+s +10\.[\d.]+ +node-[123] +<none> +<none>/g)).toHaveLength(3)
    expect(new Set(pods.match(/node-[123]/g)).size).toBe(3)
    expect(await ok('get deployments')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +3\/3 +3 +3 +\d+s\n$/)

    expect(await ok('expose deployment web --port=80')).toBe('service/web exposed\n')
    expect(await ok('get svc web')).toMatch(
      /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nweb +ClusterIP +10\.96\.\d+\.\d+ +<none> +80\/TCP +\d+s\n$/,
    )
    await until('get endpoints web', /web +10\.[\d.]+:80,10\.[\d.]+:80,10\.[\d.]+:80/)
    expect(await until('get endpointslices -l kubernetes.io/service-name=web', /10\./)).toMatch(
      /^NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE\nweb-[a-z0-9]{5} +IPv4 +80 +10\.[\d.,]+/,
    )

    expect(await ok('scale deployment web --replicas=6')).toBe('deployment.apps/web scaled\n')
    expect(await ok('rollout status deployment web --timeout=30s')).toMatch(/successfully rolled out/)
    expect(await ok('set image deployment web nginx=nginx:2')).toBe('deployment.apps/web image updated\n')
    expect(await ok('rollout status deployment web --timeout=60s')).toMatch(/successfully rolled out/)
    expect(await ok('rollout history deployment web')).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/)
    expect(await ok('rollout undo deployment web')).toBe('deployment.apps/web rolled back\n')
    expect(await ok('rollout status deployment web --timeout=60s')).toMatch(/successfully rolled out/)
    expect(await ok('rollout history deployment web')).toMatch(/REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>\n/)
    expect(await ok("get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'")).toBe('nginx')
  }, 120_000)

  test('describe and events', async () => {
    const pod = (await ok('get pods -l app=web -o name')).split('\n')[0] ?? ''
    const text = await ok(`describe ${pod}`)
    expect(text).toMatch(/Controlled By: +ReplicaSet\/web-/)
    expect(text).toMatch(/Normal +Scheduled +\S+ +default-scheduler +Successfully assigned default\/web-\S+ to node-[123]/)
    expect(text).toMatch(/Normal +Pulled +\S+ +kubelet +/)
    expect(text).toMatch(/Normal +Started +\S+ +kubelet +Started container nginx/)
    expect(await ok('get events')).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/)
    expect(await ok('get events')).toMatch(/Normal +ScalingReplicaSet +deployment\/web +Scaled up replica set web-\S+ from 0 to 3/)
    expect(await ok('describe node node-1')).toMatch(/Non-terminated Pods: +\(\d+ in total\)/)
    expect(await ok('describe deployment web')).toMatch(/StrategyType: +RollingUpdate/)
  })

  test('apply, diff, label, annotate, patch', async () => {
    const file = join(cluster.directory, 'manifest.yaml')
    writeFileSync(file, manifest)
    expect(await ok(`apply -f ${file}`)).toBe('configmap/settings created\ndeployment.apps/applied created\n')
    expect(await ok(`apply -f ${file}`)).toBe('configmap/settings unchanged\ndeployment.apps/applied unchanged\n')
    expect((await kubectl(`diff -f ${file}`)).code).toBe(0)
    writeFileSync(file, manifest.replace('blue', 'green').replace('nginx:1', 'nginx:3'))
    const diff = await kubectl(`diff -f ${file}`)
    expect(diff.code, diff.stderr).toBe(1)
    expect(diff.stdout).toMatch(/- {2}colour: blue\n\+ {2}colour: green/)
    expect(await ok(`apply -f ${file}`)).toBe('configmap/settings configured\ndeployment.apps/applied configured\n')
    expect(await ok('label configmap settings team=a')).toBe('configmap/settings labeled\n')
    // Older ones print the word without its end.
    expect(await ok('annotate configmap settings note=b')).toMatch(/^configmap\/settings annotated?\n$/)
    expect(await ok(`patch configmap settings --type=merge -p '{"data":{"a":"1"}}'`)).toBe('configmap/settings patched\n')
    expect(await ok(`patch configmap settings --type=json -p '[{"op":"add","path":"/data/b","value":"2"}]'`)).toBe(
      'configmap/settings patched\n',
    )
    expect(
      await ok(
        `patch deployment applied -p '{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"X","value":"y"}]}]}}}}'`,
      ),
    ).toBe('deployment.apps/applied patched\n')
    expect(await ok("get configmap settings -o jsonpath='{.data}'")).toBe('{"a":"1","b":"2","colour":"green"}')
    expect(
      await ok(
        "get deployment applied -o jsonpath='{.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].value}'",
      ),
    ).toBe('nginx:3 y')
    expect(await ok(`apply --server-side --force-conflicts -f ${file}`)).toMatch(/configmap\/settings serverside-applied\n/)
    const edit = await cluster.kubectl(`get configmap settings -o yaml`, { binary })
    expect((await kubectl('replace -f -', { input: edit.stdout.replace('colour: green', 'colour: red') })).stdout).toBe(
      'configmap/settings replaced\n',
    )
    expect(await ok('delete configmap settings')).toBe('configmap "settings" deleted\n')
  }, 60_000)

  test('explain and api-resources', async () => {
    expect(await ok('explain deployment.spec')).toMatch(/KIND: +Deployment\n[\s\S]*replicas\s+<integer>/)
    const resources = await ok('api-resources')
    expect(resources).toMatch(/^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\n/)
    expect(resources).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/)
  })

  test('a namespace goes with everything in it', async () => {
    await ok('create namespace shop')
    await ok('create deployment front --image=nginx --replicas=2 -n shop')
    await ok('rollout status deployment front -n shop --timeout=30s')
    await ok('create configmap c --from-literal=a=b -n shop')
    expect(await ok('delete namespace shop', { timeoutMs: 60_000 })).toBe('namespace "shop" deleted\n')
    expect((await kubectl('get namespace shop')).stderr).toBe('Error from server (NotFound): namespaces "shop" not found\n')
    expect((await kubectl('get pods -n shop')).stderr).toBe('No resources found in shop namespace.\n')
  }, 90_000)

  test('cordon, drain, uncordon; a deleted Pod is replaced', async () => {
    expect(await ok('cordon node-1')).toBe('node/node-1 cordoned\n')
    expect(await ok('get nodes')).toMatch(/node-1 +Ready,SchedulingDisabled/)
    expect(await ok('drain node-1 --ignore-daemonsets --timeout=60s', { timeoutMs: 90_000 })).toMatch(/node\/node-1 drained/)
    expect(await until('get pods -o wide --field-selector spec.nodeName=node-1', /^$/)).toBe('')
    expect(await ok('uncordon node-1')).toBe('node/node-1 uncordoned\n')
    await ok('rollout status deployment web --timeout=60s')
    const pod = ((await ok('get pods -l app=web -o name')).split('\n')[0] ?? '').replace('pod/', '')
    expect(await ok(`delete pod ${pod}`)).toBe(`pod "${pod}" deleted\n`)
    await ok('rollout status deployment web --timeout=60s')
    expect(await ok('get pods -l app=web -o name')).not.toContain(pod)
  }, 180_000)

  test('mistakes are told as Kubernetes tells them', async () => {
    const said = async (command: string, input?: string): Promise<string> => {
      const result = await kubectl(command, input === undefined ? {} : { input })
      expect(result.code).toBe(1)
      return result.stderr
    }
    expect(await said('get pod nobody')).toBe('Error from server (NotFound): pods "nobody" not found\n')
    expect(await said('create namespace default')).toBe('Error from server (AlreadyExists): namespaces "default" already exists\n')
    expect(await said('delete namespace kube-system')).toBe(
      'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may not be deleted\n',
    )
    expect(await said('scale deployment web --replicas=-1')).toMatch(/--replicas=COUNT (flag )?is required/)
    const bad = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'Bad_Name' },
      spec: { containers: [{ name: 'a', image: 'b' }] },
    })
    expect(await said('create -f -', bad)).toMatch(
      /^The Pod "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/,
    )
    const unknown = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, dta: {} })
    expect(await said('create -f -', unknown)).toMatch(/strict decoding error: unknown field "dta"|unknown field "dta"/)
  })
})
