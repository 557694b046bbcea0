/**
 * How names, keys and values must look: DNS labels, qualified names, label values, environment variables, ports. Every
 * check takes a string and returns what is wrong with it, in the words that clients see; an empty list is a pass.
 *
 *     dns1123LabelErrors('web-1')   []
 *     dns1123LabelErrors('a.b')     ['must not contain dots']
 *
 * Lengths are counted in bytes, as Go does, although every message says characters. IP addresses are in ip-address.ts; what
 * a whole metadata must look like in validate-metadata.ts. Kinds choose one of the `nameIs…` functions as validateName.
 */
import type { FieldError } from './field-error.ts'
import { invalidValue, required } from './field-error.ts'
import { isPrintable, utf8Length } from './go-strings.ts'

export type NameErrors = readonly string[]

const fine: NameErrors = []

const qualifiedNameFormat = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValueFormat = `(${qualifiedNameFormat})?`
const dns1123LabelFormat = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const dns1123SubdomainFormat = `${dns1123LabelFormat}(\\.${dns1123LabelFormat})*`
const dns1123LabelFormatWithUnderscore = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const dns1123SubdomainFormatWithUnderscore = `${dns1123LabelFormatWithUnderscore}(\\.${dns1123LabelFormatWithUnderscore})*`
const dns1035LabelFormat = '[a-z]([-a-z0-9]*[a-z0-9])?'
const wildcardFormat = `\\*\\.${dns1123SubdomainFormat}`
const cIdentifierFormat = '[A-Za-z_][A-Za-z0-9_]*'
const percentFormat = '[0-9]+%'
const httpHeaderFormat = '[-A-Za-z0-9]+'
const httpPathFormat = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const envVarFormat = '[-._a-zA-Z][-._a-zA-Z0-9]*'
const configMapKeyFormat = '[-._a-zA-Z0-9]+'

const whole = (format: string): RegExp => new RegExp(`^(?:${format})$`)
const qualifiedName = whole(qualifiedNameFormat)
const labelValue = whole(labelValueFormat)
// The nested repetitions of the formats would backtrack; the same languages, said so that no input is slow:
const dns1123Label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const dns1123Subdomain = /^[a-z0-9](?:-*[a-z0-9])*(?:\.[a-z0-9](?:-*[a-z0-9])*)*$/
const dns1123SubdomainWithUnderscore = /^_?[a-z0-9](?:[-_]*[a-z0-9])*(?:\._?[a-z0-9](?:[-_]*[a-z0-9])*)*$/
const dns1035Label = whole(dns1035LabelFormat)
const cIdentifier = whole(cIdentifierFormat)
const percent = whole(percentFormat)
const httpHeader = whole(httpHeaderFormat)
const httpPath = whole(httpPathFormat)
const envVar = whole(envVarFormat)
const configMapKey = whole(configMapKeyFormat)

const alphanumericOnly = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const qualifiedNameMessage = formatMessage(alphanumericOnly, qualifiedNameFormat, 'MyName', 'my.name', '123-abc')
const labelValueMessage = formatMessage(
  `a valid label must be an empty string or ${alphanumericOnly.slice('must '.length)}`,
  labelValueFormat,
  'MyValue',
  'my_value',
  '12345',
)
const dns1123LabelMessage = formatMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  dns1123LabelFormat,
  'my-name',
  '123-abc',
)
const dns1123SubdomainMessage = formatMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  dns1123SubdomainFormat,
  'example.com',
)
const dns1123SubdomainWithUnderscoreMessage = formatMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  dns1123SubdomainFormatWithUnderscore,
  'example.com',
)
const dns1035LabelMessage = formatMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  dns1035LabelFormat,
  'my-name',
  'abc-123',
)

/** "… (e.g. 'a',  or 'b', regex used for validation is '…')": comma and two spaces before "or", as upstream has it. */
export function formatMessage(message: string, format: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`
  return `${message} (e.g. ${examples.map((one) => `'${one}', `).join(' or ')}regex used for validation is '${format}')`
}
export function tooLongMessage(lengthMax: number): string {
  return `must be no more than ${lengthMax} characters`
}
export function rangeMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`
}
export const emptyMessage = 'must be non-empty'

/** A string that must fit a form and a length: `tooLong` comes first. */
function formErrors(value: string, form: RegExp, message: string, bytesMax: number): NameErrors {
  const isTooLong = value.length * 3 > bytesMax && utf8Length(value) > bytesMax
  // A megabyte of a value need not be matched to be called too long, but both are said.
  const fits = form.test(value)
  if (fits) return isTooLong ? [tooLongMessage(bytesMax)] : fine
  return isTooLong ? [tooLongMessage(bytesMax), message] : [message]
}

/** Keys of labels and annotations: "name" or "prefix.domain/name". */
export function qualifiedNameErrors(value: string): NameErrors {
  const slash = value.indexOf('/')
  if (slash < 0) return namePartErrors(value)
  if (value.indexOf('/', slash + 1) >= 0) {
    return [`a qualified name ${qualifiedNameMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const prefix = value.slice(0, slash)
  const prefixErrors = prefix === '' ? [emptyMessage] : dns1123SubdomainErrors(prefix)
  const nameErrors = namePartErrors(value.slice(slash + 1))
  if (prefixErrors.length === 0) return nameErrors
  return [...prefixErrors.map((one) => `prefix part ${one}`), ...nameErrors]
}

function namePartErrors(name: string): NameErrors {
  if (name.length <= 63 && qualifiedName.test(name)) return fine
  const errors: string[] = []
  if (name === '') errors.push(`name part ${emptyMessage}`)
  else if (utf8Length(name) > 63) errors.push(`name part ${tooLongMessage(63)}`)
  if (!qualifiedName.test(name)) errors.push(`name part ${qualifiedNameMessage}`)
  return errors
}

export function labelValueErrors(value: string): NameErrors {
  return formErrors(value, labelValue, labelValueMessage, 63)
}

export function dns1123LabelErrors(value: string): NameErrors {
  const message = dns1123Label.test(value) || !dns1123Subdomain.test(value) ? dns1123LabelMessage : 'must not contain dots'
  return formErrors(value, dns1123Label, message, 63)
}

export function dns1123SubdomainErrors(value: string): NameErrors {
  return formErrors(value, dns1123Subdomain, dns1123SubdomainMessage, 253)
}

/** DNS search domains and host names of SRV records may have underscores. */
export function dns1123SubdomainWithUnderscoreErrors(value: string): NameErrors {
  return formErrors(value, dns1123SubdomainWithUnderscore, dns1123SubdomainWithUnderscoreMessage, 253)
}

export function dns1035LabelErrors(value: string): NameErrors {
  return formErrors(value, dns1035Label, dns1035LabelMessage, 63)
}

/** "*.example.com" */
export function wildcardSubdomainErrors(value: string): NameErrors {
  const message = formatMessage(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    wildcardFormat,
    '*.example.com',
  )
  const isTooLong = utf8Length(value) > 253
  const fits = value.startsWith('*.') && dns1123Subdomain.test(value.slice(2))
  return [...(isTooLong ? [tooLongMessage(253)] : []), ...(fits ? [] : [message])]
}

export function cIdentifierErrors(value: string): NameErrors {
  if (cIdentifier.test(value)) return fine
  const message = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'"
  return [formatMessage(message, cIdentifierFormat, 'my_name', 'MY_NAME', 'MyName')]
}

export function portNumberErrors(port: number): NameErrors {
  return rangeErrors(port, 1, 65535)
}
export function rangeErrors(value: number, low: number, high: number): NameErrors {
  return value >= low && value <= high ? fine : [rangeMessage(low, high)]
}
export function groupIdErrors(gid: number): NameErrors {
  return rangeErrors(gid, 0, 2147483647)
}
export function userIdErrors(uid: number): NameErrors {
  return rangeErrors(uid, 0, 2147483647)
}

/** IANA_SVC_NAME: names of ports in containers and Services. */
export function portNameErrors(port: string): NameErrors {
  const errors: string[] = []
  if (utf8Length(port) > 15) errors.push(tooLongMessage(15))
  if (!/^[-a-z0-9]+$/.test(port)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(port)) errors.push('must contain at least one letter (a-z)')
  if (port.includes('--')) errors.push('must not contain consecutive hyphens')
  if (port.startsWith('-') || port.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

export function percentErrors(value: string): NameErrors {
  if (percent.test(value)) return fine
  return [formatMessage("a valid percent string must be a numeric string followed by an ending '%'", percentFormat, '1%', '93%')]
}

export function httpHeaderNameErrors(value: string): NameErrors {
  if (httpHeader.test(value)) return fine
  return [formatMessage("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeaderFormat, 'X-Header-Name')]
}

/** Names of environment variables in envFrom prefixes and wherever the relaxed form does not apply. */
export function envVarNameErrors(value: string): NameErrors {
  const message =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
  const form = envVar.test(value) ? [] : [formatMessage(message, envVarFormat, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')]
  return [...form, ...dotErrors(value)]
}

/** Since 1.34 environment variables may be any printable ASCII without '='. */
export function relaxedEnvVarNameErrors(value: string): NameErrors {
  if (value === '') return [`environment variable name ${emptyMessage}`]
  if (/^[ -<>-~]+$/.test(value)) return fine
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

export function configMapKeyErrors(value: string): NameErrors {
  const message = formatMessage(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    configMapKeyFormat,
    'key.name',
    'KEY_NAME',
    'key-name',
  )
  const errors = formErrors(value, configMapKey, message, 253)
  const dots = dotErrors(value)
  return dots.length === 0 ? errors : [...errors, ...dots]
}

function dotErrors(value: string): NameErrors {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  return value.startsWith('..') ? ["must not start with '..'"] : fine
}

/** Mode bits of files in volumes. */
export function fileModeErrors(mode: number): NameErrors {
  return mode < 0 || mode > 0o777 ? ['must be a number between 0 and 0777 (octal), both inclusive'] : fine
}

/** A name must be able to stand in a URL, whatever else its kind asks. `isPrefix`: it is a generateName. */
export function pathSegmentNameErrors(name: string, isPrefix: boolean): NameErrors {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  if (!name.includes('/') && !name.includes('%')) return fine
  return ['/', '%'].filter((one) => name.includes(one)).map((one) => `may not contain '${one}'`)
}

/** A generateName may end in dashes: something follows. */
function withoutTrailingDash(name: string, isPrefix: boolean): string {
  return isPrefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}
export function nameIsDnsSubdomain(name: string, isPrefix: boolean): NameErrors {
  return dns1123SubdomainErrors(withoutTrailingDash(name, isPrefix))
}
export function nameIsDnsLabel(name: string, isPrefix: boolean): NameErrors {
  return dns1123LabelErrors(withoutTrailingDash(name, isPrefix))
}
export function nameIsDns1035Label(name: string, isPrefix: boolean): NameErrors {
  return dns1035LabelErrors(withoutTrailingDash(name, isPrefix))
}

/** A domain with at least three segments, as signer names' first halves. */
export function* fullyQualifiedNameErrors(path: string, name: string): Generator<FieldError> {
  if (name === '') return yield required(path)
  const errors = dns1123SubdomainErrors(name)
  if (errors.length > 0) return yield invalidValue(path, name, errors.join(','))
  if (name.split('.').length < 3) yield invalidValue(path, name, 'should be a domain with at least three segments separated by dots')
}

/** A host name with at least two segments; one dot at its end is fine. */
export function* fullyQualifiedDomainNameErrors(path: string, name: string): Generator<FieldError> {
  if (name === '') return yield required(path)
  const domain = name.endsWith('.') ? name.slice(0, -1) : name
  const errors = dns1123SubdomainErrors(domain)
  if (errors.length > 0) return yield invalidValue(path, domain, errors.join(','))
  const labels = domain.split('.')
  if (labels.length < 2) return yield invalidValue(path, domain, 'should be a domain with at least two segments separated by dots')
  for (const label of labels) {
    const problems = dns1123LabelErrors(label)
    if (problems.length > 0) return yield invalidValue(path, label, problems.join(','))
  }
}

/** "acme.io/foo": names of ingress controllers and of conditions with a domain. */
export function* domainPrefixedPathErrors(path: string, value: string): Generator<FieldError> {
  if (value === '') return yield required(path)
  const slash = value.indexOf('/')
  const host = value.slice(0, slash)
  const rest = value.slice(slash + 1)
  if (slash < 0 || host === '' || rest === '') {
    return yield invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')
  }
  for (const problem of dns1123SubdomainErrors(host)) yield invalidValue(path, host, problem)
  if (!httpPath.test(rest)) yield invalidValue(path, rest, formatMessage('Invalid path', httpPathFormat))
}

/** Who may not write under a name with control characters or longer than this. */
export const fieldManagerBytesMax = 128

/** The first character of `name` that cannot be printed: its text for messages, and the byte where it starts. */
export function unprintableCharacters(name: string): { text: string; byte: number }[] {
  const found: { text: string; byte: number }[] = []
  let byte = 0
  for (const character of name) {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')
    if (!isPrintable(character)) found.push({ text: `U+${code}`, byte })
    byte += utf8Length(character)
  }
  return found
}
