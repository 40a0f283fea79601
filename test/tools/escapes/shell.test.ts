import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../src/kit/clock.ts'
import type { ExecOptions } from '../../../src/tools/exec/engine.ts'
import { execTool } from '../../../src/tools/exec/index.ts'
import { fileAccess } from '../../../src/tools/files/access.ts'
import { call } from '../context.ts'
import { theSandbox } from '../sandbox.ts'
import { makePlace, type Place } from './place.ts'
import { shellClasses } from './shell-classes.ts'

type Wall = Pick<ExecOptions, 'sandbox' | 'allowUnsandboxed'>
const wall: Wall = { sandbox: theSandbox }
const noWall: Wall = {
  sandbox: () => Promise.resolve({ missing: 'switched off' }),
  allowUnsandboxed: () => Promise.resolve(true),
}

async function attempt(place: Place, command: string, guard: Wall) {
  const { workspace } = place
  const tool = execTool({
    workspace,
    access: fileAccess({ workspace }),
    clock: systemClock,
    timeoutSeconds: 8,
    ...guard,
  })
  const { text } = await call(tool, { command: place.fill(command) })
  return { text, damage: await place.damage(text) }
}

for (const { name, cases, proof } of shellClasses)
  suite(`escape by command: ${name}`, () => {
    for (const command of cases)
      test(command, async () => {
        await using place = await makePlace()
        const { text, damage } = await attempt(place, command, wall)
        assert.deepEqual(damage, [], text)
        assert.doesNotMatch(text, /timed out|was not run/)
      })

    test('the class proves something: without the wall it gets out', async () => {
      await using place = await makePlace()
      const { text, damage } = await attempt(place, proof, noWall)
      assert.notDeepEqual(damage, [], text)
    })
  })

test('every class has at least twenty ways to try', () => {
  for (const { name, cases } of shellClasses) assert.ok(new Set(cases).size >= 20, name)
})
