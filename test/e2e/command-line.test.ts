/**
 * `t8s` itself, as people use and misuse it: a second start, a taken port, places where nothing can be kept, damage, kill -9. Each mistake is one
 * clear line with what to do next, never a stack, and nothing is left half done.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { eventually, makeDirectory, startCluster, t8s } from './running-cluster.ts'

const directory = makeDirectory()
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('start, status, a second start, kill -9, start again, stop, delete', async () => {
  const first = await startCluster([], directory)
  expect(first.readyMs).toBeLessThan(15_000)
  expect((await first.kubectl('create configmap kept --from-literal=a=b')).code).toBe(0)
  const status = await t8s(['status', '-o', 'json'], directory)
  expect(JSON.parse(status.stdout)).toMatchObject({ running: true, ready: true, nodes: 3 })

  const second = await t8s(['up'], directory)
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringMatching(/^Error: The cluster "default" is already running \(process \d+, https:.*\): use it, stop it with `t8s down`/),
  ])
  const port = /:(\d+)\n/.exec(first.output())?.[1] ?? ''
  const taken = await t8s(['up', '--ephemeral', '--name', 'other', '--port', port], directory)
  expect([taken.code, taken.stderr]).toEqual([
    1,
    expect.stringMatching(/^Error: Port \d+ on 127\.0\.0\.1 is taken: choose another with --port/),
  ])

  await first.stop('SIGKILL')
  const again = await startCluster([], directory)
  expect((await again.kubectl("get configmap kept -o jsonpath='{.data.a}'")).stdout).toBe('b')
  expect(await again.stop('SIGINT')).toBe(0)
  expect(again.output()).toMatch(/Stopped\. Everything is kept in/)
  expect(readFileSync(again.kubeconfig, 'utf8')).not.toMatch(/t8s/)
  expect((await t8s(['status'], directory)).code).toBe(3)
  expect((await t8s(['delete'], directory)).stdout).toMatch(/^Deleted the cluster "default"/)
}, 60_000)

test.each([
  [['up', '--data-dir', '/etc/passwd/x'], /^Error: A part of .* is a file, not a directory: choose another place with --data-dir/],
  [['up', '--data-dir', '/proc/nothing'], /^Error: .*cannot be made there: choose another place with --data-dir/],
  [['up', '--nodes', '-1'], /argument '-1' is invalid\. It must be a whole number from 0 to 10000/],
  [['up', '--nope'], /^error: unknown option '--nope'/],
  [['up', '--name', 'No Good'], /^Error: "No Good" cannot be the name of a cluster: use lower-case letters/],
  [['up', '--ephemeral', '--bind-address', '203.0.113.1'], /^Error: 203\.0\.113\.1 is no address of this machine/],
])('%j', async (args, message) => {
  const { code, stderr } = await t8s(args, directory)
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('a damaged store is refused and left as it is', async () => {
  const cluster = await startCluster(['--name', 'damaged'], directory)
  await eventually(
    'nodes',
    () => cluster.kubectl('get nodes --no-headers').then((one) => one.stdout),
    (text) => /node-3/.test(text),
  )
  expect((await t8s(['down', '--name', 'damaged'], directory)).stdout).toMatch(/^Stopped the cluster "damaged"; its data is kept in/)
  const file = join(directory, 'home/damaged/store/log-0000000000000001.wal')
  const bytes = readFileSync(file)
  for (let at = 3000; at < 3040; at++) bytes[at] = (bytes[at] as number) ^ 0xff
  writeFileSync(file, bytes)
  const { code, stderr } = await t8s(['up', '--name', 'damaged'], directory)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^Error: File ".*" is damaged at offset \d+: .* Nothing was changed\. Restore/)])
  expect(readFileSync(file).equals(bytes)).toBe(true)
}, 60_000)

test('a cluster whose reader has left goes on quietly, and stops when told', async () => {
  const cluster = await startCluster(['--ephemeral', '--name', 'alone', '--log-level', 'debug'], directory)
  cluster.process.stdout?.destroy()
  cluster.process.stderr?.destroy()
  expect((await cluster.kubectl('create deployment web --image=nginx')).code).toBe(0)
  await eventually(
    'the Pod to run',
    () => cluster.kubectl('get pods --no-headers').then((one) => one.stdout),
    (text) => /Running/.test(text),
  )
  expect(await cluster.stop('SIGTERM')).toBe(0)
}, 60_000)
