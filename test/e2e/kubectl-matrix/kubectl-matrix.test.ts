/**
 * The 169 lines of the kubectl matrix that need no containers, with every kubectl at hand: one cluster for each version, all
 * stories side by side. Each test waits for its line, so that what is slow or wrong is seen by its number.
 *
 *     T8S_KUBECONFIG=~/.kube/config npm test -- test/e2e/kubectl-matrix        the same against another cluster
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, describe as suite, test } from 'vitest'
import { kubectlBinaries, makeDirectory, type RunningCluster, run, startCluster } from '../running-cluster.ts'
import { change } from './change.ts'
import { connection } from './connection.ts'
import { create } from './create.ts'
import { customResources } from './custom-resources.ts'
import { deletion } from './delete.ts'
import { describe } from './describe.ts'
import type { Line, Story } from './line.ts'
import { nodesAndAuth } from './nodes-and-auth.ts'
import { read } from './read.ts'
import { rollOut } from './roll-out.ts'
import { type Failure, type Kubectl, runStory, runs } from './run-story.ts'

// What takes longest comes first, so that it does not go on alone at the end.
const stories = [...deletion, ...rollOut, ...change, ...read, ...describe, ...connection, ...create, ...nodesAndAuth, ...customResources]
const lines = stories.flatMap((story) => story.lines).sort((a, b) => a.line - b.line)

/** How many stories run at the same time: kubectl is what takes the time, and the machine has few cores. */
const storiesAtOnce = 4

const binaries = await kubectlBinaries(process.env.T8S_KUBECTL?.split(',') ?? ['1.27', '1.30', '1.33'])

test('every line that needs no containers is here once', () => {
  const numbers = lines.map(({ line }) => line)
  expect(numbers.filter((one, index) => numbers[index - 1] === one)).toEqual([])
  expect(numbers).toHaveLength(169)
})

suite.each(await Promise.all(binaries.map(versionOf)))('kubectl $version', ({ binary, version }) => {
  const outcomes = new Map<Line, PromiseWithResolvers<readonly Failure[]>>()
  for (const line of lines) outcomes.set(line, Promise.withResolvers())
  let cluster: RunningCluster | undefined

  beforeAll(async () => {
    const given = process.env.T8S_KUBECONFIG
    if (given === undefined) cluster = await startCluster(['--ephemeral'])
    const directory = cluster?.directory ?? makeDirectory()
    const kubeconfig = cluster?.kubeconfig ?? (given as string)
    const nodes = await run(binary, ['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}', `--kubeconfig=${kubeconfig}`])
    const kubectl = { binary, version, kubeconfig, directory: join(directory, 'matrix'), node: nodes.stdout }
    void runAll(kubectl, stories, (line, failures) => outcomes.get(line)?.resolve(failures))
  }, 60_000)
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
  })

  for (const line of lines) {
    if (!runs(line, version)) continue
    test(`${line.line}: kubectl ${line.steps[0]?.run}`, async () => {
      const failures = (await outcomes.get(line)?.promise) ?? []
      const [first] = failures
      if (line.missing !== undefined) expect(failures, `${line.missing} are there: take the mark away`).not.toEqual([])
      else if (first !== undefined) expect(first.actual, `kubectl ${first.run}`).toBe(first.expected)
    })
  }
})

async function runAll(kubectl: Kubectl, all: readonly Story[], done: (line: Line, failures: readonly Failure[]) => void): Promise<void> {
  const waiting = [...all]
  const worker = async (): Promise<void> => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) {
      await runStory(kubectl, story, done).catch((error: unknown) => {
        for (const line of story?.lines ?? []) done(line, [{ run: story?.name ?? '', expected: '', actual: String(error) }])
      })
    }
  }
  await Promise.all(Array.from({ length: storiesAtOnce }, worker))
}

async function versionOf(binary: string): Promise<{ binary: string; version: string }> {
  const { stdout } = await run(binary, ['version', '--client', '-o', 'json'])
  const { major, minor } = (JSON.parse(stdout) as { clientVersion: { major: string; minor: string } }).clientVersion
  return { binary, version: `${major}.${Number.parseInt(minor, 10)}` }
}
