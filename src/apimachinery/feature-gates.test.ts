/** What --feature-gates may say, and what then holds. */
import { expect, test } from 'vitest'
import { knownGates } from '../api/feature-gates.ts'
import { FeatureGates, gatesProblem, parseFeatureGates } from './feature-gates.ts'

test.each([
  [{ Foo: true, ComponentSLIs: false }, 'unrecognized feature gate: Foo'],
  [{ AnyVolumeDataSource: false }, 'cannot set feature gate AnyVolumeDataSource to false, feature is locked to true'],
  [
    { AnyVolumeDataSource: false, AllowServiceLBStatusOnNonLB: true },
    '[cannot set feature gate AnyVolumeDataSource to false, feature is locked to true, cannot set feature gate AllowServiceLBStatusOnNonLB to true, feature is locked to false]',
  ],
  [{ AnyVolumeDataSource: true, HPAScaleToZero: true }, undefined],
])('gatesProblem(%o)', (said, problem) => {
  expect(gatesProblem(knownGates, said as Record<string, boolean>)).toBe(problem)
})

test('parseFeatureGates() reads as Go does, and says what it cannot read', () => {
  expect(parseFeatureGates('A=true,, B =0,C=T')).toEqual({ A: true, B: false, C: true })
  expect(() => parseFeatureGates('Foo')).toThrow('missing bool value for Foo')
  expect(() => parseFeatureGates('Foo=x')).toThrow('invalid value of Foo=x, err: strconv.ParseBool: parsing "x": invalid syntax')
})

test('isOn() knows defaults, families, and what is said by name above both', () => {
  const names = ['HPAScaleToZero', 'ClusterTrustBundle', 'DRAPrioritizedList', 'AnyVolumeDataSource']
  const on = (said: Readonly<Record<string, boolean>>) => names.filter((name) => new FeatureGates(knownGates, said).isOn(name))
  expect(on({})).toEqual(['DRAPrioritizedList', 'AnyVolumeDataSource'])
  expect(on({ AllAlpha: true })).toEqual(['HPAScaleToZero', 'DRAPrioritizedList', 'AnyVolumeDataSource'])
  expect(on({ AllAlpha: true, HPAScaleToZero: false, AllBeta: false })).toEqual(['AnyVolumeDataSource'])
  expect(on({ ClusterTrustBundle: true, AllBeta: false })).toEqual(['ClusterTrustBundle', 'AnyVolumeDataSource'])
  expect(() => new FeatureGates(knownGates).isOn('Foo')).toThrow('Nobody knows a feature gate Foo')
})
