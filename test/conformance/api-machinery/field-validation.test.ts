/** fieldValidation=Strict: fields that nobody knows or that come twice are refused by name. */
import { describe, expect, test } from 'vitest'
import { connect, refused } from '../api.ts'

const api = await connect()
const strict = { fieldManager: 'field_validation_mgr', fieldValidation: 'Strict' }
const template = '{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}'

async function refusal(metadata: string, spec: string): Promise<string> {
  const namespace = await api.namespace('field-validation')
  const body = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"my-dep",${metadata}"labels":{"app":"nginx"}},"spec":{${spec}"selector":{"matchLabels":{"app":"nginx"}},"template":${template}}}`
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
  const status = await refused(api.request('POST', path, { body, query: strict }))
  expect(status).toMatchObject({ code: 400, reason: 'BadRequest' })
  return status.message
}

describe.concurrent('field validation', () => {
  test('[sig-api-machinery] FieldValidation should detect unknown and duplicate fields of a typed object [Conformance]', async () => {
    expect(await refusal('', '"unknownField":"foo","replicas":2,"replicas":3,')).toContain(
      'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
    )
  })

  test('[sig-api-machinery] FieldValidation should detect unknown metadata fields of a typed object [Conformance]', async () => {
    expect(await refusal('"unknownMeta":"foo",', '')).toContain('strict decoding error: unknown field "metadata.unknownMeta"')
  })
})
