/**
 * What a write through an endpoint cannot change, and hence never owns: the status through the main resource, everything but
 * the status through /status. Computed once per resource and endpoint.
 */
import { type FieldSet, setOf } from '../../apimachinery/apply/field-set.ts'
import { fieldElement } from '../../apimachinery/apply/path-element.ts'
import type { ServedResource } from './catalog.ts'

const known = new WeakMap<ServedResource, Map<string, FieldSet | undefined>>()

export function resetFieldsOf(resource: ServedResource, subresource: string): FieldSet | undefined {
  let bySubresource = known.get(resource)
  if (bySubresource === undefined) known.set(resource, (bySubresource = new Map()))
  if (!bySubresource.has(subresource)) bySubresource.set(subresource, compute(resource, subresource))
  return bySubresource.get(subresource)
}

function compute(resource: ServedResource, subresource: string): FieldSet | undefined {
  if (subresource === '') {
    // What a signing request asks for never changes.
    if (resource.kind.kind === 'CertificateSigningRequest') return setOf([fieldElement('spec')], [fieldElement('status')])
    return resource.kind.hasStatus ? setOf([fieldElement('status')]) : undefined
  }
  if (subresource !== 'status') return undefined
  const names = Object.keys(resource.schema.fields).filter((name) => !['kind', 'apiVersion', 'metadata', 'status'].includes(name))
  return setOf(...names.map((name) => [fieldElement(name)]))
}
