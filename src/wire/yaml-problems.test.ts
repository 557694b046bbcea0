/** What is wrong with a YAML text, in go-yaml's words as far as they can be told; recorded from it. */
import { expect, test } from 'vitest'
import { parseYaml, YamlError } from './yaml.ts'

test.each([
  ['a: [', 'yaml: line 1: did not find expected node content'],
  ['[a, b', "yaml: line 1: did not find expected ',' or ']'"],
  ['{a: b', "yaml: line 1: did not find expected ',' or '}'"],
  ['x:\n\ty: 1\n', 'yaml: line 2: found character that cannot start any token'],
  ['a: b: c', 'yaml: mapping values are not allowed in this context'],
  ['a: b\n c: d\n', 'yaml: line 2: mapping values are not allowed in this context'],
  ['a: @x', 'yaml: found character that cannot start any token'],
  ['a: ]', 'yaml: did not find expected node content'],
  ['a: "\\q"', 'yaml: found unknown escape character'],
  ["a: 'x", 'yaml: found unexpected end of stream'],
  ['a: *m', "yaml: unknown anchor 'm' referenced"],
])('parseYaml(%j): %s', (text, wanted) => {
  expect(() => parseYaml(text)).toThrow(new YamlError(wanted))
})
