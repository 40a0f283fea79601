// A process that asks several times at once. Arguments: database file, the cap in dollars, both vendors, how often.
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'
import { turnsAtOnce } from './turns-at-once.ts'

const [file = '', day = '', paid = '', free = '', count = ''] = process.argv.slice(2)
const store = openStore(file, { clock: systemClock, log: silent })
const words = await turnsAtOnce(store, Number(day), { paid, free }, Number(count))
process.stdout.write(JSON.stringify(words))
await store.close()
