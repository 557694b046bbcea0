/**
 * Names that pass and names that do not, with the beginning of what is said of them.
 */
import { describe, expect, test } from 'vitest'
import { errorBody, type FieldError } from './field-error.ts'
import * as names from './names.ts'

type Check = (value: string) => readonly string[]

/** `valid` pass; `invalid` are refused with a message that holds the text given. */
function check(
  title: string,
  errorsOf: Check,
  valid: readonly string[],
  invalid: Readonly<Record<string, string | readonly string[]>>,
): void {
  describe(title, () => {
    for (const value of valid) test(`takes ${JSON.stringify(value.slice(0, 30))}`, () => expect(errorsOf(value)).toEqual([]))
    for (const [value, messages] of Object.entries(invalid)) {
      test(`refuses ${JSON.stringify(value.slice(0, 30))}`, () => {
        const errors = errorsOf(value)
        const expected = typeof messages === 'string' ? [messages] : messages
        expect(errors).toHaveLength(expected.length)
        for (const [i, message] of expected.entries()) expect(errors[i]).toContain(message)
      })
    }
  })
}
const bodies =
  (validate: (path: string, value: string) => Iterable<FieldError>): Check =>
  (value) =>
    [...validate('f', value)].map(errorBody)

const label = 'a lowercase RFC 1123 label must consist of'
const subdomain = 'a lowercase RFC 1123 subdomain must consist of'

check('dns1123LabelErrors()', names.dns1123LabelErrors, ['a', '1', 'a-b', '123-abc', 'a'.repeat(63)], {
  '': label,
  'a.b': 'must not contain dots',
  'a-': label,
  A: label,
  a_b: label,
  ' a': label,
  ['a'.repeat(64)]: 'must be no more than 63 characters',
  [`${'a'.repeat(63)}.b`]: ['must be no more than 63 characters', 'must not contain dots'],
})
check('dns1123SubdomainErrors()', names.dns1123SubdomainErrors, ['a', 'a.b', '1.2.3', 'a--b.c', 'a'.repeat(253)], {
  '': subdomain,
  'a..b': subdomain,
  '.a': subdomain,
  'a.-b': subdomain,
  'A.b': subdomain,
  ['a'.repeat(254)]: 'must be no more than 253 characters',
  [`${'a-'.repeat(50_000)}!`]: ['must be no more than 253', subdomain],
})
check('dns1035LabelErrors()', names.dns1035LabelErrors, ['a', 'abc-123'], { '1a': 'a DNS-1035 label', '': 'a DNS-1035 label' })
check(
  'qualifiedNameErrors()',
  names.qualifiedNameErrors,
  ['simple', 'now-with-dashes', '1-num.2', 'a.b/c_D', '1234/5678', 'a'.repeat(63)],
  {
    '': ['name part must be non-empty', 'name part must consist of'],
    'nospecialchars%^=@': 'name part must consist of',
    'a/b/c': "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    '/a': 'prefix part must be non-empty',
    'Ab/a': `prefix part ${subdomain}`,
    'a/': ['name part must be non-empty', 'name part must consist of'],
    ['a'.repeat(64)]: 'name part must be no more than 63 characters',
    '\n': 'name part',
  },
)
check('labelValueErrors()', names.labelValueErrors, ['', 'simple', 'A_b.c', '1', 'a'.repeat(63)], {
  'a b': "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'",
  'a/b': 'a valid label',
  '-a': 'a valid label',
  é: 'a valid label',
  ['a'.repeat(64)]: 'must be no more than 63 characters',
})
check('portNameErrors()', names.portNameErrors, ['http', 'a', 'http-alt', '1a'], {
  '': ['must contain only alpha-numeric', 'must contain at least one letter'],
  '8080': 'must contain at least one letter (a-z)',
  'a--b': 'must not contain consecutive hyphens',
  '-a': 'must not begin or end with a hyphen',
  abcdefghijklmnop: 'must be no more than 15 characters',
  HTTP: ['must contain only', 'at least one letter'],
})
check('envVarNameErrors()', names.envVarNameErrors, ['my.env-name', 'MY_ENV', '_'], {
  '1A': 'must not start with a digit',
  '.': "must not be '.'",
  '..a': "must not start with '..'",
  'a=b': 'a valid environment variable name must consist of alphabetic characters',
})
check('relaxedEnvVarNameErrors()', names.relaxedEnvVarNameErrors, ['1A', 'a b', '#', '..'], {
  '': 'environment variable name must be non-empty',
  'a=b': "printable ASCII characters other than '='",
  é: 'printable ASCII',
  '\t': 'printable ASCII',
})
check('configMapKeyErrors()', names.configMapKeyErrors, ['a.b_c-D', '.a', '-'], {
  '': 'a valid config key must consist of',
  '.': "must not be '.'",
  '..': "must not be '..'",
  '..x': "must not start with '..'",
  'a/b': "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
})
check('cIdentifierErrors()', names.cIdentifierErrors, ['a', '_1'], { '1': 'a valid C identifier', '': 'a valid C identifier' })
check('percentErrors()', names.percentErrors, ['1%', '300%'], {
  '1': 'a valid percent string',
  '%': 'a valid percent',
  '-1%': 'a valid percent',
})
check('httpHeaderNameErrors()', names.httpHeaderNameErrors, ['X-A'], { 'a:b': 'a valid HTTP header', '': 'a valid HTTP header' })
check('wildcardSubdomainErrors()', names.wildcardSubdomainErrors, ['*.a', '*.a.b'], {
  a: 'a wildcard DNS-1123',
  '*.*.a': 'a wildcard',
  '*': 'a wildcard',
})
check('pathSegmentNameErrors()', (name) => names.pathSegmentNameErrors(name, false), ['a b', '...', ''], {
  '.': "may not be '.'",
  '..': "may not be '..'",
  'a/b%': ["may not contain '/'", "may not contain '%'"],
})
check('nameIsDnsLabel() of a prefix', (name) => names.nameIsDnsLabel(name, true), ['a-', 'web-', 'a--'], { '-': label, 'AB-': label })
check('fullyQualifiedNameErrors()', bodies(names.fullyQualifiedNameErrors), ['a.b.c'], {
  '': 'Required value',
  'a.b': 'should be a domain with at least three segments separated by dots',
  'A.b.c': subdomain,
})
check('fullyQualifiedDomainNameErrors()', bodies(names.fullyQualifiedDomainNameErrors), ['a.b', 'a.b.'], {
  a: 'at least two segments',
  [`${'a'.repeat(64)}.b`]: 'must be no more than 63 characters',
})
check('domainPrefixedPathErrors()', bodies(names.domainPrefixedPathErrors), ['acme.io/foo'], {
  acme: 'must be a domain-prefixed path (such as "acme.io/foo")',
  'acme.io/f o': "Invalid path (regex used for validation is '[A-Za-z0-9/",
})
