/** Certificate signing requests say who made them: whatever was sent, the requester's own name, groups and extras stand there. */
import type { Extension } from '../../server-parts.ts'

interface RequestSpec {
  username?: string
  uid?: string
  groups?: readonly string[]
  extra?: Readonly<Record<string, readonly string[]>>
}

export const certificateSigningRequestExtension: Extension = {
  beginCreate: ({ user }, draft) => {
    const spec = (draft.spec ?? {}) as RequestSpec
    spec.username = user.name
    spec.uid = user.uid
    spec.groups = user.groups
    if (Object.keys(user.extra).length > 0) spec.extra = user.extra
    else delete spec.extra
    draft.spec = spec
    return undefined
  },
}
