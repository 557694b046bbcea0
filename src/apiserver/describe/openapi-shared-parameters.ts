/**
 * Parameters that stand in many places of an OpenAPI v2 document are said once and referred to, under their name and a hash of what they say:
 * a third of the document saved. Not dryRun and fieldValidation: old kubectl looks for those two where they are used.
 */
import type { OpenApiObject } from '../../apimachinery/schema/to-openapi.ts'

const genericBody = '#/definitions/io.k8s.apimachinery'

/** The same paths, with references; and what they refer to, by name. */
export function shareParameters(paths: OpenApiObject): { readonly paths: OpenApiObject; readonly parameters: OpenApiObject } {
  const shared = new Map<string, OpenApiObject>()
  const refer = (parameter: OpenApiObject): OpenApiObject => {
    if (!isShared(parameter)) return parameter
    const name = `${parameter.name}-${hashOf(JSON.stringify(parameter))}`
    shared.set(name, parameter)
    return { $ref: `#/parameters/${name}` }
  }
  const withReferences = (holder: OpenApiObject): OpenApiObject =>
    holder.parameters === undefined ? holder : { ...holder, parameters: (holder.parameters as OpenApiObject[]).map(refer) }
  const changed = Object.entries(paths).map(([path, item]) => {
    const operations = Object.entries(withReferences(item as OpenApiObject)).map(
      ([key, value]) => [key, key === 'parameters' ? value : withReferences(value as OpenApiObject)] as const,
    )
    return [path, Object.fromEntries(operations)] as const
  })
  const sorted = [...shared].sort(([a], [b]) => (a < b ? -1 : 1))
  return { paths: Object.fromEntries(changed), parameters: Object.fromEntries(sorted) }
}

function isShared({ name, in: place, schema }: OpenApiObject): boolean {
  // Its description names the kind.
  if (name === 'name' || name === 'fieldValidation' || name === 'dryRun') return false
  return place !== 'body' || String((schema as OpenApiObject).$ref).startsWith(genericBody)
}

/** The first six bytes of FNV-1, as URL-safe base64. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text)) hash = ((hash * 0x100000001b3n) & 0xffffffffffffffffn) ^ BigInt(byte)
  return Buffer.from(hash.toString(16).padStart(16, '0').slice(0, 12), 'hex').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
