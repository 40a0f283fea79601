import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { layFile, removeOldFiles } from '../../src/app/desk/attachment-folder.ts'
import { removeOldAttachments } from '../../src/app/gateway/old-attachments.ts'
import { silent } from '../../src/core/log.ts'
import { type FakeClock, fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'

const minute = 60_000
const workspace = () => mkdtemp(join(tmpdir(), 'picoclaw-attachments-'))
const bytes = Uint8Array.of(1, 2, 3)

async function aged(root: string, path: string, at: number): Promise<void> {
  await utimes(join(root, path), at / 1_000, at / 1_000)
}

function cleaning(clock: FakeClock, root: string, settings: { readonly enabled: boolean }) {
  const store = memoryStore(clock)
  const over = new AbortController()
  let asleep = () => {}
  const agent = { id: 'main', name: 'main', workspace: root, mayAsk: [] }
  const ended = removeOldAttachments(
    {
      store,
      clock: {
        now: () => clock.now(),
        sleep(ms, signal) {
          const sleeping = clock.sleep(ms, signal)
          asleep()
          return sleeping
        },
      },
      log: silent,
      settings: () => ({ ...settings, max_age_minutes: 60, interval_minutes: 5 }),
      agents: () => ({ ids: ['main'], default: agent, get: () => agent }),
    },
    over.signal,
  )
  return {
    store,
    /** Each look comes to its end before the next one is due. */
    async pass(minutes: number) {
      for (let passed = 0; passed < minutes; passed += 5) {
        const looked = new Promise<void>((resolve) => {
          asleep = resolve
        })
        await clock.advance(5 * minute)
        await looked
      }
    },
    async end() {
      over.abort()
      await ended
    },
  }
}

test('files that nobody touched for long go, with the days that are empty then; other files stay', async () => {
  const root = await workspace()
  const now = Date.now()
  const old = await layFile(root, { message: 'm1', index: 0, name: 'old.pdf', bytes, day: '2026-11-01' })
  const fresh = await layFile(root, { message: 'm2', index: 0, name: 'fresh.pdf', bytes, day: '2026-11-02' })
  await writeFile(join(root, 'inbox', 'notes.txt'), 'mine')
  for (const path of [old, 'inbox/notes.txt']) await aged(root, path, now - 2 * minute)
  assert.equal(await removeOldFiles(root, now - minute), 1)
  assert.deepEqual((await readdir(join(root, 'inbox'), { recursive: true })).toSorted(), [
    '2026-11-02',
    fresh.slice('inbox/'.length),
    'notes.txt',
  ])
})

test('nothing is removed behind a link', async () => {
  const [root, elsewhere] = [await workspace(), await workspace()]
  await mkdir(join(elsewhere, '2026-11-01'))
  await writeFile(join(elsewhere, '2026-11-01', 'theirs.txt'), 'theirs')
  await symlink(elsewhere, join(root, 'inbox'))
  assert.equal(await removeOldFiles(root, Date.now() + minute), 0)
  const other = await workspace()
  await mkdir(join(other, 'inbox'))
  await symlink(join(elsewhere, '2026-11-01'), join(other, 'inbox', '2026-11-01'))
  assert.equal(await removeOldFiles(other, Date.now() + minute), 0)
  assert.deepEqual(await readdir(join(elsewhere, '2026-11-01')), ['theirs.txt'])
})

test('a picture stays for its time after it was last used', async () => {
  const clock = fakeClock(Date.now())
  const view = cleaning(clock, await workspace(), { enabled: true })
  const [unused, used] = [
    await view.store.blobs.put(bytes, 'image/png'),
    await view.store.blobs.put(Uint8Array.of(4), 'image/png'),
  ]
  await view.pass(50)
  assert.ok(await view.store.blobs.get(used))
  await view.pass(20)
  assert.equal(await view.store.blobs.get(unused), undefined)
  assert.ok(await view.store.blobs.get(used))
  await view.end()
})

test('what a waiting message carries stays, however long it waits', async () => {
  const clock = fakeClock(Date.now())
  const view = cleaning(clock, await workspace(), { enabled: true })
  await view.store.outbox.add([{ id: 'o', channel: 'c', chat: '1', session: 's', at: clock.now(), payload: '{}' }])
  const id = await view.store.blobs.put(bytes, 'image/png')
  await view.pass(24 * 60)
  await view.store.outbox.mark('o', 'sent')
  assert.ok(await view.store.blobs.get(id))
  await view.pass(70)
  assert.equal(await view.store.blobs.get(id), undefined)
  await view.end()
})

test('switched off, nothing is removed', async () => {
  const clock = fakeClock(Date.now())
  const view = cleaning(clock, await workspace(), { enabled: false })
  const id = await view.store.blobs.put(bytes, 'image/png')
  await view.pass(24 * 60)
  assert.ok(await view.store.blobs.get(id))
  await view.end()
})
