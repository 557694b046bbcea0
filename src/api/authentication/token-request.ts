/**
 * authentication.k8s.io/v1 TokenRequest: the body of serviceaccounts/token.
 */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface BoundObjectReference extends Infer<typeof boundObjectReference> {}
export const boundObjectReference = struct('authentication.v1.BoundObjectReference', {
  kind: field(1, string).optional(),
  apiVersion: field(2, string).optional(),
  name: field(3, string).optional(),
  uid: field(4, string).optional(),
})

export interface TokenRequestSpec extends Infer<typeof tokenRequestSpec> {}
export const tokenRequestSpec = struct('authentication.v1.TokenRequestSpec', {
  audiences: field(1, list(string)).listAtomic(),
  expirationSeconds: field(4, int64).printed().pointer(),
  boundObjectRef: field(3, boundObjectReference).printed().pointer(),
})

export interface TokenRequestStatus extends Infer<typeof tokenRequestStatus> {}
export const tokenRequestStatus = struct('authentication.v1.TokenRequestStatus', {
  token: field(1, string),
  expirationTimestamp: field(2, time),
})

export interface TokenRequest extends Infer<typeof tokenRequest> {}
export const tokenRequest = struct('authentication.v1.TokenRequest', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, tokenRequestSpec),
  status: field(3, tokenRequestStatus).optional(),
})
