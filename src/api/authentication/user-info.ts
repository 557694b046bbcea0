/**
 * A user as authentication sees one.
 */
import { field, type Infer, list, map, string, struct } from '../../apimachinery/schema/schema.ts'

export interface UserInfo extends Infer<typeof userInfo> {}
export const userInfo = struct('authentication.v1.UserInfo', {
  username: field(1, string).optional(),
  uid: field(2, string).optional(),
  groups: field(3, list(string)).optional().listAtomic(),
  extra: field(4, map(list(string))).optional(),
})
