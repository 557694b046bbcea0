/** As whom the API server writes its own objects. */
import type { User } from '../authn/user.ts'

export const apiServerUser: User = {
  name: 'system:apiserver',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
}
