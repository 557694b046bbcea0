/** What a patch touches is shown with sorted keys, the rest as it was. */
import { expect, test } from 'vitest'
import { mergedText, operatedText } from './patched-text.ts'

const patched = { kind: 'K', apiVersion: 'v1', metadata: { name: 'a', labels: { b: '1', a: '2' } } }

test('mergedText() sorts where the patch has objects too', () => {
  expect(mergedText(patched, { kind: 'K' })).toBe('{"apiVersion":"v1","kind":"K","metadata":{"name":"a","labels":{"b":"1","a":"2"}}}')
  expect(mergedText(patched, { metadata: { name: 'a' } })).toBe(
    '{"apiVersion":"v1","kind":"K","metadata":{"labels":{"b":"1","a":"2"},"name":"a"}}',
  )
  expect(mergedText(5, { a: 1 })).toBe('5')
})

test('operatedText() sorts along the paths of operations', () => {
  expect(operatedText(patched, [{ op: 'add', path: '/metadata/labels/a', value: '2' }])).toBe(
    '{"apiVersion":"v1","kind":"K","metadata":{"labels":{"a":"2","b":"1"},"name":"a"}}',
  )
  expect(operatedText(patched, [])).toBe('{"apiVersion":"v1","kind":"K","metadata":{"name":"a","labels":{"b":"1","a":"2"}}}')
})
