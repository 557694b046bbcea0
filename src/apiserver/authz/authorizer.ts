/**
 * What an authorizer is asked and what it says. Which ones there are, and in which order, server.ts decides; authorize.ts
 * asks them.
 */
import type { User } from '../authn/user.ts'

export interface AuthorizationAttributes {
  readonly verb: string
  readonly isResource: boolean
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** Of requests that are about no resource. */
  readonly path: string
  /** Of a list, a watch or a deletecollection that is to be about objects with one value of a field: that value. */
  readonly selected?: (field: string) => string | undefined
}

export type Decision = { readonly verdict: 'allow' | 'deny' | 'none'; readonly reason?: string }
export type Authorizer = (user: User, attributes: AuthorizationAttributes) => Decision | Promise<Decision>
