/** Kubeconfig files in a disk in memory: merged, taken out again, other people's entries untouched, broken ones refused. */
import { expect, test } from 'vitest'
import { MemoryDisk } from '../std/memory-disk.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { parseYaml } from '../wire/yaml.ts'
import { loadContext, mergeContext, type OwnContext, removeContext } from './kubeconfig.ts'

const path = '/home/me/.kube/config'
const own: OwnContext = {
  context: 't8s',
  server: 'https://127.0.0.1:6443',
  certificateAuthority: 'AUTHORITY',
  clientCertificate: 'CERTIFICATE',
  clientKey: 'KEY',
}
const strangers = `apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: work
  cluster: {server: 'https://work:6443', certificate-authority: ca.pem}
users:
- name: me
  user: {token: secret, exec: {command: aws}}
contexts:
- name: work
  context: {cluster: work, user: me, namespace: team}
current-context: work
extensions: [{name: keep, extension: {a: 1}}]
`

async function diskWith(text?: string): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/home/me/.kube')
  if (text !== undefined) await disk.replaceFile(path, new TextEncoder().encode(text))
  return disk
}
async function read(disk: MemoryDisk): Promise<Record<string, unknown>> {
  return parseYaml((await disk.readFile(path)) as Uint8Array) as Record<string, unknown>
}

test('a context is merged, is current, and goes again without a trace of it', async () => {
  const disk = await diskWith(strangers)
  const before = await read(disk)
  const previous = await mergeContext(disk, path, own, new VirtualClock())
  expect(previous).toBe('work')
  const merged = await read(disk)
  expect([merged['current-context'], (merged.clusters as unknown[]).length, merged.extensions]).toEqual(['t8s', 2, before.extensions])
  expect(await loadContext(disk, path)).toEqual({
    server: own.server,
    certificateAuthority: 'AUTHORITY',
    clientCertificate: 'CERTIFICATE',
    clientKey: 'KEY',
  })
  await removeContext(disk, path, 't8s', new VirtualClock(), previous)
  expect(await read(disk)).toEqual(before)
  expect(await disk.readFile(`${path}.lock`)).toBeUndefined()
})

test('merging twice replaces; the file is made when there is none', async () => {
  const disk = new MemoryDisk()
  await mergeContext(disk, path, own, new VirtualClock())
  await mergeContext(disk, path, { ...own, server: 'https://127.0.0.1:7000' }, new VirtualClock())
  const { clusters, users, contexts } = await read(disk)
  expect([clusters, users, contexts].map((list) => (list as unknown[]).length)).toEqual([1, 1, 1])
  expect((await loadContext(disk, path, 't8s')).server).toBe('https://127.0.0.1:7000')
  await removeContext(disk, path, 't8s', new VirtualClock())
  expect((await read(disk))['current-context']).toBe('')
  await removeContext(disk, '/nowhere', 't8s', new VirtualClock())
})

test('files named in a kubeconfig are found beside it', async () => {
  const disk = await diskWith(strangers)
  await expect(loadContext(disk, path)).rejects.toThrow(
    'The kubeconfig /home/me/.kube/config names the file /home/me/.kube/ca.pem, which does not exist',
  )
  await disk.replaceFile('/home/me/.kube/ca.pem', new TextEncoder().encode('PEM'))
  expect(await loadContext(disk, path)).toEqual({
    server: 'https://work:6443',
    certificateAuthority: 'PEM',
    token: 'secret',
    namespace: 'team',
  })
})

test.each([
  ['a: [', /is no YAML \(.*\): mend it, or name another with --kubeconfig/],
  ['- a', /is no kubeconfig: mend it/],
  ['just text', /is no kubeconfig: mend it/],
  ['clusters: {}', /is no kubeconfig: mend it/],
  ['clusters: [1]', /is no kubeconfig: mend it/],
])('%j is refused and stays as it is', async (text, message) => {
  const disk = await diskWith(text)
  await expect(mergeContext(disk, path, own, new VirtualClock())).rejects.toThrow(message)
  expect(new TextDecoder().decode(await disk.readFile(path))).toBe(text)
  expect(await disk.readFile(`${path}.lock`)).toBeUndefined()
})

test('whoever holds the lock is waited for; a lock that was left behind is broken', async () => {
  const disk = await diskWith(strangers)
  const clock = new VirtualClock()
  await disk.replaceFile(`${path}.lock`, new Uint8Array(0))
  const waiting = mergeContext(disk, path, own, clock)
  await clock.advance(1000)
  expect(new TextDecoder().decode(await disk.readFile(path))).toBe(strangers)
  await clock.advance(2000)
  expect(await waiting).toBe('work')
  await disk.replaceFile(`${path}.lock`, new Uint8Array(0))
  const later = mergeContext(disk, path, { ...own, context: 'other' }, clock)
  await clock.advance(100)
  await disk.remove(`${path}.lock`)
  await clock.advance(100)
  expect(await later).toBe('t8s')
})

test('an unknown context says what to do', async () => {
  await expect(loadContext(await diskWith(strangers), path, 'nope')).rejects.toThrow('has no server for the context "nope"')
  await expect(loadContext(new MemoryDisk(), path)).rejects.toThrow('There is no kubeconfig at /home/me/.kube/config')
})
