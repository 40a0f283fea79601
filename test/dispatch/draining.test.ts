import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryFailure } from '../../src/core/channel.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { type Scene, scene, untilAborted } from './scene.ts'

const hanging = () => new Promise<void>(() => undefined)
const to = { channel: 'fake', chat: 'c1' }

/** Ends a road and closes its channel, within so many milliseconds of its own clock; resolves to how long that took. */
async function drained({ road, channel, clock }: Scene, ms: number): Promise<number> {
  const start = clock.now()
  let took: number | undefined
  const ended = road.drain(ms).then(() => road.close(channel))
  void ended.then(() => (took = clock.now() - start))
  await clock.advance(10 * 60_000)
  assert.ok(took !== undefined, 'it never ended')
  return took
}

test('a send that hangs is left at the deadline, and the next process says that it may not have arrived', async () => {
  const store = memoryStore()
  const view = await scene({ store, channel: fakeChannel({ onSend: hanging }) })
  await view.road.send('fake', 's', { to, text: 'hello' })
  await view.clock.advance(100)
  assert.equal(await drained(view, 8_000), 8_000)
  const next = await scene({ store, clock: fakeClock(view.clock.now()) })
  await next.clock.advance(1_000)
  assert.deepEqual(next.channel.texts, ['My last message here may not have arrived. /again sends it once more.'])
})

test('what is there to be sent at the end is sent', async () => {
  const clock = fakeClock()
  const view = await scene({ clock, channel: fakeChannel({ maxText: 20, onSend: () => clock.sleep(500) }) })
  await view.road.send('fake', 's', { to, text: 'word '.repeat(12) })
  assert.equal(await drained(view, 8_000), 1_500)
  assert.equal(view.channel.texts.length, 3)
})

test('a better time is not waited for at the end', async () => {
  const view = await scene({
    channel: fakeChannel({
      onSend() {
        throw new DeliveryFailure('not-sent', 'ENOTFOUND')
      },
    }),
  })
  await view.road.send('fake', 's', { to, text: 'hello' })
  await view.clock.advance(10_000)
  assert.equal(await drained(view, 8_000), 0)
  assert.deepEqual(
    (await view.store.outbox.open()).map(({ state }) => state),
    ['waiting'],
  )
})

test('a turn that hangs while it is parked holds nobody up', async () => {
  const view = await scene({
    channel: fakeChannel({ live: true, onSend: hanging }),
    turn({ watcher, signal }) {
      watcher.text('half')
      return untilAborted(signal)
    },
  })
  await view.channel.hear({ text: 'long' })
  await view.clock.advance(400)
  assert.equal(await drained(view, 8_000), 8_000)
})
