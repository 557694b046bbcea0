/** Who makes a request, once that is known. */
export interface User {
  readonly name: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

export const authenticatedGroup = 'system:authenticated'
export const unauthenticatedGroup = 'system:unauthenticated'
export const mastersGroup = 'system:masters'
const nodesGroup = 'system:nodes'
const nodePrefix = 'system:node:'

export const anonymous: User = { name: 'system:anonymous', uid: '', groups: [unauthenticatedGroup], extra: {} }

/** The user with the group that everybody gets who could say who they are. */
export function authenticated(user: { name: string; uid?: string; groups?: readonly string[]; extra?: User['extra'] }): User {
  const groups = user.groups ?? []
  return {
    name: user.name,
    uid: user.uid ?? '',
    groups: groups.includes(authenticatedGroup) ? groups : [...groups, authenticatedGroup],
    extra: user.extra ?? {},
  }
}

/** The node that this kubelet is of, '' when it does not say; undefined for who is no kubelet. */
export function nodeNameOf({ name, groups }: User): string | undefined {
  return name.startsWith(nodePrefix) && groups.includes(nodesGroup) ? name.slice(nodePrefix.length) : undefined
}
