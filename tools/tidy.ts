/**
 * Keeps the house livable, in one pass over the tree: layers, import cycles, banned calls and modules, file headers,
 * barrels, default exports, dead files, leftovers. Every finding says how to mend it. Judgement (names, size, prose) is
 * not its business. Run by tidy.test.ts, and by hand: `node tools/tidy.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bannedCalls, bannedModules, excused, layers, withoutNode } from './layers.ts'

export interface SourceFile {
  /** From the project's root: src/store/store.ts */
  readonly path: string
  readonly text: string
}
interface Import {
  readonly specifier: string
  readonly line: number
}

const root = fileURLToPath(new URL('..', import.meta.url))

export function readSources(folders: readonly string[] = ['src', 'test', 'tools', 'bench']): readonly SourceFile[] {
  const files: SourceFile[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) visit(path)
      else if (entry.name.endsWith('.ts')) files.push({ path, text: readFileSync(join(root, path), 'utf8') })
    }
  }
  for (const folder of folders) visit(folder)
  return files
}

export function tidy(files: readonly SourceFile[]): readonly string[] {
  const findings: string[] = []
  const graph = new Map<string, readonly string[]>()
  const known = new Set(files.map((file) => file.path))
  for (const file of files) {
    const imports = importsOf(file.text)
    graph.set(
      file.path,
      imports.filter(({ specifier }) => specifier.startsWith('.')).map(({ specifier }) => resolveImport(file.path, specifier)),
    )
    if (file.path.startsWith('src/')) findings.push(...checkLayers(file, imports), ...checkWorld(file, imports))
    findings.push(...checkShape(file))
    for (const target of graph.get(file.path) ?? [])
      if (!known.has(target)) findings.push(`${file.path} imports ${target}, which does not exist`)
  }
  findings.push(...findCycles(graph), ...findDeadFiles(files, graph))
  return findings
}

function importsOf(text: string): readonly Import[] {
  const found: Import[] = []
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]/g
  for (const match of text.matchAll(pattern)) {
    found.push({ specifier: (match[1] ?? match[2] ?? match[3]) as string, line: text.slice(0, match.index).split('\n').length })
  }
  return found
}

function resolveImport(from: string, specifier: string): string {
  return relative(root, resolve(root, dirname(from), specifier))
}

function layerOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('test/') || path.startsWith('src/testing/')
}

function checkLayers(file: SourceFile, imports: readonly Import[]): readonly string[] {
  const layer = layerOf(file.path)
  const allowed = layers[layer]
  if (allowed === undefined) return [`${file.path}: ${layer} is no layer: add it to tools/layers.ts or move the file`]
  if (allowed === '*' || isTest(file.path)) return []
  return imports.flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return []
    const target = layerOf(resolveImport(file.path, specifier))
    if (target === layer || allowed.includes(target)) return []
    return [`${file.path}:${line}: ${layer} may not import ${target}; they meet through the API (ARCHITECTURE.md, layers)`]
  })
}

function checkWorld(file: SourceFile, imports: readonly Import[]): readonly string[] {
  if (file.path.startsWith('src/std/') || isTest(file.path)) return []
  const findings: string[] = []
  const code = file.text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '))
  for (const { pattern, instead } of bannedCalls) {
    const index = code.search(pattern)
    if (index >= 0)
      findings.push(`${file.path}:${code.slice(0, index).split('\n').length}: ${code.match(pattern)?.[0]} is banned here: use ${instead}`)
  }
  const isWire = excused.bannedModules.some((folder) => file.path.startsWith(folder))
  const isPure = withoutNode.some((folder) => file.path.startsWith(`src/${folder}/`) || file.path === `src/${folder}.ts`)
  for (const { specifier, line } of imports) {
    if (bannedModules.includes(specifier) && !isWire) findings.push(`${file.path}:${line}: ${specifier} is banned here: go through src/std`)
    else if (specifier.startsWith('node:') && isPure)
      findings.push(`${file.path}:${line}: this folder knows nothing of Node, but imports ${specifier}: add a door to src/std`)
  }
  return findings
}

function checkShape(file: SourceFile): readonly string[] {
  const findings: string[] = []
  if (!/^(#!.*\n)?\/\*\*/.test(file.text))
    findings.push(`${file.path}: opens without a narrative: say in a few lines what this room is for`)
  if (/(^|\/)(index|utils?|helpers?|common)\.ts$/.test(file.path))
    findings.push(`${file.path}: the name says nothing: its contents belong in other rooms`)
  if (/\n\s*export default\b/.test(file.text) && !file.path.endsWith('.config.ts'))
    findings.push(`${file.path}: default export: give it a name`)
  if (/\n\s*export \* from/.test(file.text)) findings.push(`${file.path}: barrel: import from the file that owns the thing`)
  if (new RegExp(`\\b${'FIX'}${'ME'}\\b`).test(file.text))
    findings.push(`${file.path}: ${'FIX'}${'ME'} never lands: mend it or open an issue`)
  return findings
}

function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      cycles.push(`Import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}: move what both need to a file of its own`)
      return
    }
    state.set(path, 'open')
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}

/** Files that nothing imports: neither tests, nor entries, nor scripts. */
function findDeadFiles(files: readonly SourceFile[], graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const used = new Set([...graph.values()].flat())
  const isEntry = (path: string): boolean =>
    isTest(path) || path.startsWith('tools/') || path.startsWith('bench/') || path === 'src/cli/main.ts' || /^src\/exports\//.test(path)
  return files.filter(({ path }) => !isEntry(path) && !used.has(path)).map(({ path }) => `${path}: nothing imports it: use it or delete it`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = tidy(readSources())
  for (const finding of findings) console.log(finding)
  console.log(findings.length === 0 ? 'Tidy.' : `${findings.length} findings.`)
  process.exitCode = findings.length === 0 ? 0 : 1
}
