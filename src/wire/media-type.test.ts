/** Headers as Go's mime package judges them. */
import { expect, test } from 'vitest'
import { parseMediaType } from './media-type.ts'

test.each([
  ['application/json', 'application/json'],
  [' Application/JSON ', 'application/json'],
  ['application/json; charset=utf-8', 'application/json'],
  ['application/json;charset="utf-8";', 'application/json'],
  ['application/json ; a=b ; c=d', 'application/json'],
  ['json', 'json'],
  ['*/*', '*/*'],
  ['', undefined],
  [';;;', undefined],
  ['application/json; charset', undefined],
  ['application/json; charset=', undefined],
  ['application/json; a=b; a=c', undefined],
  ['application/json;;a=b', undefined],
  ['application/', undefined],
  ['application/json/yaml', undefined],
  ['application json', undefined],
  ['application/json; a="b', undefined],
])('%s', (header, type) => expect(parseMediaType(header)).toBe(type))
