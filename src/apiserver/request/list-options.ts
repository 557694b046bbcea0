/**
 * What the query of a list or watch says: ListOptions, read, defaulted and checked as upstream does.
 *
 * What a newcomer would get wrong: a watch without resourceVersion, or with "0", asks for the current state first
 * (sendInitialEvents) though it does not say so; a negative limit is none; unknown parameters do not matter.
 */

import { type FieldError, forbiddenField, notSupported } from '../../apimachinery/field-error.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { type FieldRequirements, parseFieldSelector } from '../../apimachinery/selectors/fields.ts'
import { parseLabelSelector } from '../../apimachinery/selectors/label-parser.ts'
import { everything, type LabelRequirements, SelectorError } from '../../apimachinery/selectors/labels.ts'
import { badRequest, invalid } from '../../apimachinery/status-error.ts'
import type { RequestContext } from '../server-parts.ts'
import { isTrue, type Query } from './query.ts'

export interface ListOptions {
  readonly labels: LabelRequirements
  readonly fields: FieldRequirements
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly limit: number
  readonly continueToken: string
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  readonly timeoutSeconds: number | undefined
}

const plainList: ListOptions = {
  labels: everything,
  fields: [],
  resourceVersion: '',
  resourceVersionMatch: '',
  limit: 0,
  continueToken: '',
  allowWatchBookmarks: false,
  sendInitialEvents: undefined,
  timeoutSeconds: undefined,
}

export function parseListOptions(context: RequestContext, isWatch: boolean): ListOptions {
  if (context.http.query === '' && !isWatch) return plainList
  const options = read(context.query)
  const complete = isWatch ? withWatchDefaults(options) : options
  const errors = [...(isWatch ? validateWatch(complete) : validateList(complete))]
  if (errors.length > 0) throw invalid('meta.k8s.io', 'ListOptions', '', errors)
  return complete
}

function read(query: Query): ListOptions {
  const labelSelector = query.get('labelSelector') ?? ''
  const fieldSelector = query.get('fieldSelector') ?? ''
  const labels = labelSelector === '' ? everything : parsed(() => parseLabelSelector(labelSelector))
  const fields = fieldSelector === '' ? [] : parsed(() => parseFieldSelector(fieldSelector))
  const sendInitialEvents = query.get('sendInitialEvents')
  const timeoutSeconds = query.get('timeoutSeconds')
  const limit = integer(query.get('limit')) ?? 0
  return {
    labels,
    fields,
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: limit < 0 ? 0 : limit,
    continueToken: query.get('continue') ?? '',
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === undefined ? undefined : isTrue(sendInitialEvents),
    timeoutSeconds: integer(timeoutSeconds),
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message)
    throw error
  }
}

function integer(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseInteger(text)
}

/** Go's ParseInt, which does not take nothing for 0. */
export function parseInteger(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`)
  const value = Number(text)
  if (Math.abs(value) >= 2 ** 63) throw badRequest(`strconv.ParseInt: parsing ${quote(text)}: value out of range`)
  return value
}

function withWatchDefaults(options: ListOptions): ListOptions {
  const { resourceVersion, sendInitialEvents, resourceVersionMatch } = options
  if (sendInitialEvents !== undefined || resourceVersionMatch !== '') return options
  if (resourceVersion !== '' && resourceVersion !== '0') return options
  return { ...options, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
}

function* validateList(options: ListOptions): Generator<FieldError> {
  const { resourceVersion, resourceVersionMatch: match, continueToken, sendInitialEvents } = options
  if (match !== '') {
    if (resourceVersion === '') {
      yield forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    }
    if (continueToken !== '') yield forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
    if (match !== 'Exact' && match !== 'NotOlderThan') yield notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', ''])
    if (match === 'Exact' && resourceVersion === '0') {
      yield forbiddenField('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (sendInitialEvents !== undefined) yield forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list')
}

function* validateWatch({ resourceVersionMatch: match, sendInitialEvents, continueToken }: ListOptions): Generator<FieldError> {
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    yield forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (match === '') return
  if (sendInitialEvents === undefined) {
    yield forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (match !== 'NotOlderThan') yield notSupported('resourceVersionMatch', match, ['NotOlderThan'])
  if (continueToken !== '') yield forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
}
