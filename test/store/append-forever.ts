// A process that appends to one session until it is killed. Arguments: database file, its own name.
import { userText } from '../../src/core/message.ts'
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'

const [file = '', name = '', count = 'Infinity'] = process.argv.slice(2)
const store = openStore(file, { clock: systemClock, log: silent })
for (let turn = 0; turn < Number(count); turn += 1) {
  await store.sessions.append('s', `${name}-${turn}`, turn, [
    userText(`${name} asks ${turn}`),
    userText(`${name} again ${turn}`),
  ])
  const drawn = await store.counters.next('c')
  process.stdout.write(`${drawn}\n`)
}
await store.close()
