import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRefusals, refusals } from '../../src/access/refusals.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryNotes } from './ports.ts'

const refused = (person: string, why = 'stranger') => ({ channel: 'telegram', person, name: `P ${person}`, why })

test('refusals are counted by person and reason, the latest first, with the line that would help', async () => {
  const [notes, clock] = [memoryNotes(), fakeClock()]
  const book = refusals({ notes, clock })
  await book.note({ ...refused('1'), line: 'add "1"' })
  await book.note(refused('2', 'bot'))
  await clock.advance(1_000)
  await book.note({ ...refused('1'), line: 'add "1"' })
  await book.flush()
  const now = clock.now()
  assert.deepEqual(await readRefusals(notes), [
    { ...refused('1'), line: 'add "1"', count: 2, firstAt: now - 1_000, lastAt: now },
    { ...refused('2', 'bot'), count: 1, firstAt: now - 1_000, lastAt: now - 1_000 },
  ])
})

test('a flood is stored once a minute', async () => {
  const [notes, clock] = [memoryNotes(), fakeClock()]
  const book = refusals({ notes, clock })
  await Promise.all(Array.from({ length: 1_000 }, () => book.note(refused('1'))))
  assert.equal(notes.puts(), 1)
  await clock.advance(60_000)
  await book.note(refused('1'))
  assert.equal(notes.puts(), 2)
  assert.equal((await readRefusals(notes))[0]?.count, 1_001)
  await book.flush()
  assert.equal(notes.puts(), 2)
})

test('the count goes on after a restart', async () => {
  const [notes, clock] = [memoryNotes(), fakeClock()]
  await refusals({ notes, clock }).note(refused('1'))
  await refusals({ notes, clock }).note(refused('1'))
  assert.equal((await readRefusals(notes))[0]?.count, 2)
})

test('at most 200 are kept, of each only what is short and visible', async () => {
  const [notes, clock] = [memoryNotes(), fakeClock()]
  const book = refusals({ notes, clock })
  for (let person = 0; person < 1_000; person += 1) await book.note(refused(String(person)))
  await book.note({ ...refused('x'.repeat(5_000)), name: 'a\u202eb' })
  await book.flush()
  const kept = await readRefusals(notes)
  assert.equal(kept.length, 200)
  assert.equal(kept[0]?.name, 'a\\u{202e}b')
  assert.ok((kept[0]?.person.length ?? 0) < 200)
  assert.equal(kept[1]?.person, '999')
})

test('a damaged note is no refusal', async () => {
  const notes = memoryNotes()
  await notes.put('refusals', [{ channel: 'telegram' }, 7, null])
  assert.deepEqual(await readRefusals(notes), [])
})
