import assert from 'node:assert/strict'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { systemClock } from '../../../src/kit/clock.ts'
import type { ExecOptions } from '../../../src/tools/exec/engine.ts'
import { execTool } from '../../../src/tools/exec/index.ts'
import { fileAccess, trustedNames } from '../../../src/tools/files/access.ts'
import { call, contextOf } from '../context.ts'
import { theSandbox } from '../sandbox.ts'
import { makePlace, type Place } from './place.ts'
import { shellClasses, trustClass } from './shell-classes.ts'

/** Rows side by side, each in a place of its own: most of their time is waiting for processes. */
const concurrency = 6
/** Seconds that a command may take on a machine that does much else. Two of these rows need two seconds of their own. */
const patience = 60

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
    timeoutSeconds: patience,
    ...guard,
  })
  const { text } = await call(tool, { command: place.fill(command) })
  return { text, damage: await place.damage(text) }
}

for (const { name, cases, proof } of shellClasses)
  suite(`escape by command: ${name}`, { concurrency }, () => {
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

/** All files of the workspace that later turns trust, and what is in them. */
async function trustedIn({ workspace }: Place): Promise<string> {
  const found = await Promise.all(
    trustedNames.map(async (name) => {
      const path = join(workspace, name)
      const kind = await lstat(path).catch(() => undefined)
      if (!kind) return `${name}: missing`
      if (!kind.isDirectory()) return `${name}: ${kind.isFile() ? await readFile(path, 'utf8') : 'a link'}`
      return `${name}: ${JSON.stringify((await readdir(path, { recursive: true })).sort())}`
    }),
  )
  return [...found, await readFile(join(workspace, 'memory', 'MEMORY.md'), 'utf8').catch(() => 'none')].join('\n')
}

async function changesTrust(command: string, tainted: boolean) {
  await using place = await makePlace()
  const { workspace } = place
  await mkdir(join(workspace, 'memory'))
  await writeFile(join(workspace, 'memory', 'MEMORY.md'), 'a fact\n')
  await writeFile(join(workspace, 'AGENT.md'), 'an agent\n')
  const before = await trustedIn(place)
  const access = fileAccess({ workspace })
  const tool = execTool({ workspace, access, clock: systemClock, timeoutSeconds: patience, sandbox: theSandbox })
  const { text } = await call(tool, { command: place.fill(command) }, { ...contextOf(), tainted })
  assert.doesNotMatch(text, /timed out|was not run/)
  return { before, after: await trustedIn(place), text }
}

suite(`escape by command: ${trustClass.name}`, { concurrency }, () => {
  for (const command of trustClass.cases)
    test(command, async () => {
      const { before, after, text } = await changesTrust(command, true)
      assert.equal(after, before, text)
    })
  test('the class proves something: without words from outside it is changed', async () => {
    const { before, after, text } = await changesTrust(trustClass.proof, false)
    assert.notEqual(after, before, text)
  })
})

test('every class has at least twenty ways to try', () => {
  for (const { name, cases } of [...shellClasses, trustClass]) assert.ok(new Set(cases).size >= 20, name)
})
