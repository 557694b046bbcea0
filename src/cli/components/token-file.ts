/**
 * Bearer tokens from a file, as --token-auth-file has them: lines of token,user,uid and, in quotes, groups. For trying things and for the first
 * contact; whoever can read the file is whoever is in it.
 */
import type { TokenAuthenticator } from '../../apiserver/authn/authenticate.ts'
import { authenticated, type User } from '../../apiserver/authn/user.ts'
import { UserError } from '../places.ts'

export function parseTokenFile(text: string): TokenAuthenticator {
  const users = new Map<string, User>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [token = '', name, uid, groups = ''] = [...line.matchAll(/\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)/g)].map(
      (one) => one[1] ?? one[2] ?? '',
    )
    if (name === undefined || uid === undefined)
      throw new UserError(`--token-auth-file: line ${index + 1} must have at least a token, a user and a uid, separated by commas`)
    if (token === '') continue
    users.set(
      token,
      authenticated({
        name,
        uid,
        groups: groups
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean),
        extra: {},
      }),
    )
  }
  return (token) => users.get(token)
}
