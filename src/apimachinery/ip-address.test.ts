/**
 * Addresses and ranges: read, printed, refused.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorBody } from './field-error.ts'
import * as ip from './ip-address.ts'

describe('parseIp() and formatIp()', () => {
  test.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
  ])('%s prints as %s', (text, canonical) => expect(ip.formatIp(ip.parseIp(text) as ip.IpAddress)).toBe(canonical))

  test.each([
    '',
    'a',
    '1.2.3',
    '01.2.3.4',
    '1.2.3.256',
    ':',
    '1:',
    ':::',
    '1::2::3',
    '00001::',
    '1:2:3:4:5:6:7:8:9',
    'fe80::1%eth0',
    '1.2.3.4:5',
    ' ::',
  ])('%j is none', (text) => expect(ip.parseIp(text)).toBeUndefined())

  test('every address is read back', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), fc.constantFrom(4 as const, 6 as const), (number, family) => {
        const address = { family, value: family === 4 ? number & 0xffffffffn : number }
        expect(ip.parseIp(ip.formatIp(address))).toEqual(address)
      }),
    )
  })

  test('parseIpSloppy() takes leading zeros and sees IPv4 in mapped addresses', () => {
    expect(ip.formatIp(ip.parseIpSloppy('010.000.0.1') as ip.IpAddress)).toBe('10.0.0.1')
    expect(ip.formatIp(ip.parseIpSloppy('::ffff:1.2.3.4') as ip.IpAddress)).toBe('1.2.3.4')
    expect(ip.ipFamilyOf('::ffff:1.2.3.4')).toBe('IPv4')
  })
})

describe('CIDRs', () => {
  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['2001:db8::1/64', '2001:db8::/64'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is the range %s', (text, range) => expect(ip.formatCidr(ip.parseCidr(text) as ip.Cidr)).toBe(range))
  test.each(['1.2.3.4', '1.2.3.4/33', '1.2.3.4/08', '1.2.3.4/-1', '/8', '::/129', '1.2.3.4/'])('%j is none', (text) => {
    expect(ip.parseCidr(text)).toBeUndefined()
  })
  test('contains and counts', () => {
    const range = ip.parseCidr('10.96.0.0/16') as ip.Cidr
    expect(ip.cidrContains(range, ip.parseIp('10.96.255.1') as ip.IpAddress)).toBe(true)
    expect(ip.cidrContains(range, ip.parseIp('10.97.0.0') as ip.IpAddress)).toBe(false)
    expect(ip.cidrContains(range, ip.parseIp('::1') as ip.IpAddress)).toBe(false)
    expect(ip.cidrSize(range)).toBe(65536n)
  })
})

describe('validation says', () => {
  const check = (errors: Iterable<Parameters<typeof errorBody>[0]>, ...expected: readonly string[]): void => {
    expect([...errors].map(errorBody)).toEqual(expected)
  }
  test('validateIp()', () => {
    check(ip.validateIp('f', '1.2.3.4'))
    check(ip.validateIp('f', 'x'), 'Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
    check(ip.validateIp('f', '01.2.3.4'), 'Invalid value: "01.2.3.4": must not have leading 0s')
    check(ip.validateIp('f', '::ffff:1.2.3.4'), 'Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address')
    check(ip.validateIp('f', '::0'), 'Invalid value: "::0": must be in canonical form ("::")')
    check(ip.validateLegacyIp('f', '01.2.3.4'))
    check(ip.validateLegacyIp('f', 'old', { oldValues: ['old'] }))
  })
  test('validateCidr()', () => {
    check(ip.validateCidr('f', '10.0.0.0/8'))
    check(ip.validateCidr('f', '10.0.0.0'), 'Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
    check(ip.validateCidr('f', '10.0.0.1/8'), 'Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length')
    check(ip.validateInterfaceAddress('f', '10.9.8.7/24'))
  })
  test('warnings', () => {
    expect(ip.ipWarnings('f', '010.1.1.1')).toEqual([
      'f: non-standard IP address "010.1.1.1" will be considered invalid in a future Kubernetes release: use "10.1.1.1"',
    ])
    expect(ip.cidrWarnings('f', '10.1.1.1/8')).toEqual([
      'f: CIDR value "10.1.1.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.1.1/32"?)',
    ])
  })
})
