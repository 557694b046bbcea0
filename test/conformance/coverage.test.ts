/**
 * Every conformance test that needs no container and no network (the classes "api", and "api+fake-node", for which simulated nodes will do)
 * is either here under its exact name or on the list of what is not yet. The list of names is upstream's; where it is not at hand there is nothing to compare.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { notYet } from './not-yet.ts'

const listed = new URL('../../../shared/reference/conformance.tsv', import.meta.url)

function namesHere(): readonly string[] {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'))
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const names = [...text.matchAll(/\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/g)].map((match) =>
      (match[1] ?? match[2] ?? '').replaceAll("\\'", "'"),
    )
    return names.filter((name) => name.startsWith('[sig-'))
  })
}

describe.runIf(existsSync(listed))('coverage', () => {
  test('every name is here or not yet, once, and as upstream has it', () => {
    const rows = readFileSync(listed, 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
    const upstream = new Set(rows.map((row) => row[3]))
    const wanted = rows.filter(([kind]) => kind === 'api' || kind === 'api+fake-node').map((row) => row[3] as string)
    const here = namesHere()
    const missing = Object.values(notYet).flat() as readonly string[]
    const all = [...here, ...missing]
    expect(wanted).toHaveLength(122 + 80)
    expect(wanted.filter((name) => !all.includes(name))).toEqual([])
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([])
    expect(all.filter((name) => !upstream.has(name))).toEqual([])
  })
})
