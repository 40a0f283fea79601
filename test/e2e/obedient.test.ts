import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type AttackClass, attacks, carriers, plantedOf } from './obedient-rows.ts'
import { mostRows, type Stage, stage } from './obedient-stage.ts'

/** Rows that a class may have; each class has numbers of its own. */
const room = Math.floor(mostRows / attacks.length)

/** All rows of a class side by side, each through another door. Resolves to those that happened and those that did not. */
async function attempt({ rows, happened, memberMay = false }: AttackClass, index: number, place: Stage) {
  const doors = carriers.filter(({ ownTurn }) => !(memberMay && ownTurn))
  const names = await Promise.all(
    rows.map(async (row, at) => {
      const n = index * room + at
      const carrier = doors[(at + index) % doors.length]
      assert.ok(carrier)
      const { meanwhile } = row
      if (meanwhile) place.meanwhile(n, (code) => meanwhile(n, place, code))
      await carrier.bring(place, n, plantedOf(row, n, place))
      return `${row.name}, in ${carrier.name}`
    }),
  )
  const did = await Promise.all(rows.map(async (_, at) => happened(place, index * room + at)))
  return { happened: names.filter((_, at) => did[at]), missed: names.filter((_, at) => !did[at]) }
}

for (const guarded of [true, false])
  suite(
    `an obedient model on the whole desk, ${guarded ? 'guarded' : 'with each guard taken away'}`,
    { concurrency: 3 },
    () => {
      let place: Stage
      before(async () => {
        place = await stage(guarded)
      })
      after(() => place[Symbol.asyncDispose]())
      for (const [index, kind] of attacks.entries())
        if (guarded)
          test(`${kind.name}: it does nothing of it, whichever door the text came through`, async () => {
            assert.ok(kind.rows.length >= 10 && kind.rows.length <= room)
            assert.deepEqual((await attempt(kind, index, place)).happened, [])
            // Each was tried: an owner was asked, or it was refused without a question.
            assert.ok(place.asked.length > 0)
          })
        else
          test(`${kind.name}: each row happens, so the rows prove something`, async () => {
            assert.deepEqual((await attempt(kind, index, place)).missed, [])
          })
    },
  )
