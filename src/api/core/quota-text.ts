/** "pods: 3/10, requests.cpu: 1/4": what of a quota is used, in the order of the resources' names. */
import { sortStrings } from '../../apimachinery/go-strings.ts'

type Amounts = Readonly<Record<string, string>> | null | undefined

export function quotaText(status: { readonly hard?: Amounts; readonly used?: Amounts } | undefined, isLimits: boolean): string {
  return sortStrings(Object.keys(status?.hard ?? {}))
    .filter((name) => name.startsWith('limits.') === isLimits)
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ')
}
