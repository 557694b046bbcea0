/** Which fields list their values in OpenAPI: those whose Go type is marked as an enumeration, and no others. */
import { expect, test } from 'vitest'
import { startTestApiServer } from '../../testing/api-server.ts'

test('values are listed for enumerations only', async () => {
  await using api = await startTestApiServer()
  const { components } = (await api.request('GET', '/openapi/v3/api/v1')).json
  const property = (type: string, name: string): object => components.schemas[`io.k8s.api.core.v1.${type}`].properties[name]
  expect(property('PodSpec', 'restartPolicy')).toMatchObject({ enum: ['Always', 'Never', 'OnFailure'] })
  // A string like any other, though only some values are of use.
  for (const [type, name] of [
    ['Container', 'restartPolicy'],
    ['PodReadinessGate', 'conditionType'],
    ['PodCondition', 'status'],
    ['Secret', 'type'],
  ] as const)
    expect(property(type, name), `${type}.${name}`).not.toHaveProperty('enum')
  expect(property('PersistentVolumeClaimSpec', 'accessModes')).toMatchObject({ items: { enum: expect.arrayContaining(['ReadWriteOnce']) } })
  const statuses = { enum: expect.arrayContaining(['NodeResizePending']) }
  expect(property('PersistentVolumeClaimStatus', 'allocatedResourceStatuses')).toMatchObject({ additionalProperties: statuses })
})
