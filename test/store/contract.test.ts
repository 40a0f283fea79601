import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silent } from '../../src/core/log.ts'
import { openStore } from '../../src/store/open.ts'
import { storeContract } from '../contract/store.ts'
import { memoryStore } from '../fakes/store.ts'

storeContract('sqlite', async (clock) => {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  return { store: openStore(file, { clock, log: silent }), other: openStore(file, { clock, log: silent }) }
})
storeContract('the twin in memory', async (clock) => {
  const store = memoryStore(clock)
  return { store, other: store }
})
