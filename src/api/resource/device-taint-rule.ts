/**
 * resource.k8s.io/v1alpha3 DeviceTaintRule: a taint for all devices that match. Off unless --runtime-config turns it on.
 */

import { ageText } from '../../apimachinery/columns.ts'
import type { FieldError } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateDriverName } from '../core/persistent-volume-sources.ts'
import { deviceSelector } from './device-request.ts'
import { isSet, validateDeviceClassName, validateLabel, validatePoolName, validateSelectors, validateTaint } from './device-rules.ts'
import { deviceTaint } from './resource-slice.ts'

export interface DeviceTaintSelector extends Infer<typeof deviceTaintSelector> {}
export const deviceTaintSelector = struct('resource.v1alpha3.DeviceTaintSelector', {
  deviceClassName: field(1, string).optional().pointer(),
  driver: field(2, string).optional().pointer(),
  pool: field(3, string).optional().pointer(),
  device: field(4, string).optional().pointer(),
  selectors: field(5, list(inVersion(deviceSelector, 'resource.v1', 'resource.v1alpha3')))
    .optional()
    .listAtomic(),
})

export interface DeviceTaintRuleSpec extends Infer<typeof deviceTaintRuleSpec> {}
export const deviceTaintRuleSpec = struct('resource.v1alpha3.DeviceTaintRuleSpec', {
  deviceSelector: field(1, deviceTaintSelector).optional().pointer(),
  taint: field(2, inVersion(deviceTaint, 'resource.v1', 'resource.v1alpha3')).omitEmpty(),
})

export const deviceTaintRule = struct('resource.v1alpha3.DeviceTaintRule', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, deviceTaintRuleSpec),
})

export type DeviceTaintRule = ObjectOf<typeof DeviceTaintRule>
export const DeviceTaintRule = defineKind({
  group: 'resource.k8s.io',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  scope: 'Cluster',
  versions: [{ name: 'v1alpha3', schema: deviceTaintRule, isOff: true }],
  prepareForCreate: ({ spec }, { now }) => setTimeAdded(spec, now),
  prepareForUpdate: ({ spec }, _old, { now }) => setTimeAdded(spec, now),
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }) => validateSpec(spec),
  returnsDeletedObject: true,
  columns: [
    {
      name: 'Key',
      type: 'string',
      description: 'The taint key to be applied to a device. Must be a label name.',
      value: ({ spec }) => spec.taint?.key ?? '',
    },
    {
      name: 'Value',
      type: 'string',
      description: 'The taint value corresponding to the taint key. Must be a label value.',
      value: ({ spec }) => spec.taint?.value ?? '',
    },
    {
      name: 'Effect',
      type: 'string',
      description:
        'The effect of the taint on claims that do not tolerate the taint and through such claims on the pods using them. Valid effects are NoSchedule and NoExecute. PreferNoSchedule as used for nodes is not valid here.',
      value: ({ spec }) => spec.taint?.effect ?? '',
    },
    {
      name: 'TimeAdded',
      type: 'string',
      description: 'TimeAdded represents the time at which the taint was added. Added automatically during create or update if not set.',
      value: ({ spec }, { nowMs }) => (spec.taint?.timeAdded ? ageText(spec.taint.timeAdded, nowMs) : ''),
    },
  ],
})

function setTimeAdded({ taint }: Mutable<DeviceTaintRuleSpec>, now: string): void {
  if (taint) taint.timeAdded ??= now
}

function* validateSpec({ deviceSelector: selector, taint }: DeviceTaintRuleSpec): Generator<FieldError> {
  if (selector) {
    const { deviceClassName, driver, pool, device, selectors } = selector
    const path = 'spec.deviceSelector'
    if (isSet(deviceClassName)) yield* validateDeviceClassName(deviceClassName, child(path, 'deviceClassName'))
    if (isSet(driver)) yield* validateDriverName(driver, child(path, 'driver'))
    if (isSet(pool)) yield* validatePoolName(pool, child(path, 'pool'))
    if (isSet(device)) yield* validateLabel(device, child(path, 'device'))
    yield* validateSelectors(selectors, child(path, 'selectors'))
  }
  yield* validateTaint(taint ?? {}, 'spec.taint')
}
