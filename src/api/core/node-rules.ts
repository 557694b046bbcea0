/** What a Node may say (ValidateNode, ValidateNodeUpdate upstream): taints that make sense, addresses that do not change. */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { validateCidr } from '../../apimachinery/ip-address.ts'
import { labelValueErrors } from '../../apimachinery/names.ts'
import { validateLabelName } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Node } from './node-schema.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function* validateNode({ spec }: Pick<Node, 'spec'>): Generator<FieldError> {
  yield* validateTaints(spec)
  for (const [position, cidr] of (spec.podCIDRs ?? []).entries()) yield* validateCidr(index('spec.podCIDRs', position), cidr)
}

function* validateTaints({ taints = [] }: Node['spec']): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [position, { key, value = '', effect = '' }] of taints.entries()) {
    const at = index('spec.taints', position)
    yield* validateLabelName(key, child(at, 'key'))
    const problems = labelValueErrors(value)
    if (problems.length > 0) yield invalidValue(child(at, 'value'), value, problems.join(';'))
    if (effect === '') yield required(child(at, 'effect'))
    else if (!effects.includes(effect)) yield notSupported(child(at, 'effect'), effect, effects)
    const pair = `${key}:${effect}`
    if (seen.has(pair)) yield { ...duplicate(at, { key, value, effect }), detail: 'taints must be unique by key and effect pair' }
    seen.add(pair)
  }
}

export function* validateNodeUpdate(node: Pick<Node, 'spec'>, old: Pick<Node, 'spec'>): Generator<FieldError> {
  const [now, before] = [node.spec, old.spec]
  yield* validateTaints(now)
  if ((before.podCIDRs?.length ?? 0) > 0) {
    if (now.podCIDRs?.length !== before.podCIDRs?.length)
      yield forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
    else if (!semanticallyEqual(now.podCIDRs, before.podCIDRs))
      yield forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  }
  if ((before.providerID ?? '') !== '' && before.providerID !== now.providerID)
    yield forbiddenField('spec.providerID', 'node updates may not change providerID except from "" to valid')
}
