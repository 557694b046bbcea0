/** /openapi/v2: everything in one document, as JSON or gnostic's protobuf. */
import type { HttpResponse } from '../../wire/http.ts'
import type { Answer } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'
import { acceptedForm, answerDocument, notAcceptableForm } from './openapi-answer.ts'
import { openApiDocuments } from './openapi-v3.ts'

export function openApiV2(context: RequestContext): Answer {
  const form = acceptedForm(context, 'spec.v2')
  return form === undefined ? notAcceptableForm(context) : document(context, form)
}

async function document(context: RequestContext, form: 'json' | 'protobuf'): Promise<HttpResponse> {
  const documents = await openApiDocuments(context)
  return answerDocument(context, documents.v2(), { served: { form, spec: 'spec.v2' } })
}
