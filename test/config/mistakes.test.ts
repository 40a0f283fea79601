import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assert as law, constantFrom, nat, property, record } from 'fast-check'
import { accepted } from '../../src/config/accepted.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { takeUnknown } from '../../src/config/unknown-keys.ts'
import { settle, type Known } from '../../src/config/known.ts'
import { editDistance } from '../../src/kit/nearest.ts'
import { loadText, problemOf } from './load-text.ts'
import { applied, editOf, judge, randomFrom, usualWarnings } from './single-edits.ts'

const commented = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'config', 'commented.jsonc'), 'utf8')

test('after any single edit an error or a warning points at the edited line', async () => {
  const random = randomFrom(20261121)
  const usual = await usualWarnings(commented)
  for (let count = 0; count < 600; count += 1) {
    const edit = editOf(commented, random)
    assert.equal(
      await judge(commented, edit, usual),
      undefined,
      JSON.stringify({ edit, text: applied(commented, edit) }),
    )
  }
})

/** Every object of the accepted form with the path to it; lists and tables are entered through an item. */
function objects(
  known: Known,
  path: readonly string[] = [],
): readonly { keys: readonly string[]; path: readonly string[] }[] {
  const here = settle(known, undefined, path.at(-1) ?? '')
  if (here.kind === 'list') return objects(here.each, [...path, '[]'])
  if (here.kind === 'table') return objects(here.each, [...path, path.at(-1) === 'channel_list' ? 'telegram' : 'name'])
  if (here.kind !== 'object') return []
  const below = Object.entries(here.keys).flatMap(([key, value]) => objects(value, [...path, key]))
  return here.open ? below : [{ keys: Object.keys(here.keys), path }, ...below]
}

const places = objects(accepted)

/** A config text that holds one key with an empty value at a place. */
function textWith(path: readonly string[], key: string): string {
  const inner = path.at(-1) === '[]' ? { [key]: null } : { [key]: null }
  return JSON.stringify(
    path.reduceRight<unknown>((value, step) => (step === '[]' ? [value] : { [step]: value }), inner),
  )
}

const letters = 'abcdefghijklmnopqrstuvwxyz_'
const typo = record({
  place: constantFrom(...places),
  pick: nat(),
  at: nat(),
  letter: constantFrom(...letters.split('')),
  kind: nat(3),
})
  .map(({ place, pick, at, letter, kind }) => {
    const key = place.keys[pick % place.keys.length] ?? ''
    const spot = at % key.length
    const changed = [
      key.slice(0, spot) + letter + key.slice(spot),
      key.slice(0, spot) + key.slice(spot + 1),
      key.slice(0, spot) + letter + key.slice(spot + 1),
      key.slice(0, spot) + (key[spot + 1] ?? '') + (key[spot] ?? '') + key.slice(spot + 2),
    ]
    return { ...place, key, wrong: changed[kind] ?? '' }
  })
  .filter(({ keys, wrong }) => wrong !== '' && !keys.includes(wrong))

test('for a typo of one letter the nearest key is named', () => {
  law(
    property(typo, ({ path, keys, key, wrong }) => {
      const [found] = takeUnknown(parseConfig({ path: 'config.json', text: textWith(path, wrong) }).root)
      const named = found?.meant ?? ''
      assert.equal(editDistance(named, wrong), 1, `${path.join('.')}.${wrong}: ${named}`)
      const candidates = keys.filter((candidate) => editDistance(candidate, wrong) === 1)
      if (candidates.length === 1) assert.equal(named, key)
      else assert.ok(candidates.includes(named))
    }),
    { numRuns: 1000 },
  )
})

test('a bracket that was lost is looked for by the indentation', async () => {
  const lost = commented.replace('      "temperature": 0.7,\n    },\n', '      "temperature": 0.7,\n')
  const { line, mend } = await problemOf(loadText(lost))
  assert.equal(line, lost.slice(0, lost.indexOf('"list"')).split('\n').length)
  assert.match(mend, /}/)
})

test('several mistakes are told together', async () => {
  const { line, text } = await problemOf(loadText('{\n"gateway": {"port": "x"},\n"heartbeat": {"enabled": "maybe"}}'))
  assert.equal(line, 2)
  assert.match(text, /config\.json:3:26: heartbeat\.enabled must be true or false/)
})

test('a missing key is told at the key that was meant to be it', async () => {
  const { line, mend } = await problemOf(loadText('{"model_list": [{\n"modle_name": "a",\n"model": "openai/a"}]}'))
  assert.equal(line, 2)
  assert.match(mend, /model_name/)
})

test('a key that belongs elsewhere is sent there', async () => {
  const { warnings } = await loadText('{"dm_scope": "main"}')
  assert.match(warnings[0]?.mend ?? '', /session/)
})

test('a second key of the same name is told, and the last one counts', async () => {
  const { config, warnings } = await loadText('{"gateway": {"port": 1,\n"port": 2}}')
  assert.equal(config.gateway.port, 2)
  assert.match(warnings[0]?.at ?? '', /:2:1$/)
})
