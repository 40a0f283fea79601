import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { home } from './started.ts'

const line = (role: string, content: string) => `${JSON.stringify({ role, content })}\n`

test('the conversations of a workspace come over once, and a file that is none is told', async () => {
  using here = home()
  here.config({ session: {} })
  const folder = join(here.folder, 'workspace', 'sessions')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'agent_main_cli.jsonl'), line('user', 'Hello') + line('assistant', 'Hi'))
  const first = await here.picoclaw('migrate', 'sessions')
  assert.deepEqual(first, { code: 0, stdout: `${folder}\n  ✓ agent:main:cli: 2 messages\n`, stderr: '' })
  writeFileSync(join(folder, 'broken.json'), 'not JSON')
  const second = await here.picoclaw('migrate', 'sessions')
  assert.equal(second.code, 1)
  assert.match(second.stdout, /1 were taken over before\.\n {2}✗ broken\.json: It is no stored session\./)
})

test('another folder is named with --from, and told as JSON', async () => {
  using here = home()
  here.config({ session: {} })
  const folder = join(here.folder, 'old')
  mkdirSync(folder)
  writeFileSync(join(folder, 'agent_main_x.jsonl'), line('user', 'Hello'))
  const { code, stdout } = await here.picoclaw('migrate', 'sessions', '--from', folder, '--json')
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout), {
    folders: [
      {
        folder,
        imported: [{ file: 'agent_main_x.jsonl', session: 'agent:main:x', messages: 1 }],
        known: [],
        failed: [],
      },
    ],
  })
  const none = await here.picoclaw('migrate', 'sessions', '--from', join(here.folder, 'nowhere'))
  assert.match(none.stdout, /there is no conversation/)
})

test('migrate says what it takes', async () => {
  using here = home()
  for (const args of [[], ['jobs'], ['sessions', 'more']]) {
    const { code, stderr } = await here.picoclaw('migrate', ...args)
    assert.equal(code, 2)
    assert.match(stderr, /picoclaw migrate sessions/)
  }
})
