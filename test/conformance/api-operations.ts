/**
 * The course that most "should support … API operations" tests take through a resource: discovery, three objects, get, list, watch, patch,
 * update, the status subresource, delete, delete the rest as a collection. A test names what differs.
 */
import { expect } from 'vitest'
import { type Api, type Json, randomName, refused } from './api.ts'

export interface Operations {
  readonly apiVersion: string
  readonly plural: string
  readonly kind: string
  readonly namespace?: string
  /** Without a name: `generateName` is `base-`. Labels are added. */
  readonly base: string
  readonly template: Json
  /** A merge patch beside the annotation, and how its effect is seen. */
  readonly patch?: Json
  readonly patched?: (object: Json) => void
  readonly update?: (object: Json) => void
  readonly updated?: (object: Json) => void
  /** Subresources that discovery has to know. */
  readonly subresources?: readonly string[]
  /** What is done between update and delete: status and the like. Gets the object that was created last. */
  readonly subresourceSteps?: (name: string, created: Json) => Promise<void>
}

export function expectResourceVersion(object: Json): void {
  expect(object.metadata.resourceVersion).toMatch(/^[1-9]\d*$/)
}

export function expectLater(later: Json, earlier: Json): void {
  expect(BigInt(later.metadata.resourceVersion)).toBeGreaterThan(BigInt(earlier.metadata.resourceVersion))
}

export async function expectDiscovered(api: Api, apiVersion: string, resources: readonly string[]): Promise<void> {
  const [group, version] = apiVersion.split('/') as [string, string]
  const groups = await api.get('/apis')
  expect(groups.groups.find((one: Json) => one.name === group)?.versions).toContainEqual({ groupVersion: apiVersion, version })
  expect((await api.get(`/apis/${group}`)).versions).toContainEqual({ groupVersion: apiVersion, version })
  const list = await api.get(`/apis/${apiVersion}`)
  expect(list.resources.map((one: Json) => one.name)).toEqual(expect.arrayContaining([...resources]))
}

export async function runOperations(api: Api, operations: Operations): Promise<void> {
  const { apiVersion, plural, kind, namespace, base, template } = operations
  await expectDiscovered(api, apiVersion, [plural, ...(operations.subresources ?? []).map((one) => `${plural}/${one}`)])

  const resource = api.of(apiVersion, plural, namespace)
  const label = randomName('run')
  const selected = { labelSelector: `${base}-label=${label}` }
  const object = {
    ...template,
    metadata: { generateName: `${base}-`, ...template.metadata, labels: { ...template.metadata?.labels, [`${base}-label`]: label } },
  }
  await resource.create(object)
  await resource.create(object)
  const created = await resource.create(object)
  const name = created.metadata.name

  const read = await resource.get(name)
  expect(read.metadata.uid).toBe(created.metadata.uid)
  expect(read.kind).toBe(kind)
  expectResourceVersion(read)

  const list = await resource.list(selected)
  expect(list.items).toHaveLength(3)
  await using watch = await resource.watch({ ...selected, resourceVersion: list.metadata.resourceVersion })
  if (namespace !== undefined) {
    const everywhere = api.of(apiVersion, plural)
    expect((await everywhere.list(selected)).items).toHaveLength(3)
    await using _clusterWide = await everywhere.watch({ ...selected, resourceVersion: list.metadata.resourceVersion })
  }

  const patched = await resource.patch(name, { ...operations.patch, metadata: { annotations: { patched: 'true' } } })
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' })
  expectLater(patched, created)
  operations.patched?.(patched)

  const updated = await resource.change(name, (copy) => {
    copy.metadata.annotations.updated = 'true'
    operations.update?.(copy)
  })
  expect(updated.metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' })
  operations.updated?.(updated)

  await watch.until('the patch and the update', (event) => {
    expect(event.type).toBe('MODIFIED')
    expect(event.object.kind).toBe(kind)
    return event.object.metadata.annotations?.updated === 'true'
  })

  await operations.subresourceSteps?.(name, created)

  await resource.delete(name)
  const left = await resource.find(name)
  if (left !== undefined) expectTerminating(left)
  const two = await resource.list(selected)
  for (const one of two.items) if (one.metadata.name === name) expectTerminating(one)
  expect(two.items.filter((one: Json) => one.metadata.name !== name)).toHaveLength(2)
  await resource.deleteCollection(selected)
  for (const one of (await resource.list(selected)).items) expectTerminating(one)
  if (left === undefined) expect(await refused(resource.get(name))).toMatchObject({ code: 404, reason: 'NotFound' })
}

function expectTerminating(object: Json): void {
  expect(object.metadata.deletionTimestamp).toBeDefined()
  expect(object.metadata.finalizers).not.toHaveLength(0)
}
