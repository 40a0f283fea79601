// A process that takes messages through whole turns until it is killed, among others that do the same. Arguments: database file, its own name,
// how many rounds. It prints a line for each thing that it alone won.
import { userText } from '../../src/core/message.ts'
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'

const [file = '', name = '', count = 'Infinity'] = process.argv.slice(2)
const store = openStore(file, { clock: systemClock, log: silent })
const won = (what: string) => process.stdout.write(`${what}\n`)
for (let round = 0; round < Number(count); round += 1) {
  const id = `${name}-${round}`
  const item = { id, channel: 'c', platformId: `p-${round}`, session: 's', at: round, payload: '{"text":"question"}' }
  if (await store.inbox.add(item)) {
    const turn = { id, session: 's', agent: 'main', cause: 'chat', at: round } as const
    await store.inbox.begin([id])
    await store.turns.begin({ ...turn, inbox: [id], messages: [userText(`question ${id}`)] })
    const outbox = [{ id, channel: 'c', chat: 'x', session: 's', turn: id, at: round, payload: '{"text":"answer"}' }]
    await store.turns.finish({ id, at: round, state: 'done', messages: [userText(`answer ${id}`)], outbox })
    won(`message ${round}`)
  }
  await store.sessions.change('s', { told: [name], summary: id })
  await store.jobs.put({ id: `j-${name}`, payload: '', enabled: false })
  const due = await store.jobs.get('shared')
  if (due?.nextAt !== undefined) {
    const message = { ...item, id: `job-${id}`, channel: 'schedule', platformId: `${due.nextAt}` }
    const fired = await store.jobs.fire('shared', due.nextAt, { nextAt: due.nextAt + 1, payload: '' }, message)
    if (fired) won(`job ${due.nextAt}`)
  }
  if (await store.grants.move(`g-${round}`, 'asked', 'used')) won(`grant ${round}`)
  const caps = [{ scope: 'all', since: 0, micros: 20 }]
  if ((await store.budget.reserve({ id, at: 1, micros: 1, caps, expiresAt: 2 })).ok) won('money')
}
await store.close()
