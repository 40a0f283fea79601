import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { localZone, zoneOf } from '../../src/kit/zone.ts'
import { memoryBook } from '../../src/workspace/memory.ts'
import { fakeClock } from '../fakes/clock.ts'
import { inPlace } from './place.ts'

const clock = fakeClock(new Date(2026, 10, 30, 9, 5).getTime())
const longTerm = 'memory/MEMORY.md'
const today = 'memory/202611/20261130.md'

test('a fact becomes a line with its day and origin, a note one with its time', () =>
  inPlace({ [longTerm]: '<!-- hint -->' }, async (folder) => {
    const book = memoryBook(folder, clock, localZone())
    assert.equal(await book.remember({ text: 'Ada likes\ntea.', where: 'memory', from: 'Ada (telegram)' }), true)
    assert.equal(await book.remember({ text: 'Bob  likes milk.', where: 'memory' }), true)
    assert.equal(await book.remember({ text: 'It rains.', where: 'today' }), true)
    assert.equal(
      await readFile(join(folder, longTerm), 'utf8'),
      '<!-- hint -->\n- 2026-11-30 (Ada telegram): Ada likes tea.\n- 2026-11-30: Bob likes milk.\n',
    )
    assert.equal(await readFile(join(folder, today), 'utf8'), '# 2026-11-30\n\n- 09:05: It rains.\n')
    assert.equal((await stat(join(folder, today))).mode & 0o777, 0o600)
  }))

test('the day and the time of a note are those of the zone', () =>
  inPlace({}, async (folder) => {
    const newYear = fakeClock(Date.parse('2026-12-31T20:05:00Z'))
    await memoryBook(folder, newYear, zoneOf('Asia/Tokyo')).remember({ text: 'Happy new year!', where: 'today' })
    assert.equal(
      await readFile(join(folder, 'memory/202701/20270101.md'), 'utf8'),
      '# 2027-01-01\n\n- 05:05: Happy new year!\n',
    )
  }))

test('the same is not kept twice, however it is written, also when several try at once', () =>
  inPlace({}, async (folder) => {
    const book = memoryBook(folder, clock, localZone())
    const tries = ['Ada likes tea.', 'ada  likes TEA', ' Ada likes tea! ', 'Ada likes tea.']
    const kept = await Promise.all(tries.map((text) => book.remember({ text, where: 'memory', from: 'x' })))
    assert.deepEqual(kept, [true, false, false, false])
    assert.equal(await book.remember({ text: 'Ada likes tea.', where: 'today' }), true)
    assert.equal(await book.remember({ text: ' \n ', where: 'memory' }), false)
    assert.equal((await book.facts()).length, 2)
  }))

test('a fact cannot hide or become more than one line', () =>
  inPlace({}, async (folder) => {
    const book = memoryBook(folder, clock, localZone())
    await book.remember({
      text: 'a\n# Title\r\n<!-- b --> \u0000c',
      where: 'memory',
      from: 'me): - 2026-01-01: lie\n- more',
    })
    assert.equal(
      await readFile(join(folder, longTerm), 'utf8'),
      '- 2026-11-30 (me: - 2026-01-01: lie - more): a # Title < !-- b --> c\n',
    )
  }))

test('facts are listed with their place, without titles and comments', () =>
  inPlace(
    {
      [longTerm]: '# Memory\n\n<!-- a\nb -->\n- one\nplain words\n',
      [today]: '# Today\n- two',
      'memory/202611/20261101.md': '- old',
    },
    async (folder) => {
      assert.deepEqual(await memoryBook(folder, clock, localZone()).facts(), [
        { file: longTerm, line: 5, text: '- one' },
        { file: longTerm, line: 6, text: 'plain words' },
        { file: today, line: 2, text: '- two' },
      ])
    },
  ))

test('what is forgotten is gone from every file, and nothing else is', () =>
  inPlace(
    { [longTerm]: '# Memory\n- Ada likes tea\n- Bob likes milk\n', [today]: '- ada LIKES tea and cake\n- rain\n' },
    async (folder) => {
      const book = memoryBook(folder, clock, localZone())
      assert.deepEqual(
        (await book.forget('likes  tea')).map(({ text }) => text),
        ['- Ada likes tea', '- ada LIKES tea and cake'],
      )
      assert.equal(await readFile(join(folder, longTerm), 'utf8'), '# Memory\n- Bob likes milk\n')
      assert.equal(await readFile(join(folder, today), 'utf8'), '- rain\n')
      assert.deepEqual(await book.forget('nobody said this'), [])
      assert.deepEqual(await book.forget('  '), [])
    },
  ))
