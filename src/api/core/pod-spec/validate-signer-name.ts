/**
 * Names of signers: "example.com/signer-name", a domain of at least two labels and what the signer is called there (ValidateSignerName upstream).
 */
import { invalidValue, required, tooLong } from '../../../apimachinery/field-error.ts'
import { quote, utf8Length } from '../../../apimachinery/go-strings.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../apimachinery/names.ts'
import type { Errors } from './validate-paths.ts'

const domainBytesMax = 253
/** Both halves and the slash; the second has room for a namespace and a name. */
const bytesMax = domainBytesMax + (253 + 63 + 1) + 1

export function checkSignerName(name: string, path: string, out: Errors): void {
  if (name === '') return void out.push(required(path))
  const halves = name.split('/')
  if (halves.length !== 2) {
    return void out.push(invalidValue(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"))
  }
  const [domain = '', rest = ''] = halves
  if (utf8Length(domain) > domainBytesMax) out.push(tooLong(path, domainBytesMax))
  const labels = domain.split('.')
  checkFirstBad(labels, domain, dns1123LabelErrors, path, out)
  if (labels.length < 2) out.push(invalidValue(path, domain, 'should be a domain with at least two segments separated by dots'))
  checkFirstBad(rest.split('.'), rest, dns1123SubdomainErrors, path, out)
  if (utf8Length(name) > bytesMax) out.push(tooLong(path, bytesMax))
}

/** One bad label is enough to say. */
function checkFirstBad(
  labels: readonly string[],
  whole: string,
  errorsOf: (label: string) => readonly string[],
  path: string,
  out: Errors,
): void {
  for (const label of labels) {
    const problems = errorsOf(label)
    if (problems.length === 0) continue
    for (const problem of problems) out.push(invalidValue(path, whole, `validating label ${quote(label)}: ${problem}`))
    return
  }
}
