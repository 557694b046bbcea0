/** Applying twice is applying once, whatever the object and whoever came before: nothing changes, and nobody owns anything more. */
import { assert as holds, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { arbitraryObject } from '../../testing/arbitrary.ts'
import type { JsonObject } from '../patch/plain-json.ts'
import type { StructSchema } from '../schema/schema.ts'
import { reasonOf } from '../status-error.ts'
import { applyPatch } from './apply.ts'

const numRuns = 25
const rounds = kinds.map(({ kind, group, versions }) => {
  const [version] = versions
  const apiVersion = group === '' ? (version?.name ?? '') : `${group}/${version?.name}`
  return { kind, apiVersion, schema: version?.schema as StructSchema }
})

describe.each(rounds)('$apiVersion $kind', ({ kind, apiVersion, schema }) => {
  const common = { schema, apiVersion, kind, subresource: '', nowText: '2026-01-02T03:04:05Z' }
  // What the server keeps for itself, and null, which means nothing in an applied object.
  const one = arbitraryObject(schema, 4).map((value) => {
    const { metadata: _, ...rest } = JSON.parse(JSON.stringify(value), (_name, inner) => (inner === null ? undefined : inner)) as JsonObject
    return { ...rest, apiVersion, kind, metadata: { name: 'a' } } as JsonObject
  })
  const applied = (live: JsonObject | undefined, config: JsonObject, manager: string, nowText: string) =>
    applyPatch({ ...common, live, applied: config, manager, nowText, force: true })

  test('twice is once, also over what another has applied', () => {
    holds(
      property(tuple(one, one), ([first, second]) => {
        let live: JsonObject | undefined
        for (const [manager, config] of [
          ['one', first],
          ['two', second],
        ] as const) {
          let before: ReturnType<typeof applied>
          try {
            before = applied(live, config, manager, common.nowText)
          } catch (error) {
            // Random lists may hold a key twice: refused, and nothing to repeat.
            expect(reasonOf(error) ?? 'plain').not.toBe('Conflict')
            return
          }
          live = {
            ...before.object,
            metadata: { ...(before.object.metadata as JsonObject), managedFields: before.managedFields },
          } as unknown as JsonObject
          const again = applied(live, config, manager, '2026-02-03T04:05:06Z')
          expect(again.isNoop).toBe(true)
          expect(again.object).toEqual(before.object)
          expect(again.managedFields).toEqual(before.managedFields)
        }
      }),
      { numRuns },
    )
  })
})
