import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'
import { storeContract } from '../contract/store.ts'
import { memoryStore } from '../fakes/store.ts'

storeContract('sqlite', async () =>
  openStore(join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db'), { clock: systemClock, log: silent }),
)
storeContract('the twin in memory', async () => memoryStore())
