import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDefinition } from '../../src/workspace/definition.ts'
import { readMatter, splitMarkdown } from '../../src/workspace/front-matter.ts'

const read = (matter: string | undefined) => readDefinition(matter)
const closed = { tools: [], skills: [], mcpServers: [], more: {} }

test('what the front matter says is taken over, unknown keys as they stand', async () => {
  const { definition, warnings } = await read(
    'name: scout\ndescription: "Looks: around"\nmodel: sonnet\nmaxTurns: 7\ntools: [read_file, exec]\nskills:\n  - tea\nmcpServers: []\ncolour: red\ndeep:\n  a: 1',
  )
  assert.deepEqual(definition, {
    name: 'scout',
    description: 'Looks: around',
    model: 'sonnet',
    maxTurns: 7,
    tools: ['read_file', 'exec'],
    skills: ['tea'],
    mcpServers: [],
    more: { colour: 'red', deep: { a: 1 } },
  })
  assert.deepEqual(warnings, [])
})

test('no front matter and an empty one allow everything', async () => {
  for (const matter of [undefined, '', '\n'])
    assert.deepEqual(await read(matter), { definition: { more: {} }, warnings: [] })
})

test('one text counts as a list, cut at its commas', async () => {
  const { definition } = await read('tools: read_file, exec\nskills:')
  assert.deepEqual([definition.tools, definition.skills], [['read_file', 'exec'], []])
})

test('front matter that cannot be read allows nothing, and that is told', async () => {
  for (const matter of ['tools: [read_file', 'name: a\n  b: c: d', '- a\n- b', '"just words"', 'a: &x [*x']) {
    const { definition, warnings } = await read(matter)
    assert.deepEqual(definition, closed, matter)
    assert.match(warnings[0] ?? '', /front matter of AGENT\.md cannot be read \(.+\)/)
  }
})

test('a list that is none allows nothing, the others stay', async () => {
  const { definition, warnings } = await read('tools: {a: 1}\nskills: [tea]\nmaxTurns: many')
  assert.deepEqual([definition.tools, definition.skills, definition.maxTurns], [[], ['tea'], undefined])
  assert.equal(warnings.length, 2)
})

test('simple front matter means the same with and without the parser', async () => {
  const { parseYaml } = await import('../../src/workspace/yaml.ts')
  for (const matter of [
    'name: tea',
    'name: tea maker\ndescription: Makes tea, and more (hot). Really?',
    'url: see http://x.example/a#b for more',
    'a: b  \nc: d-e_f',
    'a: yes\nb: no',
    'a: b #c',
    'a: b#c',
    'a: b: c',
    'a: b:',
    'a: true',
    'a: null',
    'a: n',
    "a: it's fine",
    'a: x | y > z & w * v ! u % t @ s',
  ]) {
    let expected: unknown
    try {
      expected = parseYaml(matter)
    } catch {
      expected = undefined
    }
    const found = await readMatter(matter)
    assert.deepEqual(found.ok ? found.fields : undefined, expected, matter)
  }
})

test('front matter stands at the very top, between lines of three hyphens', () => {
  assert.deepEqual(splitMarkdown('\uFEFF---\na: b\n---\n\nbody'), { matter: 'a: b', body: 'body' })
  assert.deepEqual(splitMarkdown('---\n---\nbody'), { matter: '', body: 'body' })
  for (const text of ['\n---\na: b\n---\n', '----\na: b\n----\n', '---\na: b\n', 'x ---\n---'])
    assert.equal(splitMarkdown(text).matter, undefined, text)
})
