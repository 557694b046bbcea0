/**
 * What types and fields mean, for `kubectl explain` and OpenAPI, written as text:
 *
 *     core.v1.EnvVar: One environment variable.
 *       name: Its name.
 *       value, valueFrom: Its value, and where it comes from.
 *
 * A type is named as in OpenAPI, without its usual beginning; several types or fields that mean the same share a line; a type may be there more
 * than once. The texts lie apart from the schemas because hardly any server is ever asked: they are loaded with the first OpenAPI document.
 */
export interface TypeDocumentation {
  readonly text: string
  readonly fields: ReadonlyMap<string, string>
}
/** By full OpenAPI name. */
export type Documentation = ReadonlyMap<string, TypeDocumentation>

export function parseDocumentation(...texts: readonly string[]): Documentation {
  const types = new Map<string, { text: string; fields: Map<string, string> }>()
  for (const text of texts) {
    let current: { text: string; fields: Map<string, string> }[] = []
    for (const line of text.split('\n')) {
      if (line === '') continue
      const { names, meaning, isField } = parseLine(line)
      if (isField) {
        for (const { fields } of current) for (const name of names) fields.set(name, meaning)
        continue
      }
      current = names.map((name) => ({ text: meaning, fields: types.get(fullName(name))?.fields ?? new Map<string, string>() }))
      for (const [index, name] of names.entries()) types.set(fullName(name), current[index] as (typeof current)[number])
    }
  }
  return types
}

/** Under its own name, else under that which it has in another version of its group. */
export function documentationOf(documentation: Documentation, name: string): TypeDocumentation | undefined {
  const exact = documentation.get(name)
  if (exact !== undefined) return exact
  const [, group, type] = /^(.*\.)v[0-9]+(?:(?:alpha|beta)[0-9]+)?(\.[^.]+)$/.exec(name) ?? []
  if (group === undefined) return undefined
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const other = documentation.get(`${group}${version}${type}`)
    if (other !== undefined) return other
  }
  return undefined
}

function parseLine(line: string): { names: string[]; meaning: string; isField: boolean } {
  const [, indent = '', names = '', meaning = ''] = /^( {2})?(\S[^:]*): (.+)$/.exec(line) ?? []
  if (meaning === '') throw new Error(`Not a line of documentation: ${line}`)
  return { names: names.split(', '), meaning, isField: indent !== '' }
}

function fullName(name: string): string {
  if (name.startsWith('io.')) return name
  return name.startsWith('meta.') ? `io.k8s.apimachinery.pkg.apis.${name}` : `io.k8s.api.${name}`
}

/** What fields mean that so many types have that nobody wants to write it again; `owner` is the full name of the type. */
export function commonMeaning(owner: string, field: string, isStruct: boolean): string | undefined {
  if (isStruct && field === 'spec') return 'What is wanted.'
  if (isStruct && field === 'status') return 'What was last seen. Written by the control plane.'
  return owner.endsWith('Condition') ? conditionFields[field] : undefined
}

const conditionFields: Readonly<Record<string, string>> = {
  type: 'What it is about.',
  status: 'True, False or Unknown.',
  reason: 'Why, in one word, for programs.',
  message: 'Why, for people.',
  lastTransitionTime: 'When status last changed.',
}
