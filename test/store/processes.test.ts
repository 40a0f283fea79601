import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import { textOf } from '../../src/core/message.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'

const fresh = () => join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
const child = (...args: readonly string[]) =>
  spawn(process.execPath, ['test/store/work-forever.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })

test('of four processes one alone takes a message, fires a job, uses a grant, gets the money', async () => {
  const file = fresh()
  const store = openStore(file, { clock: systemClock, log: silent })
  await store.jobs.put({ id: 'shared', payload: '', nextAt: 1, enabled: true })
  for (let round = 0; round < 25; round += 1)
    await store.grants.put({ id: `g-${round}`, subject: 's', payload: '', state: 'asked', createdAt: 1 })
  const outputs = await Promise.all(['a', 'b', 'c', 'd'].map((name) => text(child(file, name, '25').stdout)))
  const won = outputs.flatMap((output) => output.trim().split('\n'))
  const of = (what: string) => won.filter((line) => line.startsWith(what))
  const rounds = Array.from({ length: 25 }, (_, round) => round)
  assert.deepEqual(of('message').sort(), rounds.map((round) => `message ${round}`).sort())
  assert.deepEqual(of('grant').sort(), rounds.map((round) => `grant ${round}`).sort())
  assert.equal(new Set(of('job')).size, of('job').length, 'no time fires twice')
  assert.equal((await store.jobs.get('shared'))?.nextAt, of('job').length + 1, 'each firing moved the job on by one')
  assert.equal(of('money').length, 20)
  assert.equal((await store.sessions.read('s')).length, 50)
  assert.equal((await store.inbox.open()).length, of('job').length, 'each firing left its message')
  await store.close()
})

test('a process killed in the middle leaves each turn either whole or to be taken up again', async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = fresh()
    const victim = child(file, 'a')
    let told = ''
    victim.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
    await once(victim.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 30 * (round + 1)))
    victim.kill('SIGKILL')
    await once(victim, 'close')
    const warned: string[] = []
    const store = openStore(file, { clock: systemClock, log: { ...silent, warn: (message) => warned.push(message) } })
    const turns = await store.turns.list({ limit: 1_000_000 })
    const open = await store.inbox.open()
    const leaving = new Set((await store.outbox.open()).map(({ id }) => id))
    const finished = new Set(turns.filter(({ state }) => state === 'done').map(({ id }) => id))
    for (const { id, state } of turns) {
      const said = (await store.sessions.ofTurn(id)).map(({ message }) => textOf(message))
      assert.deepEqual(said, state === 'done' ? [`question ${id}`, `answer ${id}`] : [`question ${id}`])
      assert.equal(leaving.has(id), state === 'done')
      assert.equal(
        open.some((item) => item.turn === id),
        state === 'running',
      )
    }
    assert.ok(open.length <= 1)
    // The last line may be torn; what stands before it was told after it was stored.
    for (const line of told.split('\n').slice(0, -1))
      if (line.startsWith('message')) assert.ok(finished.has(`a-${line.slice('message '.length)}`), line)
    const found = await store.sessions.search('answer', { limit: 1_000_000 })
    assert.equal(found.length, finished.size, 'the index is in step')
    assert.deepEqual(warned, [])
    await store.close()
  }
})
