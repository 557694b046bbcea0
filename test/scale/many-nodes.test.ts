/**
 * A thousand simulated nodes and many Pods in one process, with a real kubectl looking on. The whole promise is 5,000 Pods
 * (`T8S_SCALE_PODS=5000`, about a minute); every run does a part of it.
 */
import { afterAll, expect, test } from 'vitest'
import { eventually, type RunningCluster, startCluster } from '../e2e/running-cluster.ts'

const nodes = 1000
const perDeployment = 500
const pods = Number(process.env.T8S_SCALE_PODS ?? 1000)
let cluster: RunningCluster | undefined

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
})

test(`${nodes} nodes and ${pods} Pods come up`, async () => {
  cluster = await startCluster(['--ephemeral', '--nodes', String(nodes)])
  const { kubectl } = cluster
  for (let number = 1; number <= pods / perDeployment; number++) {
    expect((await kubectl(`create deployment d${number} --image=nginx --replicas=${perDeployment}`)).code).toBe(0)
  }
  const ready = "get deployments -o jsonpath='{range .items[*]}{.status.readyReplicas} {end}'"
  await eventually(
    'all Pods to be ready',
    () => kubectl(ready).then((one) => one.stdout),
    (text) =>
      text
        .trim()
        .split(' ')
        .reduce((sum, count) => sum + Number(count), 0) === pods,
    240_000,
  )
  const placed = (await kubectl("get pods -o jsonpath='{range .items[*]}{.spec.nodeName} {end}'")).stdout.trim().split(' ')
  expect(placed.length).toBe(pods)
  expect(new Set(placed).size).toBeGreaterThan(Math.min(pods, nodes) / 3)
}, 300_000)
